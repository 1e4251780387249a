import { some } from "../analysis/expression.ts";
import type { TypedCall, TypedExpression } from "../analysis/typed.ts";
import { type ColumnMappingMode, columnMappingMode, physicalName } from "../log/column-mapping.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { findField } from "../schema/compare.ts";
import { parseValue } from "../schema/text.ts";
import type { StructField, StructType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { type Zone, zoneOf } from "../schema/zone.ts";
import { partitionFields } from "./file.ts";
import { converted, keepsOrder } from "./range.ts";

/** What pruning must know of a table and of the query that reads it. */
export interface Pruned {
  readonly schema: StructType;
  /** The partition columns, in their order. */
  readonly partitions: readonly StructField[];
  readonly mode: ColumnMappingMode;
  /** The session's time zone, in which times are cast. */
  readonly timeZone: string;
}

/** What pruning must know of a snapshot that is read in a session's zone. */
export function prunedBy(
  { schema, metadata }: Pick<Snapshot, "schema" | "metadata">,
  { timeZone }: { readonly timeZone: string },
): Pruned {
  const partitions = partitionFields(schema, metadata);
  return { schema, partitions, mode: columnMappingMode(metadata), timeZone };
}

/** The zone that times are cast in; UTC where the session's is unknown, which it never is. */
export function zoneIn({ timeZone }: Pruned): Zone {
  return zoneOf(timeZone) ?? { kind: "offset", id: "UTC", seconds: 0 };
}

/** The fields that lead to a column or a member of one, outermost first. */
export type ColumnPath = readonly StructField[];

/** The column or member that an expression names; undefined if it is something else. */
export function pathOf(expression: TypedExpression, schema: StructType): ColumnPath | undefined {
  if (expression.kind === "reference") {
    const found = findField(schema, expression.name);
    return found && [found];
  }
  if (expression.kind !== "field") return undefined;
  const parent = pathOf(expression.input, schema);
  const [read, type] = [expression.input.type, parent?.at(-1)?.type];
  if (read.type !== "struct" || type?.type !== "struct") return undefined;
  const name = read.fields[expression.ordinal]?.name;
  const member = type.fields.find((field) => field.name === name);
  return parent === undefined || member === undefined ? undefined : [...parent, member];
}

/** The names under which the log keeps a path's partition value and statistics. */
export function storedNames(path: ColumnPath, { mode }: Pruned): readonly string[] {
  return path.map((field) => physicalName(field, mode));
}

/** A path as a key of maps and sets. */
export function pathKey(path: ColumnPath): string {
  return JSON.stringify(path.map((field) => field.name));
}

/** The value of an expression without columns; undefined if it is not told here. */
export function fixedValue(
  expression: TypedExpression,
  pruned: Pruned,
): { readonly value: Value } | undefined {
  if (expression.kind === "literal") return { value: expression.value };
  if (expression.kind !== "cast") return undefined;
  const inner = fixedValue(expression.input, pruned);
  if (inner === undefined || inner.value === null) return inner;
  const { type: to } = expression;
  const from = expression.input.type;
  const value =
    from.type === "string"
      ? parseValue(inner.value as string, to, pruned.timeZone)
      : keepsOrder(from, to)
        ? converted(inner.value, { from, to, zone: zoneIn(pruned) }, "exact")
        : undefined;
  return value === undefined ? undefined : { value };
}

/** What every text that fits a condition begins with, and whether that is all it demands. */
export interface Prefix {
  readonly text: string;
  /** `any`: whatever follows fits; `none`: nothing may follow; `some`: not everything fits. */
  readonly rest: "any" | "none" | "some";
}

/** The prefix that `like` or `startswith` asks for; undefined where the pattern is not known. */
export function prefixOf(call: TypedCall, pruned: Pruned): Prefix | undefined {
  const [, pattern, escaping] = call.arguments;
  const text = pattern && fixedValue(pattern, pruned)?.value;
  if (typeof text !== "string") return undefined;
  if (call.name === "startswith") return { text, rest: "any" };
  const mark = escaping === undefined ? "\\" : fixedValue(escaping, pruned)?.value;
  if (typeof mark !== "string") return undefined;
  let prefix = "";
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === mark) {
      // What may follow the mark is the pattern's own affair: it is checked when it is used.
      if (at + 1 >= text.length) return undefined;
      at += 1;
      prefix += text[at];
    } else if (sign === "%" || sign === "_") {
      return { text: prefix, rest: text.slice(at) === "%" ? "any" : "some" };
    } else prefix += sign;
  }
  return { text: prefix, rest: "none" };
}

/**
 * One of the cases that the rows of a file fall into: which of the floating columns are NaN in
 * them. NaN is greater than all numbers, but not every writer counts it in a maximum.
 */
export interface World {
  /** Keys of the paths that are NaN. */
  readonly nan: ReadonlySet<string>;
  /** Floating columns that are not among `nan` may be NaN all the same. */
  readonly open: boolean;
}

/** Floating columns told apart: each doubles the cases. */
const floatingMax = 3;

/** The cases to look at for the conditions; a row that matters is in one of them. */
export function worldsOf(conditions: readonly TypedExpression[], pruned: Pruned): readonly World[] {
  const floating = new Set<string>();
  for (const path of pathsOf(conditions, pruned)) {
    const { type } = path.at(-1)!.type;
    if (type === "float" || type === "double") floating.add(pathKey(path));
  }
  if (floating.size > floatingMax) return [{ nan: new Set(), open: true }];
  let worlds: World[] = [{ nan: new Set(), open: false }];
  for (const key of floating) {
    const there = worlds.map((world) => ({ nan: new Set([...world.nan, key]), open: false }));
    worlds = [...worlds, ...there];
  }
  return worlds;
}

/** The columns and members that conditions look at; no partition columns. */
export function pathsOf(
  conditions: readonly TypedExpression[],
  pruned: Pruned,
): readonly ColumnPath[] {
  const paths: ColumnPath[] = [];
  const visit = (expression: TypedExpression): void => {
    const path = pathOf(expression, pruned.schema);
    if (path === undefined) for (const child of operandsOf(expression)) visit(child);
    else if (!isPartition(path, pruned)) paths.push(path);
  };
  for (const condition of conditions) visit(condition);
  return paths;
}

/** Whether a path is a partition column. */
export function isPartition(path: ColumnPath, pruned: Pruned): boolean {
  return path.length === 1 && pruned.partitions.some((field) => field.name === path[0]?.name);
}

/** Whether an expression depends on more than partition columns. */
export function readsRows(expression: TypedExpression, { partitions }: Pruned): boolean {
  const names = partitions.map(({ name }) => name);
  return some(expression, (one) => one.kind === "reference" && !names.includes(one.name));
}

function operandsOf(expression: TypedExpression): readonly TypedExpression[] {
  if (expression.kind === "call") return expression.arguments;
  return expression.kind === "cast" ? [expression.input] : [];
}
