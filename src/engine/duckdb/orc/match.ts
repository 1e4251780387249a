import { error } from "../../../error/error.ts";
import { formatDataType } from "../../../schema/ddl.ts";
import type { DataType, StructField, StructType } from "../../../schema/type.ts";
import { expect } from "../../orc/corrupt.ts";
import { sparkType } from "../../orc/spark.ts";
import { type OrcType, typeText } from "../../orc/type.ts";
import { canChange } from "./change.ts";

/** A column of a file and what it is read as. */
export interface Match {
  readonly from: OrcType;
  readonly to: DataType;
  /** By member of `to`, or elements, or key and value; undefined: the file has no such member. */
  readonly children: readonly (Match | undefined)[];
}

export interface MatchRequest {
  readonly root: OrcType;
  /** All columns that the files may have, in order: files without names are read by place. */
  readonly stored: StructType;
  /** For messages. */
  readonly path: string;
}

/** Where a file has each of some columns: by name whatever the case, or by place. */
export function matchColumns(
  fields: readonly StructField[],
  request: MatchRequest,
): readonly (Match | undefined)[] {
  const { root, stored, path } = request;
  if (root.kind !== "struct")
    throw error("UNSUPPORTED_FEATURE.ORC_TYPE", { path, type: typeText(root) });
  const unnamed = root.names.length > 0 && root.names.every((name) => name.startsWith("_col"));
  if (!unnamed) return fields.map((field) => byName(root, field, path));
  const place = (name: string): number => stored.fields.findIndex((one) => one.name === name);
  const missing = root.children.length - stored.fields.length;
  expect(missing <= 0, `its columns have no names, and the schema has ${missing} too few`);
  return fields.map(({ name, type }) => {
    const child = root.children[place(name)];
    return child && match(child, type, path);
  });
}

function byName(parent: OrcType, { name, type }: StructField, path: string): Match | undefined {
  const lower = name.toLowerCase();
  const places = parent.names.flatMap((own, at) => (own.toLowerCase() === lower ? [at] : []));
  if (places.length > 1) {
    const reference = places.map((at) => `\`${parent.names[at]}\``).join(", ");
    throw error("AMBIGUOUS_REFERENCE", { name: `\`${name}\``, referenceNames: `[${reference}]` });
  }
  const child = parent.children[places[0] ?? -1];
  return child && match(child, type, path);
}

function match(from: OrcType, to: DataType, path: string): Match {
  if (to.type === "struct" && from.kind === "struct") {
    return { from, to, children: to.fields.map((field) => byName(from, field, path)) };
  }
  if (to.type === "array" && from.kind === "list") {
    return { from, to, children: [match(from.children[0]!, to.elementType, path)] };
  }
  if (to.type === "map" && from.kind === "map") {
    const [key, value] = from.children;
    return {
      from,
      to,
      children: [match(key!, to.keyType, path), match(value!, to.valueType, path)],
    };
  }
  if (isSame(from, to, path) || canChange(from, to)) return { from, to, children: [] };
  const toType = formatDataType(to);
  throw error("UNSUPPORTED_FEATURE.ORC_TYPE_CAST", { orcType: typeText(from), toType, path });
}

/** Whether a column without parts has the type that it is read as. */
export function isSame(from: OrcType, to: DataType, path: string): boolean {
  if (from.children.length > 0) return false;
  const own = sparkType(from, path);
  if (to.type === "interval") return from.kind === (to.unit === "month" ? "int" : "long");
  if (to.type === "timestamp_ntz" || to.type === "time") return own.type === to.type;
  return formatDataType({ ...own }) === formatDataType(to);
}

/** The columns that matches read, those within others too. */
export function wantedTypes(matches: readonly (Match | undefined)[]): readonly OrcType[] {
  const types = new Map<number, OrcType>();
  const add = (match: Match | undefined): void => {
    if (match === undefined) return;
    types.set(match.from.id, match.from);
    match.children.forEach(add);
  };
  matches.forEach(add);
  return [...types.values()];
}
