import { error } from "../error/error.ts";
import type { Expression, SortOrder } from "../plan/expression.ts";
import type { Relation, SetOperation, SubqueryAlias } from "../plan/relation.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  nested,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery, expression, sortItem } from "./expression.ts";
import { inlineTable } from "./inline.ts";
import { definedName, multipartName, nameList } from "./name.ts";
import { pipeOperators } from "./pipe.ts";
import { atPipe } from "./pipe-symbol.ts";
import { fromFirst, readTable, selectQuery } from "./select.ts";
import { windowClause, windowsAhead } from "./window.ts";

/** A whole query: WITH, set operations, ORDER BY, LIMIT and pipe operators. */
export function query(cursor: Cursor): Relation {
  return nested(cursor, () => {
    const definitions = commonTables(cursor);
    const input = withoutCommonTables(cursor);
    return definitions.length === 0 ? input : { kind: "with", definitions, input };
  });
}

function withoutCommonTables(cursor: Cursor): Relation {
  cursor.windows.push(windowsAhead(cursor));
  const body = organization(cursor, setOperations(cursor));
  cursor.windows.pop();
  return atPipe(cursor) ? pipeOperators(cursor, body) : body;
}

/** `WITH a AS (…), b (x, y) AS (…)`; none if there is no WITH. */
export function commonTables(cursor: Cursor): SubqueryAlias[] {
  if (!at(cursor, "WITH")) return [];
  expect(cursor, "WITH");
  if (at(cursor, "RECURSIVE") && peek(cursor, 1).kind === "word") {
    throw unsupported(cursor, "WITH RECURSIVE");
  }
  const definitions = list(cursor, (): SubqueryAlias => {
    const alias = definedName(cursor);
    const columns = at(cursor, "(") && !atQuery(cursor, 1) ? nameList(cursor) : undefined;
    take(cursor, "AS");
    const input = parenthesized(cursor, query);
    return { kind: "alias relation", input, alias, ...(columns ? { columns } : {}) };
  });
  const names = definitions.map((definition) => definition.alias.toLowerCase());
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    const duplicateNames = repeated.map((name) => `\`${name}\``).join(", ");
    throw error("DUPLICATED_CTE_NAMES", { duplicateNames });
  }
  return definitions;
}

/** UNION and EXCEPT from the left, INTERSECT before them, or in turn by the legacy order. */
function setOperations(cursor: Cursor): Relation {
  let left = intersections(cursor);
  for (;;) {
    const operator = setOperator(cursor);
    if (operator === undefined) return left;
    cursor.index += 1;
    left = setOperation(cursor, left, operator);
  }
}

function setOperator(cursor: Cursor): SetOperation["operator"] | undefined {
  if (at(cursor, "UNION")) return "union";
  if (atExcept(cursor)) return "except";
  return at(cursor, "INTERSECT") ? "intersect" : undefined;
}

function atExcept(cursor: Cursor): boolean {
  return at(cursor, "EXCEPT") || at(cursor, "MINUS");
}

function intersections(cursor: Cursor): Relation {
  let left = queryPrimary(cursor);
  while (!cursor.options.legacySetOperations && take(cursor, "INTERSECT")) {
    const all = quantifier(cursor);
    const right = queryPrimary(cursor);
    left = { ...setDefaults, operator: "intersect", left, right, all };
  }
  return left;
}

const setDefaults = { kind: "set", byName: false, allowMissingColumns: false } as const;

export function setOperation(
  cursor: Cursor,
  left: Relation,
  operator: SetOperation["operator"],
): SetOperation {
  const all = quantifier(cursor);
  const byName = take(cursor, "BY", "NAME");
  return { ...setDefaults, operator, left, right: intersections(cursor), all, byName };
}

/** ALL; DISTINCT is what it is without a word. */
function quantifier(cursor: Cursor): boolean {
  if (take(cursor, "DISTINCT")) return false;
  return take(cursor, "ALL");
}

function queryPrimary(cursor: Cursor): Relation {
  switch (peek(cursor).key) {
    case "SELECT":
      return selectQuery(cursor);
    case "FROM":
      return fromFirst(cursor);
    case "VALUES":
      return inlineTable(cursor);
    case "TABLE":
      expect(cursor, "TABLE");
      return readTable(multipartName(cursor));
    case "(":
      return parenthesized(cursor, query);
    case "MAP":
    case "REDUCE":
      throw unsupported(cursor, "TRANSFORM");
    default:
      throw syntaxError(cursor);
  }
}

/** ORDER BY, SORT BY, WINDOW, LIMIT and OFFSET, in their order of application. */
export function organization(cursor: Cursor, input: Relation): Relation {
  let order: SortOrder[] = [];
  if (take(cursor, "ORDER", "BY")) order = list(cursor, sortItem);
  if (take(cursor, "CLUSTER", "BY")) {
    const ascending = (each: Expression): SortOrder => ({
      kind: "order",
      input: each,
      direction: "asc",
    });
    order = list(cursor, expression).map(ascending);
  }
  // One engine has no partitions to distribute to.
  if (take(cursor, "DISTRIBUTE", "BY")) list(cursor, expression);
  if (take(cursor, "SORT", "BY")) order = list(cursor, sortItem);
  if (at(cursor, "WINDOW") && peek(cursor, 2).key === "AS") windowClause(cursor);
  let result: Relation = order.length > 0 ? { kind: "sort", input, order } : input;
  const limit = take(cursor, "LIMIT") ? limitCount(cursor) : undefined;
  if (take(cursor, "OFFSET")) {
    result = { kind: "offset", input: result, count: expression(cursor) };
  }
  return limit ? { kind: "limit", input: result, count: limit } : result;
}

/** LIMIT ALL is no limit. */
function limitCount(cursor: Cursor): Expression | undefined {
  const isAll = at(cursor, "ALL") && peek(cursor, 1).key !== ".";
  if (isAll) cursor.index += 1;
  return isAll ? undefined : expression(cursor);
}
