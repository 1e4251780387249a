import {
  call,
  columnsOf,
  isNotNull,
  literal,
  member,
  newColumn,
  or,
  passing,
  reference,
  stringLiteral,
  when,
} from "../../analysis/expression.ts";
import {
  type Column,
  outputOf,
  type TypedExpression,
  type TypedRelation,
} from "../../analysis/typed.ts";
import type { QueryContext } from "../../engine/engine.ts";
import type { InputFile } from "../../plan/input.ts";
import { type DataType, field, type StructType, string, struct } from "../../schema/type.ts";
import { addType, removeType } from "./schema.ts";

/** Nothing of a log depends on a session: its times are instants, its texts are UTC. */
export const logQuery: QueryContext = { timeZone: "UTC", timestampMs: 0, seed: 0 };

/** The rows of checkpoint files, with the columns of `schema` that they have; others are null. */
export function checkpointRows(files: readonly InputFile[], schema: StructType): TypedRelation {
  return { kind: "input", input: { kind: "parquet", schema, files }, output: columnsOf(schema) };
}

/** Rows of checkpoint files that are file actions: columns `add`, `remove` and `id`. */
export interface FileRows {
  readonly relation: TypedRelation;
  readonly add: Column;
  readonly remove: Column;
  /** The path as it is spelled there, and the deletion vector: see `spelledId`. */
  readonly id: Column;
}

/** The file actions of files whose statistics have one form, but for those of the ids. */
export function fileRows(
  files: readonly InputFile[],
  statsParsed: DataType | undefined,
  without: readonly string[] = [],
): FileRows {
  const schema = struct([field("add", addType(statsParsed)), field("remove", removeType)]);
  const rows = checkpointRows(files, schema);
  const [add, remove] = outputOf(rows) as [Column, Column];
  const [a, r] = [reference(add), reference(remove)];
  const [isAdd, isRemove] = [a, r].map((one) => isNotNull(member(one, "path"))) as [
    TypedExpression,
    TypedExpression,
  ];
  const id = newColumn("id", string);
  const named: TypedRelation = {
    kind: "project",
    input: { kind: "filter", input: rows, condition: or([isAdd, isRemove]) },
    columns: [
      passing(add),
      passing(remove),
      { column: id, expression: when([[isAdd, spelled(a)]], spelled(r)) },
    ],
  };
  const relation = without.length === 0 ? named : antiJoin(named, id, without);
  return { relation, add, remove, id };
}

function antiJoin(left: TypedRelation, id: Column, ids: readonly string[]): TypedRelation {
  const schema = struct([field("id", string)]);
  const [other] = columnsOf(schema) as [Column];
  const rows = ids.map((one) => [one]);
  const right: TypedRelation = {
    kind: "input",
    input: { kind: "rows", schema, rows },
    output: [other],
  };
  const condition = call("=", [reference(id), reference(other)], { type: { type: "boolean" } });
  return {
    kind: "join",
    left,
    right,
    type: "anti",
    condition,
    lateral: false,
    output: outputOf(left),
  };
}

/** SQL's side of `spelledId`. */
function spelled(file: TypedExpression): TypedExpression {
  const vector = member(file, "deletionVector");
  const offset = call("concat", [stringLiteral("@"), text(member(vector, "offset"))], {
    type: string,
  });
  const suffix = call(
    "concat",
    [
      stringLiteral("\n"),
      member(vector, "storageType"),
      member(vector, "pathOrInlineDv"),
      orEmpty(offset),
    ],
    { type: string },
  );
  return call("concat", [member(file, "path"), orEmpty(suffix)], { type: string });
}

function text(input: TypedExpression): TypedExpression {
  return { kind: "cast", input, type: string, mode: "ansi", nullable: true };
}

function orEmpty(input: TypedExpression): TypedExpression {
  return call("coalesce", [input, stringLiteral("")], { type: string, nullable: false });
}

/** `add` with its statistics as text, whatever they came as. */
export function addWithText(add: Column, statsParsed: DataType | undefined): TypedExpression {
  const whole = reference(add);
  if (statsParsed === undefined) return whole;
  const type = addType();
  const values = type.fields.flatMap(({ name }) => {
    const value =
      name === "stats"
        ? call("to_json", [member(whole, "stats_parsed")], { type: string, nullable: true })
        : member(whole, name);
    return [stringLiteral(name), value];
  });
  const made = call("named_struct", values, { type, nullable: false });
  const present = isNotNull(member(whole, "path"));
  return when([[present, made]], literal(null, type));
}
