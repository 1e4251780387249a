import { array, boolean, type DataType, integer, map, nullType } from "../../schema/type.ts";
import { castable, wider } from "../coercion.ts";
import { call, cast, sameType } from "../expression.ts";
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
    takes: [takes.array],
    resolve: (given) => {
      const input = argument(given, 0);
      if (given.arguments.length === 1) return call("array_sort", [input], { type: input.type });
      const body = given.bind(1, [element(given), element(given)]);
      return on(given, "array_sort", { body, type: input.type });
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
  transform_keys: {
    arity: [2, 2],
    takes: [takes.map],
    resolve: (given) => {
      const body = given.bind(1, entry(given));
      const [, value] = entry(given);
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

function entry(given: FunctionCall): readonly LambdaParameter[] {
  const { type } = argument(given, 0);
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

/** aggregate(array, zero, merge[, finish]): the accumulator has the type that merge settles on. */
function fold(given: FunctionCall): TypedExpression {
  const zero = argument(given, 1);
  const item = element(given);
  const first = given.bind(2, [{ type: zero.type, nullable: true }, item]);
  const type = sameType(first.type, zero.type)
    ? zero.type
    : (wider(zero.type, first.type, given.conf.ansi) ??
      (castable(first.type, zero.type, true) ? zero.type : undefined));
  if (!type) throw mismatch(given, 2, zero.type.type);
  const mode = modeOf(given);
  const bound = sameType(type, zero.type) ? first : given.bind(2, [{ type, nullable: true }, item]);
  const merge = { ...bound, body: cast(bound.body, type, mode), type };
  const args: TypedExpression[] = [argument(given, 0), cast(zero, type, mode), merge];
  if (given.arguments.length === 3) return call("aggregate", args, { type, nullable: true });
  const finish = given.bind(3, [{ type, nullable: true }]);
  return call("aggregate", [...args, finish], { type: finish.type, nullable: true });
}
