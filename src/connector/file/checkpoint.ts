import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { env } from "../../env.ts";
import { error } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import {
  entryLine,
  type FileEntry,
  lastCompact,
  logBytes,
  logId,
  logPath,
  parseEntries,
  readLogFile,
} from "./log-file.ts";
import { type LogSettings, logBounds, type NewEntry, SourceLog } from "./source-log.ts";

/** A source of a checkpoint that has a log of files. */
export interface CheckpointSource {
  /** Its place in the query, from 0. */
  readonly id: number;
  readonly folder: Location;
}

/** The sources of a checkpoint that read files. */
export async function fileSources(checkpoint: Location): Promise<readonly CheckpointSource[]> {
  const folder = join(checkpoint, "sources");
  const ids = new Set<number>();
  for await (const files of checkpoint.store.names(`${folder.path}/`, { recursive: true })) {
    for (const { path } of files) {
      const match = /^(\d+)\/(\d+)(?:\.compact)?$/.exec(path.slice(folder.path.length + 1));
      if (match) ids.add(Number(match[1]));
    }
  }
  return [...ids].sort((a, b) => a - b).map((id) => ({ id, folder: join(folder, String(id)) }));
}

/** Opens a log to read it: nothing of it changes. */
export function readLog(folder: Location, each: (entry: FileEntry) => void = () => undefined) {
  return SourceLog.open({ folder, staging: "", byName: undefined, bounds: logBounds }, each);
}

/** What `checkpoint inspect` says of a log of files. */
export interface LogReport {
  readonly source: number;
  readonly files: number;
  readonly entries: number;
  /** Whether Spark can go on with it, or `checkpoint export` has to write it for Spark first. */
  readonly layout: "spark" | "index";
  readonly runs: number;
  readonly bytes: number;
}

export async function reportLogs(checkpoint: Location): Promise<readonly LogReport[]> {
  const reports: LogReport[] = [];
  for (const { id, folder } of await fileSources(checkpoint)) {
    await using log = await readLog(folder);
    const runs = log.index?.manifest.runs ?? [];
    reports.push({
      ...{ source: id, files: log.files, entries: log.latest + 1 },
      layout: log.index ? "index" : "spark",
      runs: runs.length,
      bytes: runs.reduce((sum, run) => sum + run.bytes, 0),
    });
  }
  return reports;
}

/**
 * Copies a checkpoint to a place where there is none, with logs of files in Spark's layout: all of
 * the files in one compact entry. The checkpoint itself stays as it is.
 */
export async function exportCheckpoint(
  from: Location,
  to: Location,
  staging: string,
): Promise<number> {
  for await (const [file] of to.store.names(`${to.path}/`, { recursive: true })) {
    if (file) throw error("CHECKPOINT_EXISTS", { path: to.store.uri(file.path) });
  }
  const sources = await fileSources(from);
  let files = 0;
  for await (const files of from.store.names(`${from.path}/`, { recursive: true })) {
    for (const { path } of files) {
      const inside = path.slice(from.path.length + 1);
      if (sources.some(({ id }) => isLogFile(inside, id))) continue;
      await to.store.put(join(to, inside).path, await from.store.read(path));
    }
  }
  for (const { id, folder } of sources) {
    await using log = await readLog(folder);
    files += log.files;
    await exportLog(log, { folder, target: join(to, "sources", String(id)), staging });
  }
  return files;
}

function isLogFile(path: string, source: number): boolean {
  const folder = `sources/${source}/`;
  if (!path.startsWith(folder)) return false;
  const inside = path.slice(folder.length);
  return logId(inside) !== undefined || /^\d+\.index$|^index\/|\.crc$/.test(inside);
}

async function exportLog(
  log: SourceLog,
  at: { readonly folder: Location; readonly target: Location; readonly staging: string },
): Promise<void> {
  const { target, staging } = at;
  const { latest } = log;
  const compact = lastCompact(latest);
  if (compact >= 0) {
    const local = `${staging}/${env.uuid()}.compact`;
    const stream = createWriteStream(local);
    stream.write("v1");
    for await (const entry of log.all()) {
      if (entry.batchId > compact) continue;
      if (!stream.write(`\n${plainLine(entry)}`)) await once(stream, "drain");
    }
    stream.end();
    await once(stream, "finish");
    await target.store.publish(local, logPath(target, compact));
  }
  for (let id = compact + 1; id <= latest; id++) {
    const file = await readLogFile(at.folder, id);
    const lines = Array.from(parseEntries(file, logPath(at.folder, id)), plainLine);
    await target.store.put(logPath(target, id), logBytes("spark", lines));
  }
}

function plainLine({ path, timestamp, batchId }: FileEntry): string {
  return entryLine({ path, timestamp, batchId });
}

/** Files that one entry of an import holds. */
const importedAtOnce = 10_000;

/**
 * Takes files that another system has read into the log of the first source, as read: a query that
 * starts with the checkpoint passes over them. Only into a log without files to read; once more
 * after a crash.
 */
export async function importFiles(
  checkpoint: Location,
  staging: string,
  files: AsyncIterable<NewEntry>,
): Promise<number> {
  const folder = join(checkpoint, "sources", "0");
  const settings: LogSettings = { folder, staging, byName: false, bounds: logBounds };
  await using log = await SourceLog.open(settings, () => undefined);
  if (log.latest !== log.passed) {
    throw error("SOURCE_LOG_NOT_EMPTY", { path: folder.store.uri(folder.path) });
  }
  let count = 0;
  let some: NewEntry[] = [];
  const add = async (): Promise<void> => {
    await log.settle(some.length, Number.NEGATIVE_INFINITY);
    await log.add(some, -1);
    count += some.length;
    some = [];
  };
  for await (const file of files) {
    some.push(file);
    if (some.length >= importedAtOnce) await add();
  }
  if (some.length > 0) await add();
  return count;
}
