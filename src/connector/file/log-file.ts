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
  readonly size?: number;
  /** When it was found, ms since the epoch; as `size`. */
  readonly discoveryTime?: number;
  /** As the store gave it; as `size`. */
  readonly etag?: string;
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

/** The bytes of a log file: the bodies of earlier ones, then lines, and no newline at the end. */
export function logBytes(
  version: LogVersion,
  bodies: readonly Uint8Array[],
  lines: readonly string[],
): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from(versions[version])];
  for (const body of bodies) if (body.length > 0) parts.push(Buffer.of(newline), body);
  if (lines.length > 0) parts.push(Buffer.from(`\n${lines.join("\n")}`));
  return Buffer.concat(parts);
}

export function entryLine(entry: FileEntry): string {
  const { path, timestamp, batchId, size, discoveryTime, etag } = entry;
  return JSON.stringify({ path, timestamp, batchId, size, discoveryTime, etag });
}

export async function readLogFile(folder: Location, id: number): Promise<LogFile> {
  const path = logPath(folder, id);
  const bytes = await folder.store.read(path);
  const end = bytes.indexOf(newline);
  const first = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
  const body = end < 0 ? new Uint8Array() : bytes.subarray(end + 1);
  if (first === versions.spark) return { version: "spark", body };
  if (first === versions.indexed) return { version: "indexed", body };
  throw corruptLog(path, `its version is '${first.slice(0, 20)}', not v1`);
}

/** The entries of a log file, one by one: of a large one not all need be in memory. */
export function* parseEntries({ body }: LogFile, path: string): Generator<FileEntry> {
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
