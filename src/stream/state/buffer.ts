import {
  aggregate,
  and,
  booleanLiteral,
  call,
  cast,
  compare,
  integerLiteral,
  isNotNull,
  isNull,
  literal,
  longLiteral,
  nullLiteral,
  or,
  stringLiteral,
  when,
} from "../../analysis/expression.ts";
import type { TypedAggregate, TypedExpression } from "../../analysis/typed.ts";
import { error } from "../../error/error.ts";
import {
  array,
  binary,
  type DataType,
  decimal,
  double,
  integer,
  long,
  string,
} from "../../schema/type.ts";

/**
 * An aggregate taken apart, so that it can go on over batches: what is computed of the rows of
 * one batch, how that joins what was kept, and what the result is.
 */
export interface Buffers {
  /** Over the batch's rows; holds aggregates. */
  readonly partial: readonly TypedExpression[];
  /** `kept` and `fresh` refer to the partials of before and of the batch, in that order. */
  merge(
    kept: readonly TypedExpression[],
    fresh: readonly TypedExpression[],
  ): readonly TypedExpression[];
  finish(buffers: readonly TypedExpression[]): TypedExpression;
}

/** Takes an aggregate apart, or refuses it by name. */
export function buffersOf(one: TypedAggregate): Buffers {
  switch (one.name) {
    case "count":
    case "count_if":
      return single(one, (kept, fresh) => add(kept, fresh));
    case "sum":
      return single(one, (kept, fresh) => either(kept, fresh, add));
    case "min":
      return single(one, (kept, fresh) => either(kept, fresh, lesser));
    case "max":
      return single(one, (kept, fresh) => either(kept, fresh, greater));
    case "bool_and":
    case "every":
      return single(one, (kept, fresh) => either(kept, fresh, (a, b) => and([a, b])));
    case "bool_or":
    case "some":
    case "any":
      return single(one, (kept, fresh) => either(kept, fresh, (a, b) => or([a, b])));
    case "collect_list":
    case "array_agg":
      return single(one, (kept, fresh) => concat(kept, fresh));
    case "collect_set":
      return single(one, (kept, fresh) =>
        call("array_distinct", [concat(kept, fresh)], { type: kept.type, nullable: false }),
      );
    case "avg":
    case "mean":
      return average(one);
    case "first":
    case "first_value":
    case "any_value":
      return positioned(one, "first");
    case "last":
    case "last_value":
      return positioned(one, "last");
    case "max_by":
    case "min_by":
      return extreme(one);
    case "approx_count_distinct":
      return sketch(one);
    default: {
      const moment = moments[one.name];
      if (moment) return variance(one, moment);
      throw error("STREAMING_OPERATION_NOT_BUILT", {
        operation: `The aggregate ${one.name}`,
        remedy: "Write the rows to a table and aggregate that",
      });
    }
  }
}

type Merge = (kept: TypedExpression, fresh: TypedExpression) => TypedExpression;

/** An aggregate whose result is its own buffer. */
function single(one: TypedAggregate, merge: Merge): Buffers {
  return {
    partial: [one],
    merge: ([kept], [fresh]) => [merge(kept!, fresh!)],
    finish: ([buffer]) => buffer!,
  };
}

/** Null is nothing yet: the other one then. */
function either(kept: TypedExpression, fresh: TypedExpression, merge: Merge): TypedExpression {
  return when(
    [
      [isNull(kept), fresh],
      [isNull(fresh), kept],
    ],
    merge(kept, fresh),
  );
}

function add(left: TypedExpression, right: TypedExpression): TypedExpression {
  return call("+", [left, right], { type: left.type });
}

function lesser(left: TypedExpression, right: TypedExpression): TypedExpression {
  return when([[compare("<", right, left), right]], left);
}

function greater(left: TypedExpression, right: TypedExpression): TypedExpression {
  return when([[compare(">", right, left), right]], left);
}

function concat(left: TypedExpression, right: TypedExpression): TypedExpression {
  return call("concat", [left, right], { type: left.type });
}

/** The aggregate `name` with the filter of `one`. */
function like(
  one: TypedAggregate,
  name: string,
  args: readonly TypedExpression[],
  typed: { readonly type: DataType; readonly nullable: boolean },
): TypedAggregate {
  const made = aggregate(name, args, typed);
  return one.filter ? { ...made, filter: one.filter } : made;
}

function countOf(one: TypedAggregate, input: TypedExpression): TypedAggregate {
  return like(one, "count", [input], { type: long, nullable: false });
}

/** Sum and count. The sum is double, or for decimals the decimal Spark sums into. */
function average(one: TypedAggregate): Buffers {
  const input = one.arguments[0]!;
  if (one.type.type === "interval") {
    throw error("STREAMING_OPERATION_NOT_BUILT", {
      operation: "The average of intervals",
      remedy: "Average the number of microseconds instead",
    });
  }
  const type =
    input.type.type === "decimal"
      ? decimal(Math.min(38, input.type.precision + 10), input.type.scale)
      : double;
  const summed = input.type.type === "decimal" ? input : cast(input, double);
  return {
    partial: [like(one, "sum", [summed], { type, nullable: true }), countOf(one, input)],
    merge: ([keptSum, keptCount], [sum, count]) => [
      either(keptSum!, sum!, add),
      add(keptCount!, count!),
    ],
    finish: ([sum, count]) => {
      const divisor = type.type === "decimal" ? cast(count!, decimal(20, 0)) : cast(count!, double);
      const quotient = call("/", [sum!, divisor], { type: one.type, nullable: true });
      return when([[compare(">", count!, longLiteral(0n)), quotient]], nullLiteral(one.type));
    },
  };
}

/** The value, and whether there was a row to take it from. */
function positioned(one: TypedAggregate, end: "first" | "last"): Buffers {
  const input = one.arguments[0]!;
  const rows = one.ignoreNulls ? input : longLiteral(1n);
  const found = compare(">", countOf(one, rows), longLiteral(0n));
  return {
    partial: [one, found],
    merge: ([kept, keptFound], [fresh, freshFound]) => [
      end === "first" ? when([[keptFound!, kept!]], fresh!) : when([[freshFound!, fresh!]], kept!),
      or([keptFound!, freshFound!]),
    ],
    finish: ([value]) => value!,
  };
}

/** max_by, min_by: the value and what it is ordered by. */
function extreme(one: TypedAggregate): Buffers {
  const order = one.arguments[1]!;
  const best = like(one, one.name === "max_by" ? "max" : "min", [order], {
    type: order.type,
    nullable: true,
  });
  const better = one.name === "max_by" ? ">" : "<";
  return {
    partial: [one, best],
    merge: ([kept, keptOrder], [fresh, freshOrder]) => {
      const takes = or([
        isNull(keptOrder!),
        and([isNotNull(freshOrder!), compare(better, freshOrder!, keptOrder!)]),
      ]);
      return [when([[takes, fresh!]], kept!), when([[takes, freshOrder!]], keptOrder!)];
    },
    finish: ([value]) => value!,
  };
}

interface Moment {
  /** Divided by n less this. */
  readonly freedom: 0 | 1;
  readonly root: boolean;
}

const moments: Readonly<Record<string, Moment>> = {
  stddev: { freedom: 1, root: true },
  std: { freedom: 1, root: true },
  stddev_samp: { freedom: 1, root: true },
  stddev_pop: { freedom: 0, root: true },
  variance: { freedom: 1, root: false },
  var_samp: { freedom: 1, root: false },
  var_pop: { freedom: 0, root: false },
};

/** n, mean and the sum of squared distances, joined by Chan's formula. */
function variance(one: TypedAggregate, { freedom, root }: Moment): Buffers {
  const input = cast(one.arguments[0]!, double);
  const typed = { type: double, nullable: false };
  const zero = literal(0, double);
  const n = cast(countOf(one, input), double);
  const orZero = (value: TypedExpression): TypedExpression =>
    call("coalesce", [value, zero], typed);
  const mean = orZero(like(one, "avg", [input], { type: double, nullable: true }));
  const spread = orZero(like(one, "var_pop", [input], { type: double, nullable: true }));
  return {
    partial: [n, mean, arith("*", spread, n)],
    merge: ([n1, mean1, m1], [n2, mean2, m2]) => {
      const sum = arith("+", n1!, n2!);
      // Two empty sides stay empty; the divisor is only there to be no zero.
      const divisor = when([[compare("=", sum, zero), literal(1, double)]], sum);
      const delta = arith("-", mean2!, mean1!);
      const share = arith("/", n2!, divisor);
      const cross = arith("*", arith("*", arith("*", delta, delta), n1!), share);
      return [
        sum,
        arith("+", mean1!, arith("*", delta, share)),
        arith("+", arith("+", m1!, m2!), cross),
      ];
    },
    finish: ([count, , m2]) => {
      const few = literal(freedom, double);
      const rest = arith("-", count!, few);
      const value = arith("/", m2!, when([[compare("<=", rest, zero), literal(1, double)]], rest));
      const result = root ? call("sqrt", [value], typed) : value;
      return when([[compare(">", count!, few), result]], nullLiteral(double));
    },
  };
}

/** Hashes kept of a group: the estimate is off by about 1 / sqrt of it (Spark's default: 5%). */
const sketchSize = 2048;

/** Digits kept of a hash: 64 bits, so that two of a billion values are likely not one. */
const hashDigits = 16;

/**
 * The `sketchSize` least of the hashes of the values (k minimum values): exact while there are
 * fewer, bounded for ever, and it joins by union. MD5, since the state outlives the engine that
 * made it and its own hash may change.
 */
function sketch(one: TypedAggregate): Buffers {
  const value = one.arguments[0]!;
  const bytes = value.type.type === "binary" ? value : cast(cast(value, string), binary);
  const md5 = call("md5", [bytes], { type: string });
  const hash = call("substring", [md5, integerLiteral(1), integerLiteral(hashDigits)], {
    type: string,
  });
  const typed = { type: array(string, false), nullable: false };
  const seen = like(one, "collect_set", [hash], typed);
  const least = (hashes: TypedExpression): TypedExpression =>
    call(
      "slice",
      [
        call("sort_array", [hashes, booleanLiteral(true)], typed),
        integerLiteral(1),
        integerLiteral(sketchSize),
      ],
      typed,
    );
  return {
    partial: [least(seen)],
    merge: ([kept], [fresh]) => [least(call("array_distinct", [concat(kept!, fresh!)], typed))],
    finish: ([hashes]) => estimate(hashes!),
  };
}

/** k - 1 over the share of the hash space below the k-th least hash. */
function estimate(hashes: TypedExpression): TypedExpression {
  const size = cast(call("size", [hashes], { type: integer, nullable: false }), long);
  const greatest = call("array_max", [hashes], { type: string, nullable: true });
  const many = arith("/", literal(sketchSize - 1, double), fraction(greatest));
  const rounded = cast(call("round", [many], { type: double }), long);
  return when([[compare("<", size, longLiteral(BigInt(sketchSize))), size]], rounded);
}

/** The first 8 hexadecimal digits of a text as a number between 0 and 1. */
function fraction(text: TypedExpression): TypedExpression {
  const digits = Array.from({ length: 8 }, (_, index) => {
    const one = call("substring", [text, integerLiteral(index + 1), integerLiteral(1)], {
      type: string,
    });
    const place = call("instr", [stringLiteral("0123456789abcdef"), one], { type: integer });
    const value = arith("-", cast(place, double), literal(1, double));
    return arith("*", value, literal(16 ** -(index + 1), double));
  });
  return digits.reduce((sum, digit) => arith("+", sum, digit), literal(16 ** -8, double));
}

function arith(name: string, left: TypedExpression, right: TypedExpression): TypedExpression {
  return call(name, [left, right], { type: double });
}
