import {
  and,
  call,
  columnsOf,
  compare,
  literal,
  longLiteral,
  member,
  newColumn,
  passing,
  reference,
  sameType,
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
import { sameName } from "../../schema/compare.ts";
import {
  boolean,
  type DataType,
  field,
  integer,
  type StructField,
  type StructType,
  string,
  struct,
} from "../../schema/type.ts";
import { addType, removeType, structOnlyStats } from "./schema.ts";

/** Nothing of a log depends on a session: its times are instants, its texts are UTC. */
export const logQuery: QueryContext = {
  timeZone: "UTC",
  timestampMs: 0,
  seed: 0,
  frugal: true,
};

/** Checkpoint files that are read together: all of them have the columns. */
export interface CheckpointRows {
  readonly files: readonly InputFile[];
  readonly stored: StructType;
}

/**
 * The rows of checkpoint files that have one of the kinds, fields of `smallSchema`. Each kind is
 * looked for by itself: its first member is null in most row groups, which the engine passes over.
 */
export function smallRows(rows: CheckpointRows, kinds: readonly StructField[]): TypedRelation {
  const inputs = kinds.map((kind): TypedRelation => {
    const schema = kind.type as StructType;
    const { relation: input, output } = membersOf(rows, kind.name, schema);
    const body = structOf(schema, output.map(reference));
    const cells = kinds.map((one) => (one === kind ? body : literal(null, one.type)));
    const columns = cells.map((expression, at) => {
      return { column: newColumn(kinds[at]!.name, expression.type), expression };
    });
    return { kind: "project", input, columns };
  });
  return unionOf(inputs, struct(kinds));
}

interface Members {
  readonly relation: TypedRelation;
  readonly output: readonly Column[];
  /** The columns that files may have a value in. */
  readonly read: readonly Column[];
}

/** The rows whose column of a name is not null: a column for each member of the schema. */
function membersOf({ files, stored }: CheckpointRows, within: string, schema: StructType): Members {
  const known = knownMembers(stored, within, schema);
  const read = known ?? schema;
  const found = columnsOf(read);
  const input: TypedRelation = {
    kind: "input",
    input: { kind: "parquet", schema: read, files, within, known: known !== undefined },
    output: found,
  };
  const there: TypedRelation = { kind: "filter", input, condition: isThere(found[0]!) };
  if (found.length === schema.fields.length) return { relation: there, output: found, read: found };
  const columns = schema.fields.map(({ name, type }) => {
    const column = found.find((one) => one.name === name);
    return column
      ? passing(column)
      : { column: newColumn(name, type), expression: literal(null, type) };
  });
  const output = columns.map(({ column }) => column);
  return { relation: { kind: "project", input: there, columns }, output, read: found };
}

/**
 * The members of a schema that a column of files has; undefined where one is there in another way,
 * or the first is absent. Those that are known cost less to read.
 */
function knownMembers(
  stored: StructType,
  name: string,
  schema: StructType,
): StructType | undefined {
  const type = only(stored, name)?.type;
  if (type?.type !== "struct") return undefined;
  const there = schema.fields.filter(({ name }) => {
    return type.fields.some((one) => sameName(one.name, name));
  });
  const asWanted = there.every((wanted) => holds(only(type, wanted.name)?.type, wanted.type));
  return asWanted && there[0] === schema.fields[0] ? struct(there) : undefined;
}

/** The field of a name, where no other has it in another case. */
function only({ fields }: StructType, name: string): StructField | undefined {
  const [found, ...others] = fields.filter((one) => sameName(one.name, name));
  return found?.name === name && others.length === 0 ? found : undefined;
}

function holds(there: DataType | undefined, wanted: DataType): boolean {
  if (there === undefined || wanted.type === "binary" || wanted.type === "variant") return false;
  if (there.type !== "struct" || wanted.type !== "struct") return sameType(there, wanted);
  return wanted.fields.every(({ name, type }) => holds(only(there, name)?.type, type));
}

/**
 * Whether a value is not null, as a comparison: of row groups where all are, statistics let the
 * engine pass over one, but not over IS NOT NULL of a member.
 */
function isThere(column: Column): TypedExpression {
  const least: Readonly<Record<string, TypedExpression>> = {
    string: stringLiteral(""),
    integer: literal(-(2 ** 31), integer),
    long: longLiteral(-(2n ** 63n)),
  };
  return compare(">=", reference(column), least[column.type.type] as TypedExpression);
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
  /** Whether files have the column: else it is null. */
  has(name: string): boolean;
}

/** The file actions of a kind in files of one form, but for those with the ids (`spelledId`). */
export function fileRows(
  rows: CheckpointRows,
  kind: "add" | "remove",
  without: readonly string[] = [],
): FileRows {
  const schema = kind === "add" ? addType(structOnlyStats(rows.stored)) : removeType;
  const { relation: there, output, read } = membersOf(rows, kind, schema);
  const has = (name: string): boolean => read.some((one) => one.name === name);
  const column = (name: string): Column => output.find((one) => one.name === name) as Column;
  const relation = without.length === 0 ? there : antiJoin(there, spelled(column), without);
  return { relation, column, has };
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
export function addFields(rows: FileRows, withoutStatistics = false): readonly TypedExpression[] {
  return addType().fields.map(({ name }) => {
    if (name !== "stats") return reference(rows.column(name));
    if (withoutStatistics) return literal(null, string);
    const stats = statisticsIn(rows);
    return stats.type.type === "string"
      ? stats
      : call("to_json", [stats], { type: string, nullable: true });
  });
}

/** Statistics as they are there: text, or a struct. */
export function statisticsIn(rows: FileRows): TypedExpression {
  return reference(rows.column("stats") ?? rows.column("stats_parsed"));
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
