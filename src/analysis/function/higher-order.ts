import { error } from "../../error/error.ts";
import { array, boolean, type DataType, integer, map, nullType } from "../../schema/type.ts";
import { withoutStrings } from "../coercion.ts";
import { call, cast, sameShape } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression, TypedLambda } from "../typed.ts";
import {
  argument,
  type FunctionCall,
  type Group,
  type LambdaParameter,
  mismatch,
  modeOf,
  takes,
} from "./definition.ts";

const index: LambdaParameter = { type: integer, nullable: false };

const variable = "namedlambdavariable()";
const choice = (test: string, yes: string, no: string): string => `(IF(${test}, ${yes}, ${no}))`;

/** How Spark prints the comparison of an `array_sort` that is given none: nulls last. */
const ascending = `lambdafunction(${[
  choice(
    `((${variable} IS NULL) AND (${variable} IS NULL))`,
    "0",
    choice(
      `(${variable} IS NULL)`,
      "1",
      choice(
        `(${variable} IS NULL)`,
        "-1",
        choice(
          `(${variable} < ${variable})`,
          "-1",
          choice(`(${variable} > ${variable})`, "1", "0"),
        ),
      ),
    ),
  ),
  variable,
  variable,
].join(", ")})`;

/** Functions that take a lambda. */
export const higherOrder: Group = {
  transform: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => {
      const body = given.bind(1, [element(given), index]);
      return on(given, "transform", { body, type: array(body.type, body.nullable) });
    },
  },
  filter: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => {
      const body = predicate(given, given.bind(1, [element(given), index]));
      return on(given, "filter", { body, type: argument(given, 0).type });
    },
  },
  exists: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => {
      const body = predicate(given, given.bind(1, [element(given)]));
      return on(given, "exists", { body, type: boolean, uncertain: body.nullable });
    },
  },
  forall: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => {
      const body = predicate(given, given.bind(1, [element(given)]));
      return on(given, "forall", { body, type: boolean, uncertain: body.nullable });
    },
  },
  aggregate: {
    aliases: ["reduce"],
    arity: [3, 4],
    takes: [takes.array],
    resolve: fold,
    print: (texts, name) => {
      const identity = "lambdafunction(namedlambdavariable(), namedlambdavariable())";
      return `${name}(${(texts.length === 3 ? [...texts, identity] : texts).join(", ")})`;
    },
  },
  array_sort: {
    arity: [1, 2],
    print: (texts, name) => `${name}(${texts[0]}, ${texts[1] ?? ascending})`,
    takes: [takes.array],
    resolve: (given) => {
      const input = argument(given, 0);
      if (given.arguments.length === 1) return call("array_sort", [input], { type: input.type });
      const body = given.bind(1, [element(given), element(given)]);
      return on(given, "array_sort", { body: comparator(given, body), type: input.type });
    },
  },
  zip_with: {
    arity: [3, 3],
    takes: [takes.array, takes.array],
    resolve: (given) => {
      const sides = [0, 1].map((side) => ({ type: element(given, side).type, nullable: true }));
      const body = given.bind(2, sides);
      const args = [argument(given, 0), argument(given, 1), body];
      const nullable = argument(given, 0).nullable || argument(given, 1).nullable;
      return call("zip_with", args, { type: array(body.type, body.nullable), nullable });
    },
  },
  map_filter: {
    arity: [2, 2],
    takes: [takes.map],
    resolve: (given) => {
      const body = predicate(given, given.bind(1, entry(given)));
      return on(given, "map_filter", { body, type: argument(given, 0).type });
    },
  },
  map_zip_with: { arity: [3, 3], takes: [takes.map, takes.map], resolve: zipMaps },
  transform_keys: {
    arity: [2, 2],
    takes: [takes.map],
    resolve: (given) => {
      const body = given.bind(1, entry(given));
      const [, value] = entry(given);
      checkKey(given, body.type);
      const type = map(body.type, value?.type ?? nullType, value?.nullable ?? true);
      return on(given, "transform_keys", { body, type });
    },
  },
  transform_values: {
    arity: [2, 2],
    takes: [takes.map],
    resolve: (given) => {
      const body = given.bind(1, entry(given));
      const [key] = entry(given);
      return on(given, "transform_values", {
        body,
        type: map(key?.type ?? nullType, body.type, body.nullable),
      });
    },
  },
};

function on(
  given: FunctionCall,
  name: string,
  made: { readonly body: TypedExpression; readonly type: DataType; readonly uncertain?: boolean },
): TypedExpression {
  const input = argument(given, 0);
  const nullable = input.nullable || (made.uncertain ?? false);
  return call(name, [input, made.body], { type: made.type, nullable });
}

function element(given: FunctionCall, side = 0): LambdaParameter {
  const { type } = argument(given, side);
  return type.type === "array"
    ? { type: type.elementType, nullable: type.containsNull }
    : { type: nullType, nullable: true };
}

function entry(given: FunctionCall, side = 0): readonly LambdaParameter[] {
  const { type } = argument(given, side);
  if (type.type !== "map")
    return [
      { type: nullType, nullable: false },
      { type: nullType, nullable: true },
    ];
  return [
    { type: type.keyType, nullable: false },
    { type: type.valueType, nullable: type.valueContainsNull },
  ];
}

function predicate(given: FunctionCall, lambda: TypedLambda): TypedLambda {
  if (lambda.type.type === "boolean") return lambda;
  if (lambda.type.type !== "void") throw mismatch(given, 1, '"BOOLEAN"');
  const body = cast(lambda.body, boolean);
  return { ...lambda, body, type: boolean };
}

/** What compares says which of two elements is first by an INT, of no other type. */
function comparator(given: FunctionCall, lambda: TypedLambda): TypedLambda {
  if (lambda.type.type === "integer") return lambda;
  throw error("DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE", {
    sqlExpr: `"${given.text}"`,
    functionName: "`lambdafunction`",
    expectedType: quoteType(integer),
    actualType: quoteType(lambda.type),
  });
}

function checkKey(given: FunctionCall, type: DataType): void {
  if (type.type !== "map") return;
  throw error("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", {
    sqlExpr: `"${given.text}"`,
    keyType: quoteType(type),
  });
}

/** map_zip_with(left, right, merge): the keys of both get one type, but no text becomes another. */
function zipMaps(given: FunctionCall): TypedExpression {
  const sides = [argument(given, 0), argument(given, 1)];
  const [left, right] = [entry(given, 0), entry(given, 1)];
  const [leftKey, rightKey] = [left[0]?.type ?? nullType, right[0]?.type ?? nullType];
  const key = withoutStrings(leftKey, rightKey, given.conf.ansi);
  if (!key) {
    throw error("DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", {
      sqlExpr: `"${given.text}"`,
      functionName: "`map_zip_with`",
      leftType: quoteType(leftKey),
      rightType: quoteType(rightKey),
    });
  }
  const values = [left, right].map(([, value]) => value?.type ?? nullType);
  const body = given.bind(2, [
    { type: key, nullable: false },
    ...values.map((type) => ({ type, nullable: true })),
  ]);
  const maps = sides.map((side, index) =>
    cast(
      side,
      map(key, values[index] ?? nullType, entry(given, index)[1]?.nullable),
      modeOf(given),
    ),
  );
  const nullable = sides.some((side) => side.nullable);
  return call("map_zip_with", [...maps, body], {
    type: map(key, body.type, body.nullable),
    nullable,
  });
}

/** aggregate(array, zero, merge[, finish]): merge gives the type of zero, whatever its names. */
function fold(given: FunctionCall): TypedExpression {
  const zero = argument(given, 1);
  const item = element(given);
  const { type } = zero;
  const merge = given.bind(2, [{ type, nullable: true }, item]);
  if (!sameShape(merge.type, type) && merge.type.type !== "void") {
    throw mismatch(given, 2, quoteType(type));
  }
  const same = { ...merge, body: cast(merge.body, type, modeOf(given)), type };
  const args: TypedExpression[] = [argument(given, 0), zero, same];
  if (given.arguments.length === 3) return call("aggregate", args, { type, nullable: true });
  const finish = given.bind(3, [{ type, nullable: true }]);
  return call("aggregate", [...args, finish], { type: finish.type, nullable: true });
}
