import { type Code, conditions } from "../../error/condition.ts";
import { error, isError, MillraceError } from "../../error/error.ts";
import { text } from "./quote.ts";

// Unlikely in data, plain in DuckDB's message whatever it puts around it.
const open = "\u0001millrace:";
const close = "\u0002";

/**
 * SQL that raises a condition when it is evaluated. `parameters` are SQL expressions of text by
 * parameter name. `errorOf` finds it again in DuckDB's message.
 */
export function raise(code: Code, parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).map(
    ([name, value]) => `${text(`${name}=`)} || coalesce(hex(encode(${value})), '')`,
  );
  const parts = [text(`${open}${code}`), ...pairs].join(` || ';' || `);
  return `error(${parts} || ${text(close)})`;
}

/** Text that carries an error of ours through DuckDB, for `errorOf` to find. */
export function carried(thrown: MillraceError): string {
  const pairs = Object.entries(thrown.parameters).map(
    ([name, value]) => `${name}=${Buffer.from(value).toString("hex")}`,
  );
  return `${open}${[thrown.code, ...pairs].join(";")}${close}`;
}

/** What a thrown thing of DuckDB's is in our terms. `sql` goes into the cause. */
export function errorOf(thrown: unknown, sql: string): unknown {
  if (isError(thrown) || !(thrown instanceof Error)) return thrown;
  const message = thrown.message;
  const cause = new Error(`${message}\n${sql.slice(0, statementLimit)}`, { cause: thrown });
  return raised(message, cause) ?? known(message, sql, cause) ?? general(message, cause);
}

/** Characters of a statement an error keeps: a list of 10,000 files is not worth more. */
const statementLimit = 20_000;

function raised(message: string, cause: Error): MillraceError | undefined {
  const start = message.indexOf(open);
  const end = message.indexOf(close, start);
  if (start < 0 || end < 0) return undefined;
  const [code, ...pairs] = message.slice(start + open.length, end).split(";");
  if (code === undefined || !Object.hasOwn(conditions, code)) return undefined;
  const parameters: Record<string, string> = {};
  for (const pair of pairs) {
    const [name, value] = pair.split("=");
    parameters[name ?? ""] = Buffer.from(value ?? "", "hex").toString();
  }
  return new MillraceError(code as Code, parameters, cause);
}

function known(message: string, sql: string, cause: Error): MillraceError | undefined {
  const first = firstLine(message);
  if (/^INTERRUPT Error/.test(message)) return error("OPERATION_CANCELED", {}, cause);
  if (/^Out of Memory Error/.test(message)) {
    return error("ENGINE_OUT_OF_MEMORY", { reason: first }, cause);
  }
  if (/More than one row returned by a subquery/.test(message)) {
    return error("SCALAR_SUBQUERY_TOO_MANY_ROWS", {}, cause);
  }
  if (/Table with name cached_\S+ does not exist/.test(message)) {
    return error("CACHED_RESULT_RELEASED", {}, cause);
  }
  const file = fileFailure(message, sql, cause);
  if (file !== undefined) return file;
  if (/^Out of Range Error: (Overflow|.*out of range)/i.test(message)) {
    return error("ARITHMETIC_OVERFLOW", { reason: first }, cause);
  }
  if (/^Conversion Error: .*out of (its )?range/i.test(message)) {
    return /^Conversion Error: (Date|Time|Timestamp)/i.test(message)
      ? error("DATETIME_OVERFLOW", { operation: first }, cause)
      : error("ARITHMETIC_OVERFLOW", { reason: first }, cause);
  }
  if (/^Invalid Input Error: Map keys must be unique/.test(message)) {
    return error("DUPLICATED_MAP_KEY", { key: "" }, cause);
  }
  if (/^Invalid Input Error: Map keys can not be NULL/.test(message)) {
    return error("NULL_MAP_KEY", {}, cause);
  }
  if (badPattern.test(message)) {
    return error("INVALID_REGEXP", { reason: first }, cause);
  }
  return undefined;
}

/** What RE2 says of a pattern it cannot read. */
const badPattern = new RegExp(
  [
    "invalid (perl operator|escape|character class)",
    "missing (argument to repetition|\\))",
    "bad repetition",
  ].join("|"),
  "i",
);

/** What DuckDB says of a file without a whole footer, the path in a group. */
const badFooter = new RegExp(
  [
    "File '(.+?)' too small to be a Parquet",
    "No magic bytes found at end of file '(.+?)'",
    "Footer length error in file '(.+?)'",
    'file "(.+?)".*?(?:footer|magic)',
  ].join("|"),
  "is",
);

const badRead =
  /^(IO Error|Corrupt|Invalid Input Error: (Failed to read|.*(Parquet|decompress|snappy|zstd)))/is;

/** What only DuckDB's readers of Parquet say, as they throw what is no exception of DuckDB's. */
const badParquet = /^(Invalid Error|Binder Error: STRUCT to STRUCT cast must have at least one)/;

/** What DuckDB says where it cannot make sense of a footer's fields, or of a name in it. */
const badMetadata = new RegExp(
  [
    "TProtocolException|Thrift|don't know what type|TIMESTAMP encoding - missing UNIT",
    "Invalid unicode .* in value construction",
  ].join("|"),
  "i",
);

/** Statements that open files of Parquet: before a query is made, their footers are asked for. */
const opensParquet = /read_parquet\(|^bind$/;

/** The file a statement reads, where it reads one. */
function fileOf(sql: string): string {
  const only = /read_parquet\(\['((?:[^']|'')*)'\]/.exec(sql)?.[1];
  return only?.replaceAll("''", "'") ?? "(one of those of the query)";
}

function fileFailure(message: string, sql: string, cause: Error): MillraceError | undefined {
  const reason = firstLine(message);
  const mismatch = /Error while reading file "(.+?)": failed to cast/.exec(message);
  if (mismatch !== null) {
    const code = "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH";
    return error(code, { path: mismatch[1] ?? "", reason }, cause);
  }
  const cut = badFooter.exec(message);
  if (cut !== null) {
    const path = cut.slice(1).find((part) => part !== undefined) ?? "";
    return error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path, reason }, cause);
  }
  const absent = /No files found that match the pattern "(.+?)"|Cannot open file "(.+?)"/.exec(
    message,
  );
  if (absent !== null) {
    const path = absent[1] ?? absent[2] ?? "";
    return error("FAILED_READ_FILE.FILE_NOT_EXIST", { path }, cause);
  }
  const damaged = /(?:reading|in|read) file ["'](.+?)["']/i.exec(message);
  if (damaged !== null) {
    return error("FAILED_READ_FILE.NO_HINT", { path: damaged[1] ?? "", reason }, cause);
  }
  if (badMetadata.test(message)) {
    return error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: fileOf(sql), reason }, cause);
  }
  if (badRead.test(message) || (badParquet.test(message) && opensParquet.test(sql))) {
    return error("FAILED_READ_FILE.NO_HINT", { path: fileOf(sql), reason }, cause);
  }
  return undefined;
}

function general(message: string, cause: Error): MillraceError {
  return error("ENGINE_FAILED", { reason: firstLine(message) }, cause);
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/^[A-Za-z ]+ Error: /, "").slice(0, 500);
}
