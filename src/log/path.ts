import { error } from "../error/error.ts";
import { join, type Location } from "../storage/store.ts";

/** Where a table's log lies. */
export function logFolder(table: Location): Location {
  return join(table, "_delta_log");
}

/** A version as it stands in file names: 20 digits. */
export function padVersion(version: number): string {
  return String(version).padStart(20, "0");
}

/** The path of a log file: `suffix` is `json`, `crc`, `checkpoint.parquet`. */
export function logPath(table: Location, version: number, suffix: string): string {
  return join(logFolder(table), `${padVersion(version)}.${suffix}`).path;
}

/** A path within a table as `add.path` holds it: percent-encoded by RFC 2396. */
export function encodePath(path: string): string {
  return encodeURI(path).replace(/[?#]/g, (sign) => (sign === "?" ? "%3F" : "%23"));
}

/** The inverse of `encodePath`; text that is no valid encoding stays as it is. */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * The form in which paths of `add` and `remove` are compared: decoded, and the spellings of a
 * local file (`file:/x`, `file:///x`, `/x`) made one.
 */
export function canonicalPath(path: string): string {
  const decoded = decodePath(path);
  return decoded.startsWith("file:") ? localPath(decoded) : decoded;
}

function localPath(uri: string): string {
  const rest = uri.slice("file:".length);
  return rest.startsWith("//") ? rest.slice(rest.indexOf("/", 2)) : rest;
}

/**
 * The path in the table's store of a file its log names. Absolute paths are followed wherever
 * they lead, as shallow clones need; a relative one stays in the table's folder.
 */
export function filePath(table: Location, path: string): string {
  const canonical = canonicalPath(path);
  if (canonical.includes("\0")) throw badPath(table, path, "no file has NUL in its name");
  if (canonical.startsWith("/")) return canonical;
  if (!scheme.test(path)) return `${table.path}/${withinTable(table, canonical)}`;
  const root = table.store.uri("/");
  if (!path.startsWith(root)) {
    throw error("DELTA_UNSUPPORTED_FILE_PATH", { file: path, table: tableName(table) });
  }
  return `/${decodePath(path.slice(root.length))}`;
}

/** Segments that are no names: `.`, `..`, and none at all. */
const unnamed = /(?:^|\/)\.{0,2}(?:\/|$)/;

/** A relative path without `.` and `..`. */
function withinTable(table: Location, path: string): string {
  if (!unnamed.test(path)) return path;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) {
      throw badPath(table, path, "it leads out of the folder of the table");
    }
  }
  if (segments.length === 0) throw badPath(table, path, "it names the folder of the table");
  return segments.join("/");
}

function badPath(table: Location, file: string, reason: string): Error {
  return error("DELTA_INVALID_FILE_PATH", { file, table: tableName(table), reason });
}

/** A table's name in messages, where only its place is known. */
export function tableName(table: Location): string {
  return `delta.\`${table.store.uri(table.path)}\``;
}

/** One segment of a partition directory, escaped as Hive and Spark do. */
export function escapePartition(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
  return text.replace(/[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g, (sign) => {
    return `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
}
