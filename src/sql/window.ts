import { error } from "../error/error.ts";
import type { Expression, FrameBoundary, SortOrder, WindowFrame } from "../plan/expression.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  next,
  peek,
  syntaxError,
  take,
  type WindowSpec,
} from "./cursor.ts";
import { expression, sortItem } from "./expression.ts";
import { definedName } from "./name.ts";

/** What follows OVER: a window's name, or its definition. */
export function windowSpec(cursor: Cursor): WindowSpec {
  if (!at(cursor, "(")) return namedWindow(cursor, definedName(cursor));
  const { kind } = peek(cursor, 1);
  if ((kind === "word" || kind === "quoted") && peek(cursor, 2).key === ")") {
    next(cursor);
    const name = definedName(cursor);
    next(cursor);
    return namedWindow(cursor, name);
  }
  return windowDefinition(cursor);
}

function namedWindow(cursor: Cursor, name: string): WindowSpec {
  const found = cursor.windows.at(-1)?.get(name.toLowerCase());
  if (!found) throw error("MISSING_WINDOW_SPECIFICATION", { windowName: `\`${name}\`` });
  return found;
}

function windowDefinition(cursor: Cursor): WindowSpec {
  expect(cursor, "(");
  let partition: Expression[] = [];
  let order: SortOrder[] = [];
  if (take(cursor, "CLUSTER", "BY")) {
    partition = list(cursor, expression);
  } else {
    if (take(cursor, "PARTITION", "BY") || take(cursor, "DISTRIBUTE", "BY")) {
      partition = list(cursor, expression);
    }
    if (take(cursor, "ORDER", "BY") || take(cursor, "SORT", "BY")) {
      order = list(cursor, sortItem);
    }
  }
  const frame = windowFrame(cursor);
  expect(cursor, ")");
  return { partition, order, ...(frame ? { frame } : {}) };
}

function windowFrame(cursor: Cursor): WindowFrame | undefined {
  const unit = take(cursor, "ROWS") ? "rows" : take(cursor, "RANGE") ? "range" : undefined;
  if (unit === undefined) return undefined;
  if (!take(cursor, "BETWEEN")) {
    return { unit, lower: boundary(cursor), upper: { bound: "current row" } };
  }
  const lower = boundary(cursor);
  expect(cursor, "AND");
  return { unit, lower, upper: boundary(cursor) };
}

function boundary(cursor: Cursor): FrameBoundary {
  if (take(cursor, "CURRENT", "ROW")) return { bound: "current row" };
  if (take(cursor, "UNBOUNDED", "PRECEDING")) return { bound: "unbounded preceding" };
  if (take(cursor, "UNBOUNDED", "FOLLOWING")) return { bound: "unbounded following" };
  const offset = expression(cursor);
  if (take(cursor, "PRECEDING")) return { bound: "preceding", offset };
  if (take(cursor, "FOLLOWING")) return { bound: "following", offset };
  throw syntaxError(cursor);
}

/** `WINDOW w AS (…), v AS w` */
export function windowClause(cursor: Cursor): ReadonlyMap<string, WindowSpec> {
  const windows = new Map<string, WindowSpec>();
  expect(cursor, "WINDOW");
  cursor.windows.push(windows);
  list(cursor, () => {
    const name = definedName(cursor);
    expect(cursor, "AS");
    const spec = windowSpec(cursor);
    if (windows.has(name.toLowerCase())) {
      throw error("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", { windowName: `\`${name}\`` });
    }
    windows.set(name.toLowerCase(), spec);
  });
  cursor.windows.pop();
  return windows;
}

const endWords: ReadonlySet<string> = new Set(["UNION", "INTERSECT", "MINUS", "|>", ";"]);

/** The WINDOW clause of the query that begins here, read ahead: its names are used before it. */
export function windowsAhead(cursor: Cursor): ReadonlyMap<string, WindowSpec> {
  let depth = 0;
  for (let index = cursor.index; index < cursor.tokens.length; index += 1) {
    const key = cursor.tokens[index]?.key ?? "";
    if (key === "(") depth += 1;
    if (key === ")") depth -= 1;
    if (depth < 0 || (depth === 0 && endWords.has(key))) break;
    const isClause = key === "WINDOW" && cursor.tokens[index + 2]?.key === "AS";
    if (depth > 0 || !isClause) continue;
    const start = cursor.index;
    cursor.index = index;
    const windows = windowClause(cursor);
    cursor.index = start;
    return windows;
  }
  return new Map();
}
