import { error } from "../error/error.ts";
import type { Command, SetCommand, SetVariable, Statement, Target } from "../plan/command.ts";
import type { Relation } from "../plan/relation.ts";
import type { Interval } from "../schema/value.ts";
import { alterTable } from "./alter.ts";
import { copyInto } from "./copy.ts";
import { createStatement } from "./create.ts";
import {
  at,
  type Cursor,
  expect,
  next,
  peek,
  placeOf,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery } from "./expression.ts";
import { dropFunction } from "./function.ts";
import { executeImmediate } from "./immediate.ts";
import { atInsertAfterFrom, insert, partitionSpec } from "./insert.ts";
import { intervalLiteral } from "./interval.ts";
import { multipartName, stringText } from "./name.ts";
import { commonTables, query } from "./query.ts";
import { show } from "./show.ts";
import { namedTable } from "./table.ts";
import { declareVariable, dropVariable, setVariable, takeVariableWord } from "./variable.ts";
import { alterView } from "./view.ts";

/** One statement: a query or a command. What is not built is refused by its first words. */
export function statement(cursor: Cursor): Statement {
  if (atQuery(cursor) && !atCommand(cursor)) {
    return { kind: "query", relation: query(cursor) };
  }
  return { kind: "command", command: command(cursor) };
}

/** Whether a statement that begins like a query writes something. */
function atCommand(cursor: Cursor): boolean {
  const { index, markers } = cursor;
  commonTables(cursor);
  const { key } = peek(cursor);
  const found = ["INSERT", "DELETE", "UPDATE", "MERGE"].includes(key) || atInsertAfterFrom(cursor);
  Object.assign(cursor, { index, markers });
  return found;
}

function command(cursor: Cursor): Command {
  switch (peek(cursor).key) {
    case "WITH":
    case "FROM":
    case "INSERT":
      return insert(cursor);
    case "CREATE":
    case "REPLACE":
      return createStatement(cursor);
    case "COPY":
      if (at(cursor, "COPY", "INTO")) return copyInto(cursor);
      throw refusal(cursor);
    case "DROP":
      return drop(cursor);
    case "DESC":
    case "DESCRIBE":
      return describe(cursor);
    case "SHOW":
      return show(cursor);
    case "ALTER":
      if (at(cursor, "ALTER", "VIEW")) return alterView(cursor);
      if (at(cursor, "ALTER", "TABLE")) return alterTable(cursor);
      throw refusal(cursor);
    case "SET":
      return setCommand(cursor);
    case "EXECUTE":
      return executeImmediate(cursor);
    case "DECLARE":
      return declareVariable(cursor);
    case "RESET":
      return reset(cursor);
    case "EXPLAIN":
      return explain(cursor);
    case "USE":
      return use(cursor);
    case "TRUNCATE":
      return truncate(cursor);
    default:
      throw refusal(cursor);
  }
}

/** Statements of Spark and Delta that are not built, by their first words. */
const unbuilt: readonly (readonly string[])[] = [
  "ALTER SCHEMA|ALTER DATABASE|ALTER NAMESPACE|ALTER INDEX|ANALYZE",
  "BEGIN|CACHE TABLE|CACHE LAZY|CALL|CLEAR CACHE|COMMENT ON|COMMIT|DELETE FROM",
  "EXPORT TABLE|GRANT|IMPORT TABLE|LOAD DATA|LOCK|MERGE|MSCK REPAIR",
  "OPTIMIZE|REFRESH|REPAIR TABLE|RESTORE|REVOKE|ROLLBACK|START TRANSACTION",
  "UNCACHE TABLE|UNLOCK|UPDATE|VACUUM|ADD|LIST|CONVERT TO|CLONE|OPEN|FETCH|CLOSE|DFS|UNDROP TABLE",
].flatMap((line) => line.split("|").map((words) => words.split(" ")));

function refusal(cursor: Cursor): Error {
  const words = unbuilt.find((each) => at(cursor, ...each));
  return words ? unsupported(cursor, words.join(" ")) : syntaxError(cursor);
}

/** `EXPLAIN [EXTENDED | FORMATTED | COST] SELECT …`; the kinds show the same. */
function explain(cursor: Cursor): Command {
  const start = next(cursor);
  for (const kind of ["CODEGEN", "LOGICAL"]) {
    if (take(cursor, kind)) throw unsupported(cursor, `EXPLAIN ${kind}`, start);
  }
  if (!take(cursor, "EXTENDED") && !take(cursor, "FORMATTED")) take(cursor, "COST");
  if (!atQuery(cursor) || atCommand(cursor)) {
    throw unsupported(cursor, "EXPLAIN of a command", start);
  }
  return { kind: "explain", query: query(cursor) };
}

const droppable: ReadonlySet<string> = new Set(
  "TEMPORARY TEMP INDEX CATALOG ROLE VARIABLE".split(" "),
);

function drop(cursor: Cursor): Command {
  const start = next(cursor);
  const view = at(cursor, "VIEW");
  if (atTemporary(cursor, "VARIABLE") || atTemporary(cursor, "VAR")) {
    next(cursor);
    return dropVariable(cursor);
  }
  if (atTemporary(cursor, "FUNCTION")) {
    next(cursor);
    return dropFunction(cursor, true);
  }
  if (at(cursor, "FUNCTION")) return dropFunction(cursor, false);
  if (at(cursor, "VARIABLE")) throw syntaxError(cursor);
  for (const space of ["SCHEMA", "DATABASE", "NAMESPACE"]) {
    if (!take(cursor, space)) continue;
    const ifExists = take(cursor, "IF", "EXISTS");
    const name = multipartName(cursor);
    const cascade = take(cursor, "CASCADE");
    if (!cascade) take(cursor, "RESTRICT");
    return { kind: "drop namespace", name, ifExists, cascade };
  }
  if (droppable.has(peek(cursor).key)) {
    throw unsupported(cursor, `DROP ${peek(cursor).key}`, start);
  }
  expect(cursor, view ? "VIEW" : "TABLE");
  const ifExists = take(cursor, "IF", "EXISTS");
  const name = multipartName(cursor);
  if (!view) take(cursor, "PURGE");
  return { kind: "drop table", name, ifExists, view };
}

/** `TRUNCATE TABLE t [PARTITION (a = 1)]` */
function truncate(cursor: Cursor): Command {
  next(cursor);
  expect(cursor, "TABLE");
  const target = readTarget(namedTable(cursor));
  const start = peek(cursor);
  if (!at(cursor, "PARTITION", "(")) return { kind: "truncate table", target };
  const partition = partitionSpec(cursor).map(([name, value]) => {
    if (value === undefined) throw syntaxError(cursor, start);
    return [name, value] as const;
  });
  return { kind: "truncate table", target, partition };
}

function atTemporary(cursor: Cursor, word: string): boolean {
  return at(cursor, "TEMPORARY", word) || at(cursor, "TEMP", word);
}

function describe(cursor: Cursor): Command {
  next(cursor);
  for (const word of ["FUNCTION", "NAMESPACE", "DATABASE", "SCHEMA", "CATALOG", "PROCEDURE"]) {
    const after = peek(cursor, 1);
    const isName = after.kind === "end" || after.key === "." || after.key === ";";
    if (at(cursor, word) && !isName) throw unsupported(cursor, `DESCRIBE ${word}`);
  }
  if (atTarget(cursor, "HISTORY")) {
    next(cursor);
    const target = targetOf(cursor);
    if (!take(cursor, "LIMIT")) return { kind: "describe history", target };
    const limit = next(cursor);
    if (!/^\d+$/.test(limit.value)) throw syntaxError(cursor, limit);
    return { kind: "describe history", target, limit: Number(limit.value) };
  }
  if (atTarget(cursor, "DETAIL")) {
    next(cursor);
    return { kind: "describe detail", target: targetOf(cursor) };
  }
  if (take(cursor, "QUERY") || (atQuery(cursor) && !at(cursor, "TABLE"))) {
    return { kind: "describe", relation: query(cursor), extended: false };
  }
  take(cursor, "TABLE");
  const extended = take(cursor, "EXTENDED") || take(cursor, "FORMATTED");
  const relation = namedTable(cursor);
  if (at(cursor, "PARTITION", "(")) throw unsupported(cursor, "DESCRIBE of a partition");
  if (at(cursor, "AS", "JSON")) throw unsupported(cursor, "DESCRIBE … AS JSON");
  if (["word", "quoted"].includes(peek(cursor).kind)) {
    throw unsupported(cursor, "DESCRIBE of a column");
  }
  return { kind: "describe", relation, extended };
}

function atTarget(cursor: Cursor, word: string): boolean {
  return at(cursor, word) && ["word", "quoted", "string"].includes(peek(cursor, 1).kind);
}

/** A table's name, `'path'` or `` delta.`path` ``. */
function targetOf(cursor: Cursor): Target {
  if (peek(cursor).kind === "string") return { kind: "path", path: stringText(cursor) };
  return readTarget(namedTable(cursor));
}

function readTarget(read: Extract<Relation, { kind: "read" }>): Target {
  const [path] = read.paths;
  return path === undefined ? { kind: "table", name: read.table ?? [] } : { kind: "path", path };
}

/** The text up to the end of the statement, as it stands: SET takes anything. */
function restOfStatement(cursor: Cursor): string {
  const start = peek(cursor).start;
  let end = start;
  while (peek(cursor).kind !== "end" && !at(cursor, ";")) end = next(cursor).end;
  return cursor.text.slice(start, end);
}

function setCommand(cursor: Cursor): SetCommand | SetVariable {
  const start = next(cursor);
  if (at(cursor, "VARIABLE", "(") || at(cursor, "VAR", "(")) {
    next(cursor);
    return setVariable(cursor);
  }
  if (takeVariableWord(cursor)) return setVariable(cursor);
  for (const word of ["CATALOG", "ROLE", "COLLATION"]) {
    const { key } = peek(cursor, 1);
    if (at(cursor, word) && key !== "=" && key !== ".") {
      throw unsupported(cursor, `SET ${word}`, start);
    }
  }
  if (take(cursor, "TIME", "ZONE")) return setTimeZone(cursor);
  const text = restOfStatement(cursor);
  if (text === "") return { kind: "set" };
  const equals = text.indexOf("=");
  const name = (equals < 0 ? text : text.slice(0, equals)).trim();
  if (name === "") throw syntaxError(cursor, start);
  const key = unquote(name);
  return equals < 0
    ? { kind: "set", key }
    : { kind: "set", key, value: unquote(text.slice(equals + 1).trim()) };
}

function unquote(text: string): string {
  return /^`(?:[^`]|``)*`$/.test(text) ? text.slice(1, -1).replaceAll("``", "`") : text;
}

const timeZoneKey = "spark.sql.session.timeZone";

/** SET TIME ZONE 'zone' | LOCAL: LOCAL is the setting it had at the start. */
function setTimeZone(cursor: Cursor): SetCommand {
  if (take(cursor, "LOCAL")) return { kind: "set", key: timeZoneKey, value: null };
  if (at(cursor, "INTERVAL")) {
    return { kind: "set", key: timeZoneKey, value: offsetOf(cursor) };
  }
  return { kind: "set", key: timeZoneKey, value: stringText(cursor) };
}

/** An interval as the offset of a zone: whole seconds, at most 18 hours. */
function offsetOf(cursor: Cursor): string {
  const token = peek(cursor);
  const { value } = intervalLiteral(cursor);
  const { months, days, micros } = value as Interval;
  const total = BigInt(days) * 86_400_000_000n + micros;
  const size = Number((total < 0n ? -total : total) / 1_000_000n);
  if (months !== 0 || total % 1_000_000n !== 0n || size > 64_800) {
    throw error("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", {
      input: cursor.text.slice(token.start).trim(),
      ...placeOf(cursor, token),
    });
  }
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60];
  if (size % 60 !== 0) parts.push(size % 60);
  const digits = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return total === 0n ? "Z" : `${total < 0n ? "-" : "+"}${digits}`;
}

function reset(cursor: Cursor): SetCommand {
  next(cursor);
  const key = restOfStatement(cursor).trim();
  return key === ""
    ? { kind: "set", value: null }
    : { kind: "set", key: unquote(key), value: null };
}

function use(cursor: Cursor): Command {
  next(cursor);
  for (const word of ["NAMESPACE", "DATABASE", "SCHEMA", "CATALOG"]) {
    if (at(cursor, word) && ["word", "quoted"].includes(peek(cursor, 1).kind)) next(cursor);
  }
  return { kind: "use", name: multipartName(cursor) };
}
