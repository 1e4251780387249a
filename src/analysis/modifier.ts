import { error } from "../error/error.ts";
import type { Expression, SortOrder } from "../plan/expression.ts";
import type { Deduplicate, Filter, Limit, Offset, Sort, WithWatermark } from "../plan/relation.ts";
import { intervalMicros, parseInterval } from "../schema/interval.ts";
import { isIntegral, isOrderable } from "./coercion.ts";
import { some } from "./expression.ts";
import { constantOf } from "./fold.ts";
import { isGenerator } from "./function/registry.ts";
import { type Analyzed, type Environment, placeOver, trimmed } from "./output.ts";
import { orderBy } from "./over.ts";
import { condition, parsed, type Resolved, resolve } from "./resolve.ts";
import { emptyScope, lookup, type ScopeColumn, unresolved } from "./scope.ts";
import { extractWindows, hasAggregate } from "./select.ts";
import { withTimeWindows } from "./time-window.ts";
import { quoteType } from "./type-text.ts";
import { outputOf, type TypedOrder, type TypedRelation } from "./typed.ts";
import { checkDistinct } from "./variant.ts";

/** WHERE, and `filter` above anything: columns beneath a select list can be named too. */
export function filter(given: Filter, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  if (given.qualify) return qualify(input, given.condition);
  const place = { ...placeOver(input, environment), filtering: true };
  const direct = attempt(() => condition(given.condition, place));
  if ("value" in direct) {
    checkCondition(direct.value);
    const beneath = withTimeWindows(input.relation, place.windows);
    return filtered({ ...input, relation: beneath }, direct.value);
  }
  if (!input.more || given.piped) throw direct.thrown;
  const made = attempt(() => input.more?.([given.condition]));
  if (!("value" in made) || !made.value) throw direct.thrown;
  const [resolved] = made.value.resolved;
  if (!resolved) throw direct.thrown;
  const { type } = resolved.expression;
  if (type.type !== "boolean") throw direct.thrown;
  checkCondition(resolved);
  return filtered(made.value.analyzed, resolved);
}

/** QUALIFY: a condition over window functions and what stands beneath the select list. */
function qualify(input: Analyzed, given: Expression): Analyzed {
  const made = input.more?.([given]);
  const [resolved] = made?.resolved ?? [];
  if (!made || !resolved) throw new Error("Assertion failed: QUALIFY stands above a select list");
  const { visible, hidden, relation } = made.analyzed;
  const windowed = extractWindows(relation, [resolved.expression]);
  const [condition = resolved.expression] = windowed.expressions;
  return { relation: { kind: "filter", input: windowed.relation, condition }, visible, hidden };
}

type Attempt<T> = { readonly value: T } | { readonly thrown: unknown };

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { value: run() };
  } catch (thrown) {
    return { thrown };
  }
}

function filtered(input: Analyzed, resolved: Resolved): Analyzed {
  return rewrapped(input, (relation) => ({
    kind: "filter",
    input: relation,
    condition: resolved.expression,
  }));
}

/** A modifier above an input through which more of the input can still be asked for. */
function rewrapped(input: Analyzed, wrap: (relation: TypedRelation) => TypedRelation): Analyzed {
  const { visible, hidden, more } = input;
  const base = { relation: wrap(input.relation), visible, hidden };
  if (!more) return base;
  return {
    ...base,
    more: (expressions) => {
      const made = more(expressions);
      return { analyzed: rewrapped(made.analyzed, wrap), resolved: made.resolved };
    },
  };
}

function checkCondition(resolved: Resolved): void {
  const { expression, text } = resolved;
  const bad = hasAggregate(expression)
    ? "an aggregate function"
    : some(expression, (one) => one.kind === "window")
      ? "a window function"
      : some(expression, isGenerator)
        ? "a generator"
        : undefined;
  if (bad) {
    throw error("INVALID_WHERE_CONDITION", { condition: `"${text}"`, expressionList: bad });
  }
}

/** ORDER BY: positions, output names, then what is beneath the output. */
export function sort(given: Sort, environment: Environment): Analyzed {
  const beneath = environment.analyze(given.input, environment);
  const analyzed = given.piped ? closed(beneath) : beneath;
  const order = given.order.map((one) => ({
    ...one,
    input: parsed(one.input, environment.context.conf),
  }));
  const { ordinals } = environment.context.conf;
  const isPosition = (one: SortOrder): boolean => ordinals.order && isOrdinal(one.input);
  const open = order.filter((one) => !isPosition(one));
  const { input, resolved } = resolveOrders(analyzed, open, environment);
  const taken = ordinals.putOut ? [] : input.hidden.slice(analyzed.hidden.length);
  const rest = [...resolved];
  const typed = order.map((one) => {
    const found = isPosition(one)
      ? columnAt(one.input, [...analyzed.visible, ...taken])
      : rest.shift();
    if (!found) throw new Error("Assertion failed: a sort key was not resolved");
    return sortKey(one, found);
  });
  const windowed = extractWindows(
    input.relation,
    typed.map((one) => one.input),
  );
  const keys = typed.map((one, index) => ({
    ...one,
    input: windowed.expressions[index] ?? one.input,
  }));
  if (windowed.relation === input.relation) {
    return rewrapped(input, (relation) => ({ kind: "sort", input: relation, order: keys }));
  }
  const { visible, hidden } = input;
  return { relation: { kind: "sort", input: windowed.relation, order: keys }, visible, hidden };
}

/** Nothing beneath it can be named. */
function closed({ relation, visible, hidden }: Analyzed): Analyzed {
  return { relation, visible, hidden };
}

function resolveOrders(
  input: Analyzed,
  order: readonly SortOrder[],
  environment: Environment,
): { readonly input: Analyzed; readonly resolved: readonly Resolved[] } {
  const expressions = order.map((one) => one.input);
  if (input.more) {
    const made = input.more(expressions);
    return { input: made.analyzed, resolved: made.resolved };
  }
  const place = placeOver(input, environment);
  return { input, resolved: expressions.map((one) => resolve(one, place)) };
}

function sortKey(given: SortOrder, resolved: Resolved): TypedOrder {
  const { type } = resolved.expression;
  const asked = some(resolved.expression, (one) => one.kind === "subquery" && one.use !== "scalar");
  if (asked) {
    const sqlExpr = `"${resolved.text}"`;
    throw error("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_IN_EXISTS_SUBQUERY", {
      sqlExpr,
    });
  }
  if (!isOrderable(type)) {
    throw error("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {
      sqlExpr: `"${resolved.text}"`,
      functionName: "`sortorder`",
      dataType: quoteType(type),
    });
  }
  return orderBy(given, resolved).typed;
}

function isOrdinal(given: Expression): boolean {
  return given.kind === "literal" && given.type.type === "integer" && given.value !== null;
}

function columnAt(given: Expression, columns: readonly ScopeColumn[]): Resolved {
  const index = given.kind === "literal" ? Number(given.value) : 0;
  const found = columns[index - 1];
  if (!found) throw error("ORDER_BY_POS_OUT_OF_RANGE", { index, size: columns.length });
  const { id, name, type, nullable, metadata } = found.column;
  const expression = { kind: "reference" as const, id, name, type, nullable };
  return { expression, text: name, name, metadata };
}

export function limit(given: Limit, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const count = countOf(given.count, "limit", environment);
  const { relation, visible, hidden } = input;
  if (relation.kind === "limit" && relation.limit === undefined) {
    return { relation: { ...relation, limit: count }, visible, hidden };
  }
  return { relation: { kind: "limit", input: relation, limit: count, offset: 0 }, visible, hidden };
}

export function offset(given: Offset, environment: Environment): Analyzed {
  const { relation, visible, hidden } = environment.analyze(given.input, environment);
  const count = countOf(given.count, "offset", environment);
  return { relation: { kind: "limit", input: relation, offset: count }, visible, hidden };
}

/** The count of LIMIT or OFFSET: a constant whole number, 0 or more. */
function countOf(given: Expression, name: string, environment: Environment): number {
  const resolved = resolve(given, placeOver(emptyScope, environment));
  const { expression, text } = resolved;
  const constant = constantOf(expression);
  if (!constant)
    throw error("INVALID_LIMIT_LIKE_EXPRESSION.IS_UNFOLDABLE", { name, expr: `"${text}"` });
  if (constant.value === null) {
    throw error("INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL", { name, expr: `"${text}"` });
  }
  if (!isIntegral(expression.type) || expression.type.type === "long") {
    const dataType = quoteType(expression.type);
    throw error("INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", { name, expr: `"${text}"`, dataType });
  }
  const count = Number(constant.value);
  if (count < 0) throw error("INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", { name, v: count });
  return count;
}

/** DISTINCT and dropDuplicates. */
export function deduplicate(given: Deduplicate, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const { visible } = input;
  const relation = trimmed(input);
  const keys = given.columns
    ? given.columns.flatMap((name) => {
        const matches = visible.filter(
          (one) => one.column.name.toLowerCase() === name.toLowerCase(),
        );
        if (matches.length === 0) throw unresolved([name], [input]);
        return matches.map((one) => one.column.id);
      })
    : visible.map((one) => one.column.id);
  const compared = new Set(keys);
  checkDistinct(visible.map((one) => one.column).filter((column) => compared.has(column.id)));
  const { withinWatermark } = given;
  return {
    relation: { kind: "deduplicate", input: relation, keys, withinWatermark },
    visible,
    hidden: [],
  };
}

const delayKey = "spark.watermarkDelayMs";

/** withWatermark: the column's metadata tells from here on; an older watermark's does no more. */
export function watermark(given: WithWatermark, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const delay = parseInterval(given.delay);
  if (delay === undefined) throw error("CANNOT_PARSE_INTERVAL", { intervalString: given.delay });
  const micros = intervalMicros(delay);
  if (micros < 0n) throw error("INVALID_DELAY_THRESHOLD", { delay: given.delay });
  const delayMs = Number(micros / 1000n);
  const name = given.eventTime.split(".");
  const found = lookup(input, [given.eventTime]) ?? lookup(input, name);
  if (!found) throw unresolved(name, [input]);
  if (found.fields.length > 0) {
    throw error("EVENT_TIME_MUST_BE_TOP_LEVEL_COLUMN", { eventExpr: given.eventTime });
  }
  const { id, type } = found.column;
  const isWindow = type.type === "struct" && type.fields[1]?.type.type === "timestamp";
  if (type.type !== "timestamp" && type.type !== "timestamp_ntz" && !isWindow) {
    throw error("EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", {
      eventName: `\`${given.eventTime}\``,
      eventType: quoteType(type),
    });
  }
  const marked = <T extends { readonly id: number; readonly metadata: object }>(column: T): T => {
    const { [delayKey]: _, ...rest } = column.metadata as Record<string, unknown>;
    const metadata = column.id === id ? { ...rest, [delayKey]: delayMs } : rest;
    return { ...column, metadata };
  };
  const output = outputOf(input.relation).map(marked);
  const byId = new Map(output.map((column) => [column.id, column]));
  const scoped = (one: ScopeColumn): ScopeColumn => ({
    ...one,
    column: byId.get(one.column.id) ?? one.column,
  });
  return {
    relation: { kind: "watermark", input: input.relation, column: id, delayMs, output },
    visible: input.visible.map(scoped),
    hidden: input.hidden.map(scoped),
  };
}
