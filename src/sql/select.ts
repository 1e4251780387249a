import { error } from "../error/error.ts";
import type { Call, Expression } from "../plan/expression.ts";
import type { LateralView, Read, Relation } from "../plan/relation.ts";
import { boolean } from "../schema/type.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  parenthesized,
  peek,
  placeOf,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery, call, expression, matching, namedExpression } from "./expression.ts";
import { fromClause } from "./from.ts";
import { identifier } from "./name.ts";
import { windowClause, windowsAhead } from "./window.ts";

/** `SELECT … FROM … WHERE … GROUP BY … HAVING … QUALIFY … WINDOW …` */
export function selectQuery(cursor: Cursor): Relation {
  cursor.windows.push(windowsAhead(cursor));
  const { distinct, items } = selectClause(cursor);
  const source: Relation = at(cursor, "FROM") ? fromClause(cursor) : { kind: "one row" };
  const result = selectTail(cursor, { source, items, distinct });
  cursor.windows.pop();
  return result;
}

/** `FROM t [SELECT …]`: without SELECT it is all of `t`. */
export function fromFirst(cursor: Cursor): Relation {
  const source = fromClause(cursor);
  if (!at(cursor, "SELECT")) return source;
  const result = selectOver(cursor, source);
  if (at(cursor, "SELECT")) throw unsupported(cursor, "more than one SELECT after FROM");
  return result;
}

/** `SELECT … WHERE … GROUP BY …` of rows that are named before it. */
export function selectOver(cursor: Cursor, source: Relation): Relation {
  cursor.windows.push(windowsAhead(cursor));
  const { distinct, items } = selectClause(cursor);
  const result = selectTail(cursor, { source, items, distinct });
  cursor.windows.pop();
  return result;
}

function selectClause(cursor: Cursor): { distinct: boolean; items: readonly Expression[] } {
  expect(cursor, "SELECT");
  if (at(cursor, "TRANSFORM", "(")) {
    const close = matching(cursor, cursor.index + 1);
    const behind = cursor.tokens[close + 1]?.key ?? "";
    if (["USING", "ROW", "RECORDWRITER"].includes(behind)) throw unsupported(cursor, "TRANSFORM");
  }
  const distinct = take(cursor, "DISTINCT");
  if (!distinct && at(cursor, "ALL") && ![",", ".", "("].includes(peek(cursor, 1).key)) {
    take(cursor, "ALL");
  }
  return { distinct, items: list(cursor, namedExpression) };
}

interface Selection {
  readonly source: Relation;
  readonly items: readonly Expression[];
  readonly distinct: boolean;
}

function selectTail(cursor: Cursor, selection: Selection): Relation {
  let input = lateralViews(cursor, selection.source);
  if (take(cursor, "WHERE")) {
    input = { kind: "filter", input, condition: expression(cursor) };
  }
  const grouping = groupBy(cursor);
  const having = take(cursor, "HAVING") ? expression(cursor) : undefined;
  let result = selected(cursor, input, { items: selection.items, grouping, having });
  if (take(cursor, "QUALIFY")) {
    result = { kind: "filter", input: result, condition: expression(cursor), qualify: true };
  }
  if (at(cursor, "WINDOW") && peek(cursor, 2).key === "AS") windowClause(cursor);
  return selection.distinct
    ? { kind: "deduplicate", input: result, withinWatermark: false }
    : result;
}

/** The select list over its input: HAVING without GROUP BY makes one group, or is a filter. */
function selected(
  cursor: Cursor,
  input: Relation,
  clauses: {
    readonly items: readonly Expression[];
    readonly grouping: readonly Expression[] | undefined;
    readonly having: Expression | undefined;
  },
): Relation {
  const { items, grouping, having } = clauses;
  const project: Relation = { kind: "project", input, expressions: items };
  if (!grouping && !having) return project;
  if (!grouping && having && cursor.options.legacyHaving) {
    const condition: Expression =
      having.kind === "call"
        ? having
        : { kind: "cast", input: having, type: boolean, mode: "cast" };
    return { kind: "filter", input: project, condition };
  }
  const aggregate = { kind: "aggregate", input, aggregates: items, keepGrouping: false } as const;
  return { ...aggregate, grouping: grouping ?? [], ...(having ? { having } : {}) };
}

/** `LATERAL VIEW [OUTER] f(…) [t] [AS a, b]`, any number. */
export function lateralViews(cursor: Cursor, source: Relation): Relation {
  let input = source;
  while (take(cursor, "LATERAL", "VIEW")) {
    const outer = take(cursor, "OUTER");
    const generator = expression(cursor);
    const alias = at(cursor, "AS") || isViewEnd(cursor) ? undefined : identifier(cursor);
    const named = take(cursor, "AS") || (peek(cursor).kind === "word" && !isViewEnd(cursor));
    const columns = named ? list(cursor, identifier) : [];
    const view: LateralView = { kind: "lateral view", input, generator, outer, columns };
    input = alias === undefined ? view : { ...view, alias };
  }
  return input;
}

const viewEnds: ReadonlySet<string> = new Set(
  `LATERAL WHERE GROUP HAVING QUALIFY ORDER SORT CLUSTER DISTRIBUTE WINDOW LIMIT OFFSET UNION
    EXCEPT INTERSECT MINUS PIVOT UNPIVOT SELECT JOIN`.split(/\s+/),
);

function isViewEnd(cursor: Cursor): boolean {
  const { kind, key } = peek(cursor);
  return (kind !== "word" && kind !== "quoted") || viewEnds.has(key);
}

/**
 * GROUP BY; its ordinals and ALL are for analysis. Grouping analytics are the calls `rollup`,
 * `cube` and `grouping sets`, whose arguments of several columns are the call `grouping set`; for
 * `GROUP BY a, b GROUPING SETS (…)` the first argument is the call `group by` of what comes before.
 */
export function groupBy(
  cursor: Cursor,
  item: (cursor: Cursor) => Expression = expression,
): readonly Expression[] | undefined {
  if (!take(cursor, "GROUP", "BY")) return undefined;
  const grouping = list(cursor, () => groupingItem(cursor, item));
  if (take(cursor, "WITH", "ROLLUP")) return [call("rollup", grouping)];
  if (take(cursor, "WITH", "CUBE")) return [call("cube", grouping)];
  if (take(cursor, "GROUPING", "SETS")) {
    return [call("grouping sets", [call("group by", grouping), ...groupingSets(cursor)])];
  }
  return grouping;
}

function groupingItem(cursor: Cursor, item = expression): Expression {
  const token = peek(cursor);
  for (const word of ["ROLLUP", "CUBE"]) {
    if (!at(cursor, word, "(")) continue;
    take(cursor, word);
    const sets = groupingSets(cursor);
    if (sets.some((one) => one.kind === "call" && isEmptySet(one))) {
      throw error("_LEGACY_ERROR_TEMP_0051", { element: word, ...placeOf(cursor, token) });
    }
    return call(word.toLowerCase(), sets, token);
  }
  if (take(cursor, "GROUPING", "SETS")) {
    return call("grouping sets", groupingSets(cursor), token);
  }
  return item(cursor);
}

function groupingSets(cursor: Cursor): Expression[] {
  return parenthesized(cursor, () => list(cursor, groupingSet));
}

function isEmptySet(given: Call): boolean {
  return given.name === "grouping set" && given.arguments.length === 0;
}

function groupingSet(cursor: Cursor): Expression {
  if (take(cursor, "(", ")")) return call("grouping set", []);
  if (!at(cursor, "(") || atQuery(cursor, 1)) return groupingItem(cursor);
  const close = cursor.tokens[matching(cursor, cursor.index) + 1];
  if (close?.key !== "," && close?.key !== ")") return expression(cursor);
  return call(
    "grouping set",
    parenthesized(cursor, () => list(cursor, expression)),
  );
}

export function readTable(table: readonly string[]): Read {
  return { kind: "read", streaming: false, table, paths: [], options: {} };
}
