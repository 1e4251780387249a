import { assignable } from "../analysis/assign.ts";
import {
  booleanLiteral,
  call,
  cast,
  literal,
  newColumn,
  reference,
  stringLiteral,
} from "../analysis/expression.ts";
import {
  type Column,
  type Named,
  outputOf,
  type TypedExpression,
  type TypedProject,
  type TypedRelation,
} from "../analysis/typed.ts";
import { error } from "../error/error.ts";
import { fieldIndex, sameName, sameType } from "../schema/compare.ts";
import { formatDataType } from "../schema/ddl.ts";
import { boolean, type DataType, type StructField, type StructType } from "../schema/type.ts";

export interface AlignRequest {
  readonly relation: TypedRelation;
  /** The columns to be written, in order. */
  readonly schema: StructType;
  readonly match: "name" | "position";
  /** For messages. */
  readonly table: string;
  /** How to say that something does not fit; Delta's way if absent. */
  readonly refusal?: AlignRefusal;
}

/** The errors of data that does not fit a table. */
export interface AlignRefusal {
  arity(table: string, columns: readonly string[], data: readonly string[]): Error;
  type(
    table: string,
    column: string,
    types: { readonly from: DataType; readonly to: DataType },
  ): Error;
  absent(table: string, column: string): Error;
}

const deltaRefusal: AlignRefusal = {
  arity: (tableName, columns, data) =>
    error("DELTA_INSERT_COLUMN_ARITY_MISMATCH", {
      tableName,
      numColumns: columns.length,
      insertColumns: data.length,
    }),
  type: (tableName, columnName, { from, to }) =>
    error("DELTA_INCOMPATIBLE_WRITE_TYPE", {
      tableName,
      columnName,
      srcType: formatDataType(from),
      targetType: formatDataType(to),
    }),
  absent: (_, columnName) => error("DELTA_MISSING_NOT_NULL_COLUMN_VALUE", { columnName }),
};

/**
 * The relation with exactly the columns of a schema: matched by name (a nullable column that is
 * missing is null) or position, and so the members of structs; values are cast by ANSI store
 * assignment.
 */
export function alignRelation(request: AlignRequest): TypedProject {
  const { relation, schema, match, table, refusal = deltaRefusal } = request;
  const output = outputOf(relation);
  if (match === "position" && output.length !== schema.fields.length) {
    throw refusal.arity(table, namesOf(schema.fields), namesOf(output));
  }
  const columns = schema.fields.map((target, index): Named => {
    const place = { path: [target.name], table, match, refusal };
    const source = match === "position" ? output[index] : byName(output, target.name);
    const expression =
      source === undefined ? missing(target, place) : store(reference(source), target, place);
    const { name, type } = target;
    return { column: newColumn(name, type, { nullable: expression.nullable }), expression };
  });
  return { kind: "project", input: relation, columns };
}

function byName(output: readonly Column[], name: string): Column | undefined {
  return (
    output.find((column) => column.name === name) ??
    output.find((column) => sameName(column.name, name))
  );
}

function namesOf(columns: readonly { readonly name: string }[]): readonly string[] {
  return columns.map((column) => column.name);
}

interface Place {
  readonly path: readonly string[];
  readonly table: string;
  readonly match: AlignRequest["match"];
  readonly refusal: AlignRefusal;
}

function missing(target: StructField, { path, table, refusal }: Place): TypedExpression {
  if (!target.nullable) throw refusal.absent(table, path.join("."));
  return literal(null, target.type);
}

function store(source: TypedExpression, target: StructField, place: Place): TypedExpression {
  const from = source.type;
  const to = target.type;
  if (sameType(from, to)) return source;
  if (from.type === "struct" && to.type === "struct") return storeStruct(source, to, place);
  if (!assignable(from, to, place.match)) {
    throw place.refusal.type(place.table, place.path.join("."), { from, to });
  }
  return cast(source, to, "ansi");
}

/** The name of a member that has no place in the table's struct. */
function unplaced(from: StructType, to: StructType, { match }: Place): string | undefined {
  if (match === "position") {
    if (from.fields.length === to.fields.length) return undefined;
    return (from.fields[to.fields.length] ?? to.fields[from.fields.length])?.name;
  }
  const known = new Set(to.fields.map((member) => member.name.toLowerCase()));
  return from.fields.find((member) => !known.has(member.name.toLowerCase()))?.name;
}

function storeStruct(source: TypedExpression, to: StructType, place: Place): TypedExpression {
  const from = source.type as StructType;
  const extra = unplaced(from, to, place);
  if (extra !== undefined) {
    throw place.refusal.type(place.table, [...place.path, extra].join("."), { from, to });
  }
  const values = to.fields.map((member, index) => {
    const path = [...place.path, member.name];
    const ordinal = place.match === "position" ? index : fieldIndex(from, member.name);
    const found = from.fields[ordinal];
    if (found === undefined) return missing(member, { ...place, path });
    const nullable = source.nullable || found.nullable;
    const part: TypedExpression = {
      kind: "field",
      input: source,
      ordinal,
      type: found.type,
      nullable,
    };
    return store(part, member, { ...place, path });
  });
  const parts = to.fields.flatMap((member, index) => {
    return [stringLiteral(member.name), values[index] ?? literal(null, member.type)];
  });
  const made = call("named_struct", parts, { type: to, nullable: false });
  if (!source.nullable) return made;
  const isNull = call("isnull", [source], { type: boolean, nullable: false });
  return call("when", [isNull, literal(null, made.type), made], {
    type: made.type,
    nullable: true,
  });
}

/** `expression` over other columns: its references are bound anew by name. */
export function rebind(expression: TypedExpression, columns: readonly Column[]): TypedExpression {
  const again = (one: TypedExpression): TypedExpression => rebind(one, columns);
  switch (expression.kind) {
    case "reference": {
      const column = byName(columns, expression.name);
      return column === undefined ? expression : reference(column);
    }
    case "call":
      return { ...expression, arguments: expression.arguments.map(again) };
    case "cast":
    case "field":
      return { ...expression, input: again(expression.input) };
    case "lambda":
      return { ...expression, body: again(expression.body) };
    default:
      return expression;
  }
}

/** Rows for which a condition is false or null. */
export function notTrue(condition: TypedExpression): TypedExpression {
  const isTrue = call("<=>", [condition, booleanLiteral(true)], { type: boolean, nullable: false });
  return call("not", [isTrue], { type: boolean, nullable: false });
}
