import type { Expression } from "../plan/expression.ts";
import type { Join, JoinType, LateralView, Options, Read, Relation } from "../plan/relation.ts";
import { formatLocalTimestamp } from "../schema/time.ts";
import { CalendarDate, LocalTimestamp, Timestamp } from "../schema/value.ts";
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
import { atQuery, expression, matching, valueExpression } from "./expression.ts";
import { inlineTable } from "./inline.ts";
import { keywordTable } from "./keyword.ts";
import { multipartName, nameList, stringText } from "./name.ts";
import { functionCall } from "./primary.ts";
import { optionList } from "./property.ts";
import { lateralViews } from "./select.ts";

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
  return take(cursor, "USING") ? { ...join, using: nameList(cursor) } : join;
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
    const table = parenthesized(cursor, namedTable);
    return aliased({ ...table, streaming: true }, tableAlias(cursor));
  }
  if (atFunction(cursor)) return tableFunction(cursor);
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

function atFunction(cursor: Cursor): boolean {
  if (at(cursor, "IDENTIFIER", "(")) {
    const close = matching(cursor, cursor.index + 1);
    return cursor.tokens[close + 1]?.key === "(";
  }
  let ahead = 0;
  while (peek(cursor, ahead + 1).key === ".") ahead += 2;
  const isName = ["word", "quoted"].includes(peek(cursor, ahead).kind);
  return isName && peek(cursor, ahead + 1).key === "(";
}

const fileFormats: ReadonlySet<string> = new Set(
  "avro binaryfile csv delta json orc parquet text".split(" "),
);

/** A table's name or `` format.`path` ``, with time travel and WITH (options). */
export function namedTable(cursor: Cursor): Read {
  const isPath = peek(cursor, 2).kind === "quoted";
  const name = multipartName(cursor);
  const [format = "", path = ""] = name;
  const asFile = isPath && name.length === 2 && fileFormats.has(format.toLowerCase());
  const travel = asFile ? pathVersion(path) : { path, options: {} };
  const options = { ...travel.options, ...timeTravel(cursor), ...tableOptions(cursor) };
  const read = { kind: "read", streaming: false } as const;
  if (asFile) return { ...read, format: format.toLowerCase(), paths: [travel.path], options };
  return { ...read, table: name, paths: [], options };
}

function tableOptions(cursor: Cursor): Options {
  if (!at(cursor, "WITH", "(")) return {};
  next(cursor);
  return optionList(cursor);
}

/** `/path@v3` and `/path@20240102030405000`. */
function pathVersion(path: string): { path: string; options: Options } {
  const parts = /^(.*)@(?:v(\d+)|(\d{17}))$/.exec(path);
  if (!parts) return { path, options: {} };
  return { path: parts[1] ?? path, options: atOptions(parts[2], parts[3]) };
}

function atOptions(version: string | undefined, instant: string | undefined): Options {
  if (version !== undefined) return { versionasof: version };
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(instant ?? "");
  const [, year, month, day, hour, minute, second, millis] = digits ?? [];
  return { timestampasof: `${year}-${month}-${day} ${hour}:${minute}:${second}.${millis}` };
}

/** VERSION AS OF n, TIMESTAMP AS OF t, `t@v3`: as the options of a reader. */
function timeTravel(cursor: Cursor): Options {
  if (take(cursor, "@")) {
    const { value } = next(cursor);
    const parts = /^(?:v(\d+)|(\d{17}))$/i.exec(value);
    if (!parts) throw syntaxError(cursor);
    return atOptions(parts[1], parts[2]);
  }
  const ahead = at(cursor, "FOR") ? 1 : 0;
  const word = peek(cursor, ahead).key;
  if (peek(cursor, ahead + 1).key !== "AS" || peek(cursor, ahead + 2).key !== "OF") return {};
  if (["VERSION", "SYSTEM_VERSION"].includes(word)) {
    cursor.index += ahead + 3;
    const { kind } = peek(cursor);
    if (kind === "string") return { versionasof: stringText(cursor) };
    if (kind === "number") return { versionasof: next(cursor).value };
    throw syntaxError(cursor);
  }
  if (!["TIMESTAMP", "SYSTEM_TIME"].includes(word)) return {};
  cursor.index += ahead + 3;
  const token = peek(cursor);
  const text = instantText(valueExpression(cursor));
  if (text === undefined) throw unsupported(cursor, "TIMESTAMP AS OF an expression", token);
  return { timestampasof: text };
}

function instantText(instant: Expression): string | undefined {
  if (instant.kind === "cast") return instantText(instant.input);
  if (instant.kind !== "literal") return undefined;
  const { value } = instant;
  if (typeof value === "string") return value;
  if (value instanceof LocalTimestamp) return formatLocalTimestamp(value.micros);
  return value instanceof Timestamp || value instanceof CalendarDate ? String(value) : undefined;
}

const unbuilt: ReadonlySet<string> = new Set(["table_changes", "read_files", "cloud_files"]);

/** `range(…)`, or a generator as a lateral view of one row. */
function tableFunction(cursor: Cursor): Relation {
  const token = peek(cursor);
  const name = multipartName(cursor).join(".").toLowerCase();
  if (unbuilt.has(name)) throw unsupported(cursor, `${name}(…)`, token);
  if (at(cursor, "(", "TABLE") && peek(cursor, 2).key !== ",") {
    throw unsupported(cursor, "TABLE arguments of functions");
  }
  const generator = functionCall(cursor, name);
  if (name === "range") {
    const range = rangeOf(generator);
    if (!range) throw unsupported(cursor, "range(…) of anything but integer literals", token);
    return aliased(range, tableAlias(cursor));
  }
  if (name === "sql_keywords" && generator.kind === "call" && generator.arguments.length === 0) {
    return aliased(keywordTable(cursor.options.reservedKeywords ?? false), tableAlias(cursor));
  }
  const { alias, columns } = tableAlias(cursor);
  const view: LateralView = {
    kind: "lateral view",
    input: { kind: "one row" },
    generator,
    outer: false,
    columns: columns ?? [],
  };
  return alias === undefined ? view : { ...view, alias };
}

function rangeOf(generator: Expression): Relation | undefined {
  if (generator.kind !== "call" || generator.argumentNames) return undefined;
  const numbers = generator.arguments.map(integerOf);
  const [first, second, step = 1n] = numbers;
  if (numbers.length === 0 || numbers.length > 4 || numbers.includes(undefined)) return undefined;
  if (first === undefined || step === 0n) return undefined;
  return second === undefined
    ? { kind: "range", start: 0n, end: first, step: 1n }
    : { kind: "range", start: first, end: second, step };
}

function integerOf(each: Expression): bigint | undefined {
  if (each.kind !== "literal") return undefined;
  const { value } = each;
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
}
