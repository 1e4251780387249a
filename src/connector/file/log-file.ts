import { error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";

/** One file of the log, by Spark's keys and in their order. */
export interface FileEntry {
  /** The URI as Hadoop prints it. */
  readonly path: string;
  /** Modification time, ms since the epoch. */
  readonly timestamp: number;
  /** The log entry it came with; -1 marks a file that was there before and is not to be read. */
  readonly batchId: number;
  /** Bytes. Spark knows no such key, and passes over it. */
  readonly size?: number | undefined;
  /** When it was found, ms since the epoch; as `size`. */
  readonly discoveryTime?: number | undefined;
  /** As the store gave it; as `size`. */
  readonly etag?: string | undefined;
}

/** Every tenth entry holds all up to it (spark.sql.streaming.fileSource.log.compactInterval). */
export const compactInterval = 10;

/**
 * The first line of a log file. `spark`: Spark's own format. `indexed`: the files of earlier
 * entries are in an index, also of a compact one; a number no Spark knows, so that Spark refuses
 * the checkpoint ("the maximum supported log version is v1") where it would read all files again.
 */
export type LogVersion = "spark" | "indexed";

const newline = 10;
/** Bytes that are read at a time of a file that holds all entries. */
const pieceBytes = 4 << 20;

const versions: Readonly<Record<LogVersion, string>> = { spark: "v1", indexed: "v1000" };

/** What a log file says. */
export interface LogFile {
  readonly version: LogVersion;
  /** A JSON text a line. */
  readonly body: Uint8Array;
}

export function isCompact(id: number): boolean {
  return (id + 1) % compactInterval === 0;
}

/** The newest compact entry up to one; -1 if there is none. */
export function lastCompact(latest: number): number {
  return latest - ((latest + 1) % compactInterval);
}

/** The first compact entry at or after one. */
export function nextCompact(id: number): number {
  return Math.ceil((id + 1) / compactInterval) * compactInterval - 1;
}

export function logPath(folder: Location, id: number): string {
  return join(folder, isCompact(id) ? `${id}.compact` : String(id)).path;
}

/** The entry that a file of the log's folder is; undefined for other files. */
export function logId(path: string): number | undefined {
  const match = /^(\d+)(\.compact)?$/.exec(path.slice(path.lastIndexOf("/") + 1));
  return match ? Number(match[1]) : undefined;
}

/** The bytes of a log file: its version, then lines, and no newline at the end. */
export function logBytes(version: LogVersion, lines: readonly string[]): Uint8Array {
  return Buffer.from([versions[version], ...lines].join("\n"));
}

/**
 * The bytes of a compact log file in Spark's layout: those of the compact one before it (if there
 * is one), of the entries since, and of its own lines. They alone are in memory, once.
 */
export async function compactBytes(
  folder: Location,
  id: number,
  lines: readonly string[],
): Promise<Uint8Array> {
  const before = id - compactInterval;
  const size = before < 0 ? 0 : await sizeOf(folder, before);
  const bodies: Uint8Array[] = [];
  for (let at = Math.max(0, before + 1); at < id; at++) {
    bodies.push((await readLogFile(folder, at)).body);
  }
  bodies.push(Buffer.from(lines.join("\n")));
  const version = Buffer.from(size === 0 ? versions.spark : "");
  const added = bodies.reduce((sum, { length }) => sum + (length === 0 ? 0 : length + 1), 0);
  const bytes = Buffer.allocUnsafe(size + version.length + added);
  let end = version.copy(bytes);
  for await (const piece of piecesOf(logPath(folder, before), folder, size)) {
    bytes.set(piece, end);
    end += piece.length;
  }
  for (const body of bodies) {
    if (body.length === 0) continue;
    bytes[end] = newline;
    bytes.set(body, end + 1);
    end += body.length + 1;
  }
  return bytes;
}

async function sizeOf(folder: Location, id: number): Promise<number> {
  const path = logPath(folder, id);
  const status = await folder.store.stat(path);
  if (!status) throw corruptLog(path, "it is missing");
  return status.size;
}

async function* piecesOf(
  path: string,
  { store }: Location,
  size: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += pieceBytes) {
    yield await store.readRange(path, at, Math.min(pieceBytes, size - at));
  }
}

export function entryLine(entry: FileEntry): string {
  const { path, timestamp, batchId, size, discoveryTime, etag } = entry;
  return JSON.stringify({ path, timestamp, batchId, size, discoveryTime, etag });
}

/** A log file as a whole: not for a compact one, which may be large. */
export async function readLogFile(folder: Location, id: number): Promise<LogFile> {
  const path = logPath(folder, id);
  return logFile(await folder.store.read(path), path);
}

function logFile(bytes: Uint8Array, path: string): LogFile {
  const end = bytes.indexOf(newline);
  const first = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
  const body = end < 0 ? new Uint8Array() : bytes.subarray(end + 1);
  if (first === versions.spark) return { version: "spark", body };
  if (first === versions.indexed) return { version: "indexed", body };
  throw corruptLog(path, `its version is '${first.slice(0, 20)}', not v1`);
}

/** What a compact log file says; its entries some at a time, to be asked for once. */
export interface CompactFile {
  readonly version: LogVersion;
  readonly entries: AsyncGenerator<Iterable<FileEntry>>;
}

export async function readCompact(folder: Location, id: number): Promise<CompactFile> {
  const path = logPath(folder, id);
  const pieces = piecesOf(path, folder, await sizeOf(folder, id));
  const { value = new Uint8Array() } = await pieces.next();
  const { version, body } = logFile(value, path);
  return { version, entries: entriesOf(pieces, { path, first: body }) };
}

async function* entriesOf(
  pieces: AsyncGenerator<Uint8Array>,
  { path, first }: { readonly path: string; readonly first: Uint8Array },
): AsyncGenerator<Iterable<FileEntry>> {
  let rest = first;
  for (;;) {
    const end = rest.lastIndexOf(newline);
    if (end >= 0) yield parseEntries({ body: rest.subarray(0, end) }, path);
    rest = rest.subarray(end + 1);
    const { value } = await pieces.next();
    if (!value) break;
    rest = Buffer.concat([rest, value]);
  }
  yield parseEntries({ body: rest }, path);
}

/** The entries of the lines of a log file, one by one. */
export function* parseEntries({ body }: Pick<LogFile, "body">, path: string): Generator<FileEntry> {
  for (let start = 0; start < body.length; ) {
    const next = body.indexOf(newline, start);
    const end = next < 0 ? body.length : next;
    yield parseEntry(Buffer.from(body.buffer, body.byteOffset + start, end - start), path);
    start = end + 1;
  }
}

function parseEntry(bytes: Buffer, path: string): FileEntry {
  const line = bytes.toString("utf8");
  try {
    const entry = JSON.parse(line) as FileEntry;
    if (typeof entry.path === "string" && typeof entry.timestamp === "number") return entry;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw corruptLog(path, `this is no entry: ${line.slice(0, 100)}`);
}

export function corruptLog(path: string, reason: string): Error {
  return error("CANNOT_PARSE_SOURCE_LOG", { path, reason });
}
