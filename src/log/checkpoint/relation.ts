import {
  and,
  call,
  columnsOf,
  isNotNull,
  literal,
  member,
  newColumn,
  passing,
  reference,
  stringLiteral,
} from "../../analysis/expression.ts";
import {
  type Column,
  outputOf,
  type TypedExpression,
  type TypedRelation,
} from "../../analysis/typed.ts";
import type { QueryContext } from "../../engine/engine.ts";
import type { InputFile } from "../../plan/input.ts";
import {
  boolean,
  type DataType,
  field,
  type StructField,
  type StructType,
  string,
  struct,
} from "../../schema/type.ts";
import { addType, removeType } from "./schema.ts";

/** Nothing of a log depends on a session: its times are instants, its texts are UTC. */
export const logQuery: QueryContext = {
  timeZone: "UTC",
  timestampMs: 0,
  seed: 0,
  frugal: true,
};

/**
 * The rows of checkpoint files that have one of the kinds, fields of `smallSchema`. Each kind is
 * looked for by itself: its first member is null in most row groups, which the engine passes over.
 */
export function smallRows(
  files: readonly InputFile[],
  kinds: readonly StructField[],
): TypedRelation {
  const inputs = kinds.map((kind): TypedRelation => {
    const schema = kind.type as StructType;
    const output = columnsOf(schema);
    const input: TypedRelation = {
      kind: "input",
      input: { kind: "parquet", schema, files, within: kind.name },
      output,
    };
    const body = structOf(schema, output.map(reference));
    const cells = kinds.map((one) => (one === kind ? body : literal(null, one.type)));
    const present = isNotNull(reference(output[0] as Column));
    const columns = cells.map((expression) => {
      return { column: newColumn(kind.name, expression.type), expression };
    });
    return { kind: "project", input: { kind: "filter", input, condition: present }, columns };
  });
  return unionOf(inputs, struct(kinds));
}

/** All rows of relations whose columns are those of the schema. */
export function unionOf(inputs: readonly TypedRelation[], schema: StructType): TypedRelation {
  const [only] = inputs;
  if (only !== undefined && inputs.length === 1) return only;
  return { kind: "union", inputs, output: columnsOf(schema) };
}

/** A struct of the values. */
export function structOf(type: StructType, values: readonly TypedExpression[]): TypedExpression {
  const members = type.fields.flatMap(({ name }, at) => {
    return [stringLiteral(name), values[at] as TypedExpression];
  });
  return call("named_struct", members, { type, nullable: false });
}

/** The rows of checkpoint files that are an `add`, or a `remove`: a column for each field of it. */
export interface FileRows {
  readonly relation: TypedRelation;
  column(name: string): Column;
}

/** The form a file action is read in. */
export interface FileForm {
  readonly kind: "add" | "remove";
  /** The type of `add.stats_parsed`, where statistics stand only there. */
  readonly statsParsed?: DataType | undefined;
}

/** The file actions of a kind in files of one form, but for those with the ids (`spelledId`). */
export function fileRows(
  files: readonly InputFile[],
  { kind, statsParsed }: FileForm,
  without: readonly string[] = [],
): FileRows {
  const schema = kind === "add" ? addType(statsParsed) : removeType;
  const output = columnsOf(schema);
  const column = (name: string): Column => output.find((one) => one.name === name) as Column;
  const input: TypedRelation = {
    kind: "input",
    input: { kind: "parquet", schema, files, within: kind },
    output,
  };
  const condition = isNotNull(reference(column("path")));
  const there: TypedRelation = { kind: "filter", input, condition };
  const relation = without.length === 0 ? there : antiJoin(there, spelled(column), without);
  return { relation, column };
}

function antiJoin(left: TypedRelation, id: TypedExpression, ids: readonly string[]): TypedRelation {
  const schema = struct([field("id", string)]);
  const output = columnsOf(schema);
  const rows = ids.map((one) => [one]);
  const right: TypedRelation = { kind: "input", input: { kind: "rows", schema, rows }, output };
  const own = newColumn("id", string);
  const named: TypedRelation = {
    kind: "project",
    input: left,
    columns: [...outputOf(left).map(passing), { column: own, expression: id }],
  };
  const sides = [reference(own), reference(output[0] as Column)];
  const condition = call("=", sides, { type: boolean });
  return {
    kind: "join",
    left: named,
    right,
    type: "anti",
    condition,
    lateral: false,
    output: outputOf(named),
  };
}

/** The engine's side of `spelledId`. */
function spelled(column: (name: string) => Column): TypedExpression {
  const vector = reference(column("deletionVector"));
  const offset = concat([stringLiteral("@"), text(member(vector, "offset"))]);
  const suffix = concat([
    stringLiteral("\n"),
    member(vector, "storageType"),
    member(vector, "pathOrInlineDv"),
    orEmpty(offset),
  ]);
  return concat([reference(column("path")), orEmpty(suffix)]);
}

function concat(parts: readonly TypedExpression[]): TypedExpression {
  return call("concat", parts, { type: string });
}

function text(input: TypedExpression): TypedExpression {
  return { kind: "cast", input, type: string, mode: "ansi", nullable: true };
}

function orEmpty(input: TypedExpression): TypedExpression {
  return call("coalesce", [input, stringLiteral("")], { type: string, nullable: false });
}

/** The fields of `add`, its statistics as text whatever they came as, or left out. */
export function addFields(
  rows: FileRows,
  { statsParsed }: FileForm,
  withoutStatistics = false,
): readonly TypedExpression[] {
  return addType().fields.map(({ name }) => {
    if (name === "stats" && withoutStatistics) return literal(null, string);
    if (name !== "stats" || statsParsed === undefined) return reference(rows.column(name));
    const parsed = reference(rows.column("stats_parsed"));
    return call("to_json", [parsed], { type: string, nullable: true });
  });
}

/** The rows that fulfil the condition, as the expressions say. */
export function selected(
  rows: FileRows,
  conditions: readonly TypedExpression[],
  expressions: readonly TypedExpression[],
): TypedRelation {
  const { relation } = rows;
  const input: TypedRelation =
    conditions.length === 0
      ? relation
      : { kind: "filter", input: relation, condition: and(conditions) };
  const columns = expressions.map((expression, at) => {
    return { column: newColumn(`f${at}`, expression.type), expression };
  });
  return { kind: "project", input, columns };
}
