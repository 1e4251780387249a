import { error } from "../../error/error.ts";
import {
  array,
  type DataType,
  field,
  integer,
  type StructField,
  string,
  struct,
  variant,
} from "../../schema/type.ts";
import { call } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  constantNumber,
  type FunctionCall,
  type Group,
  mismatch,
  only,
  takes,
  unify,
} from "./definition.ts";

const kind = "generator";
const many = Number.POSITIVE_INFINITY;
const collection = {
  label: '("ARRAY" or "MAP")',
  target: (type: DataType) => (type.type === "array" || type.type === "map" ? type : undefined),
};

/** Functions of one row that give many. The type is an array of the rows' struct. */
export const generators: Group = {
  explode: {
    kind,
    aliases: ["explode_outer"],
    takes: [collection],
    parameters: ["collection"],
    resolve: (given) => rows(given, "explode", items(given)),
  },
  posexplode: {
    kind,
    aliases: ["posexplode_outer"],
    takes: [collection],
    parameters: ["collection"],
    resolve: (given) => rows(given, "posexplode", [field("pos", integer, false), ...items(given)]),
  },
  inline: {
    kind,
    aliases: ["inline_outer"],
    takes: [takes.array],
    parameters: ["input"],
    resolve: inline,
  },
  stack: { kind, arity: [2, many], takes: [takes.integer], resolve: stack },
  variant_explode: {
    kind,
    aliases: ["variant_explode_outer"],
    takes: [only(variant)],
    parameters: ["input"],
    resolve: (given) =>
      rows(given, "variant_explode", [
        field("pos", integer, false),
        field("key", string),
        field("value", variant, false),
      ]),
  },
  json_tuple: {
    kind,
    arity: [2, many],
    rest: takes.string,
    resolve: (given) =>
      rows(
        given,
        "json_tuple",
        given.arguments.slice(1).map((_, index) => field(`c${index}`, string)),
      ),
  },
};

function rows(
  given: FunctionCall,
  name: string,
  fields: readonly StructField[],
  args = given.arguments,
): TypedExpression {
  return call(name, args, { type: array(struct(fields), false) });
}

function items(given: FunctionCall): readonly StructField[] {
  const { type } = argument(given, 0);
  if (type.type === "map") {
    return [
      field("key", type.keyType, false),
      field("value", type.valueType, type.valueContainsNull),
    ];
  }
  return type.type === "array" ? [field("col", type.elementType, type.containsNull)] : [];
}

function inline(given: FunctionCall): TypedExpression {
  const { type } = argument(given, 0);
  if (type.type !== "array" || type.elementType.type !== "struct") {
    throw mismatch(given, 0, '"ARRAY<STRUCT>"');
  }
  const nullable = type.containsNull;
  const fields = type.elementType.fields.map((one) =>
    field(one.name, one.type, nullable || one.nullable, one.metadata),
  );
  return rows(given, "inline", fields);
}

/** stack(n, v1, …): n rows of the values in turn; values of one column get one type. */
function stack(given: FunctionCall): TypedExpression {
  const count = constantNumber(given, 0);
  if (count < 1) {
    throw error("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", {
      sqlExpr: `"${given.text}"`,
      exprName: "`n`",
      valueRange: "[1, 2147483647]",
      currentValue: count,
    });
  }
  const values = given.arguments.length - 1;
  const width = Math.ceil(values / count);
  let args = [...given.arguments];
  const fields: StructField[] = [];
  for (let column = 0; column < width; column += 1) {
    const places = args
      .map((_, index) => index)
      .filter((index) => index > 0 && (index - 1) % width === column);
    args = unify({ ...given, arguments: args }, places);
    fields.push(field(`col${column}`, args[column + 1]?.type ?? string));
  }
  return rows(given, "stack", fields, args);
}
