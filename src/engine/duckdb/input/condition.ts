import { conjuncts } from "../../../analysis/conjunct.ts";
import { children, replace, sameType } from "../../../analysis/expression.ts";
import { constantOf } from "../../../analysis/fold.ts";
import type { Column, TypedExpression, TypedRelation } from "../../../analysis/typed.ts";
import { expressionsOf, inputsOf } from "../../../analysis/walk.ts";
import type { Input, ParquetInput } from "../../../plan/input.ts";
import { type DataType, type StructField, someType } from "../../../schema/type.ts";
import { CalendarDate, Decimal, Timestamp, type Value } from "../../../schema/value.ts";
import type { Comparison, Constant } from "../parquet/row-group.ts";

/**
 * What the rows of Parquet inputs must fulfil: comparisons of a column with a constant, which the
 * engine takes into its scan from filters above it, through columns that are passed on and joins
 * that keep no row for want of a match. None of an input that stands at several places, nor of what
 * the engine compares only after a change: columns widened, counted in another calendar or filled
 * from the file's name.
 */
export function comparisonsOf(plan: TypedRelation): ReadonlyMap<Input, readonly Comparison[]> {
  const found = new Map<Input, Comparison[]>();
  visit(plan, [], found);
  return found;
}

function visit(
  plan: TypedRelation,
  above: readonly TypedExpression[],
  found: Map<Input, Comparison[]>,
): void {
  if (plan.kind === "input" && plan.input.kind === "parquet") {
    const { input, output } = plan;
    const own = found.has(input) ? [] : above.flatMap((one) => comparison(one, output, input));
    found.set(input, own);
  }
  for (const relation of inputsOf(plan)) visit(relation, throughTo(relation, plan, above), found);
  for (const node of expressionsOf(plan)) visitExpression(node, found);
}

type Conditions = readonly TypedExpression[];

/** What the rows of one of a relation's inputs must fulfil where its own must fulfil `above`. */
function throughTo(input: TypedRelation, plan: TypedRelation, above: Conditions): Conditions {
  switch (plan.kind) {
    case "filter":
      return [...above, ...conjuncts(plan.condition)];
    case "sort":
      return above;
    case "project": {
      const passed = new Map(plan.columns.map(({ column, expression }) => [column.id, expression]));
      return above.map((one) =>
        replace(one, (inner) => (inner.kind === "reference" ? passed.get(inner.id) : undefined)),
      );
    }
    case "join":
      if (plan.type === "inner" || plan.type === "cross") {
        return [...above, ...(plan.condition === undefined ? [] : conjuncts(plan.condition))];
      }
      return (plan.type === "left" || plan.type === "semi") && input === plan.left ? above : [];
    default:
      return [];
  }
}

function visitExpression(node: TypedExpression, found: Map<Input, Comparison[]>): void {
  if (node.kind === "subquery") visit(node.relation, [], found);
  for (const part of children(node)) visitExpression(part, found);
}

const mirrored: Readonly<Record<string, Comparison["name"]>> = {
  ...{ "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" },
};

function comparison(
  condition: TypedExpression,
  output: readonly Column[],
  input: ParquetInput,
): readonly Comparison[] {
  if (condition.kind !== "call") return [];
  const [left, ...others] = condition.arguments;
  if (left === undefined || others.length === 0) return [];
  const swapped = mirrored[condition.name];
  if (condition.name !== "in" && swapped === undefined) return [];
  const turned = swapped !== undefined && left.kind !== "reference";
  const [column, constants] = turned ? [others[0]!, [left]] : [left, others];
  const name = swapped === undefined ? "=" : turned ? swapped : mirrored[swapped]!;
  if (column.kind !== "reference") return [];
  const place = output.findIndex(({ id }) => id === column.id);
  const stored = storedAt(input, place);
  const values = constants.map((one) =>
    sameType(column.type, one.type)
      ? comparable(constantOf(one)?.value ?? null, column.type)
      : undefined,
  );
  const known = values.filter((value) => value !== undefined);
  if (stored === undefined || known.length < values.length) return [];
  return [{ column: stored, name, values: known }];
}

/** The column of the files that is one of an input's as it stands there. */
function storedAt(input: ParquetInput, place: number): StructField | undefined {
  const { schema, stored = schema, widened = [], within, rebase, files } = input;
  const field = schema.fields[place];
  const own = stored.fields[place];
  if (field === undefined || own === undefined || within !== undefined) return undefined;
  const changed = rebase !== undefined && ["date", "timestamp"].includes(field.type.type);
  if (changed || widened.includes(field.name) || !sameType(field.type, own.type)) return undefined;
  if (files.some(({ partition }) => Object.hasOwn(partition, field.name))) return undefined;
  // Its files may be copies, in whole.
  const variant = (type: DataType): boolean => type.type === "variant";
  return someType(stored, variant) ? undefined : own;
}

/** A value as `Comparison` has it; undefined of those that are not compared. */
function comparable(value: Value, type: DataType): Constant | undefined {
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      if (typeof value === "bigint") return value;
      return Number.isInteger(value) ? BigInt(value as number) : undefined;
    case "date":
      return value instanceof CalendarDate ? BigInt(value.days) : undefined;
    case "timestamp":
      return value instanceof Timestamp ? value.micros : undefined;
    case "decimal":
      return value instanceof Decimal && value.scale === type.scale ? value.unscaled : undefined;
    case "string":
      return typeof value === "string" && isPlain(type) ? Buffer.from(value) : undefined;
    default:
      return undefined;
  }
}

function isPlain(type: DataType): boolean {
  return sameType(type, { type: "string" });
}
