import type { Expression } from "../plan/expression.ts";
import type { Options, Read } from "../plan/relation.ts";
import { formatLocalTimestamp } from "../schema/time.ts";
import { CalendarDate, LocalTimestamp, Timestamp } from "../schema/value.ts";
import { at, type Cursor, next, peek, syntaxError, take, unsupported } from "./cursor.ts";
import { valueExpression } from "./expression.ts";
import { multipartName, stringText } from "./name.ts";
import { optionList } from "./property.ts";

const fileFormats: ReadonlySet<string> = new Set(
  "avro binaryfile csv delta json orc parquet text xml".split(" "),
);

/** A table's name or `` format.`path` ``, with time travel and WITH (options). */
export function namedTable(cursor: Cursor): Read {
  const read = tableName(cursor);
  return { ...read, options: { ...read.options, ...timeTravel(cursor), ...tableOptions(cursor) } };
}

/** A table's name or `` format.`path` ``, whose path may name a version. */
export function tableName(cursor: Cursor): Read {
  const isPath = peek(cursor, 2).kind === "quoted";
  const name = multipartName(cursor);
  const [format = "", path = ""] = name;
  const read = { kind: "read", streaming: false } as const;
  if (!isPath || name.length !== 2 || !fileFormats.has(format.toLowerCase())) {
    return { ...read, table: name, paths: [], options: {} };
  }
  const { path: plain, options } = pathVersion(path);
  return { ...read, format: format.toLowerCase(), paths: [plain], options };
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

/** The text of a literal that says a time, as options of a reader have it. */
export function instantText(instant: Expression): string | undefined {
  if (instant.kind === "cast") return instantText(instant.input);
  if (instant.kind !== "literal") return undefined;
  const { value } = instant;
  if (typeof value === "string") return value;
  if (value instanceof LocalTimestamp) return formatLocalTimestamp(value.micros);
  return value instanceof Timestamp || value instanceof CalendarDate ? String(value) : undefined;
}
