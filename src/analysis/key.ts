import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../schema/value.ts";
import { freshId, replace } from "./expression.ts";
import type {
  TypedExpression,
  TypedReference,
  TypedRelation,
  TypedSubquery,
  TypedVariable,
} from "./typed.ts";

/** A text that two expressions share if and only if they compute the same; names play no part. */
export function keyOf(expression: TypedExpression): string {
  switch (expression.kind) {
    case "literal":
      return `l${valueKey(expression.value)}:${JSON.stringify(expression.type)}`;
    case "reference":
      return `r${expression.id}`;
    case "variable":
      return `v${expression.id}`;
    case "call": {
      const keys = expression.arguments.map(keyOf);
      if (commutative.has(expression.name)) keys.sort();
      return `c${expression.name}(${keys.join()})`;
    }
    case "cast":
      return `t${expression.mode}${JSON.stringify(expression.type)}(${keyOf(expression.input)})`;
    case "field":
      return `f${expression.ordinal}(${keyOf(expression.input)})`;
    case "lambda":
      return lambdaKey(expression.parameters, expression.body);
    case "aggregate": {
      const flags = `${expression.distinct ? "d" : ""}${expression.ignoreNulls ? "i" : ""}`;
      const filter = expression.filter ? `|${keyOf(expression.filter)}` : "";
      return `a${flags}${expression.name}(${expression.arguments.map(keyOf).join()}${filter})`;
    }
    case "window": {
      const order = expression.order.map(
        (one) => `${one.direction}${one.nulls}${keyOf(one.input)}`,
      );
      const frame = expression.frame ? frameKey(expression.frame) : "";
      const by = expression.partition.map(keyOf).join();
      return `w${keyOf(expression.function)}[${by}][${order.join()}]${frame}`;
    }
    case "subquery":
      return subqueryKey(expression);
  }
}

/** Operators whose two sides may change places. */
const commutative: ReadonlySet<string> = new Set("+ * & | ^ and or = <=>".split(" "));

function lambdaKey(parameters: readonly TypedVariable[], body: TypedExpression): string {
  const position = new Map(parameters.map((parameter, index) => [parameter.id, index]));
  const renamed = replace(body, (one) => {
    const index = one.kind === "variable" ? position.get(one.id) : undefined;
    return index === undefined || one.kind !== "variable" ? undefined : { ...one, id: -1 - index };
  });
  return `y${parameters.length}(${keyOf(renamed)})`;
}

function frameKey(
  frame: NonNullable<Extract<TypedExpression, { kind: "window" }>["frame"]>,
): string {
  const side = (one: typeof frame.lower): string =>
    "offset" in one ? `${one.bound} ${keyOf(one.offset)}` : one.bound;
  return `${frame.unit}:${side(frame.lower)}:${side(frame.upper)}`;
}

const relations = new WeakMap<TypedRelation, string>();

function subqueryKey({ use, values, relation, outer }: TypedSubquery): string {
  const known = relations.get(relation) ?? relationKey(relation, outer);
  relations.set(relation, known);
  return `s${use}${known}(${values.map(keyOf).join()})`;
}

const things = new WeakMap<object, number>();

/** A number for what is only the same as itself: data, and where it comes from. */
function identity(thing: object): number {
  const known = things.get(thing) ?? freshId();
  things.set(thing, known);
  return known;
}

/**
 * Each analysis of a query gives its columns new ids: here they are numbers in order. Those of the
 * query around are the same in each.
 */
function relationKey(relation: TypedRelation, outer: readonly TypedReference[]): string {
  const own = new Map<unknown, number>();
  const number = (id: number): string | number => {
    if (outer.some((one) => one.id === id)) return `outer ${id}`;
    own.set(id, own.get(id) ?? own.size);
    return own.get(id) ?? 0;
  };
  return JSON.stringify(relation, (key, part) => {
    if (key === "dataset" || key === "rows") return identity(part);
    if (key === "value") return valueKey(part);
    if (key === "id" || key === "column") return typeof part === "number" ? number(part) : part;
    if (key === "keys") return part.map(number);
    return typeof part === "bigint" ? `${part}n` : part;
  });
}

function valueKey(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value !== "object") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `x${Array.from(value).join()}`;
  if (
    value instanceof Decimal ||
    value instanceof CalendarDate ||
    value instanceof Timestamp ||
    value instanceof LocalTimestamp ||
    value instanceof LocalTime ||
    value instanceof Interval
  ) {
    return value.toString();
  }
  if (Array.isArray(value)) return `[${value.map(valueKey).join()}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${valueKey(key)}:${valueKey(item)}`).join()}}`;
  }
  return `(${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}:${valueKey(item as Value)}`)
    .join()})`;
}
