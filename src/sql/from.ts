import { error } from "../error/error.ts";
import type { Join, JoinType, Relation } from "../plan/relation.ts";
import { aliased, tableAlias } from "./alias.ts";
import {
  at,
  type Cursor,
  expect,
  next,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery, expression, matching } from "./expression.ts";
import { inlineTable } from "./inline.ts";
import { nameList } from "./name.ts";
import { lateralViews } from "./select.ts";
import { namedTable } from "./table.ts";
import { tableFunction } from "./table-function.ts";

/** `FROM a, b JOIN c …, LATERAL d` with its lateral views. */
export function fromClause(cursor: Cursor): Relation {
  expect(cursor, "FROM");
  let left = relation(cursor);
  while (take(cursor, ",")) {
    const lateral = at(cursor, "LATERAL") && !at(cursor, "LATERAL", "VIEW");
    const right = relation(cursor);
    left = { kind: "join", left, right, type: "inner", ...(lateral ? { lateral } : {}) };
  }
  const input = lateralViews(cursor, left);
  refusePivot(cursor);
  return input;
}

function relation(cursor: Cursor): Relation {
  take(cursor, "LATERAL");
  let left = relationPrimary(cursor);
  for (;;) {
    refusePivot(cursor);
    const joined = joinOf(cursor, left);
    if (!joined) return left;
    left = joined;
  }
}

export function refusePivot(cursor: Cursor): void {
  for (const word of ["PIVOT", "UNPIVOT"]) {
    const { key } = peek(cursor, 1);
    const follows = key === "(" || key === "INCLUDE" || key === "EXCLUDE";
    if (at(cursor, word) && follows) throw unsupported(cursor, word);
  }
}

const joinTypes: Readonly<Record<string, JoinType>> = {
  INNER: "inner",
  CROSS: "cross",
  LEFT: "left",
  RIGHT: "right",
  FULL: "full",
  SEMI: "semi",
  ANTI: "anti",
};

/** The join that follows `left`, if one does. */
export function joinOf(cursor: Cursor, left: Relation): Join | undefined {
  const start = cursor.index;
  const natural = take(cursor, "NATURAL");
  let type: JoinType = joinTypes[peek(cursor).key] ?? "inner";
  if (joinTypes[peek(cursor).key] !== undefined) next(cursor);
  if (type === "left" && take(cursor, "SEMI")) type = "semi";
  if (type === "left" && take(cursor, "ANTI")) type = "anti";
  if (["left", "right", "full"].includes(type)) take(cursor, "OUTER");
  if (!take(cursor, "JOIN")) {
    if (cursor.index === start) return undefined;
    throw syntaxError(cursor);
  }
  const lateral = take(cursor, "LATERAL");
  if (natural && lateral) {
    throw error("INCOMPATIBLE_JOIN_TYPES", { joinType1: "LATERAL", joinType2: "NATURAL" });
  }
  const right = relationPrimary(cursor);
  const join: Join = {
    kind: "join",
    left,
    right,
    type,
    ...(natural ? { natural } : {}),
    ...(lateral ? { lateral } : {}),
  };
  if (natural) return join;
  if (take(cursor, "ON")) return { ...join, condition: expression(cursor) };
  if (!take(cursor, "USING")) return join;
  if (lateral) throw error("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", {});
  return { ...join, using: nameList(cursor) };
}

function relationPrimary(cursor: Cursor): Relation {
  if (at(cursor, "(")) {
    const inner = parenthesized(cursor, atQuery(cursor, 1) ? cursor.query : relation);
    refuseSample(cursor);
    return aliased(inner, tableAlias(cursor));
  }
  if (at(cursor, "VALUES") && atQuery(cursor)) return inlineTable(cursor);
  const streaming = atStream(cursor);
  if (streaming) next(cursor);
  if (streaming && at(cursor, "(")) {
    if (atFunction(cursor, 1)) {
      const read = parenthesized(cursor, () => tableFunction(cursor, true));
      return aliased(read, tableAlias(cursor));
    }
    const table = parenthesized(cursor, namedTable);
    return aliased({ ...table, streaming: true }, tableAlias(cursor));
  }
  if (atFunction(cursor)) return tableFunction(cursor, streaming);
  const table = namedTable(cursor);
  refuseSample(cursor);
  if (at(cursor, "WATERMARK")) throw unsupported(cursor, "WATERMARK");
  return aliased(streaming ? { ...table, streaming } : table, tableAlias(cursor));
}

export function refuseSample(cursor: Cursor): void {
  if (at(cursor, "TABLESAMPLE", "(")) throw unsupported(cursor, "TABLESAMPLE");
}

/** STREAM t or STREAM(t); a table may still be called `stream`. */
function atStream(cursor: Cursor): boolean {
  if (!at(cursor, "STREAM")) return false;
  const { key, kind } = peek(cursor, 1);
  return (
    key === "(" || kind === "quoted" || (kind === "word" && !["AS", "JOIN", "WHERE"].includes(key))
  );
}

/** `from`: how many tokens ahead. */
function atFunction(cursor: Cursor, from = 0): boolean {
  if (from === 0 && at(cursor, "IDENTIFIER", "(")) {
    const close = matching(cursor, cursor.index + 1);
    return cursor.tokens[close + 1]?.key === "(";
  }
  let ahead = from;
  while (peek(cursor, ahead + 1).key === ".") ahead += 2;
  const isName = ["word", "quoted"].includes(peek(cursor, ahead).kind);
  return isName && peek(cursor, ahead + 1).key === "(";
}
