import type { Engine } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { Log, LogContext } from "../log/log.ts";
import { openLog } from "../log/open.ts";
import { logPath, tableName } from "../log/path.ts";
import { checkReadable } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import type { Location } from "../storage/store.ts";

/** What a table works with beside its store. */
export type TableContext = LogContext;

/** One Delta table, there or about to be made. */
export interface DeltaTable {
  /** For messages: `main.default.events` or `delta.`file:/data/t``. */
  readonly name: string;
  readonly location: Location;
  readonly log: Log;
  readonly context: TableContext;
}

/** Which version a read is of. */
export type TimeTravel =
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "timestamp"; readonly timestampMs: number };

/** Logs one engine keeps, so that a stream and a writer share one; past it, the oldest go. */
const logsKept = 256;

interface KeptLog {
  readonly log: Log;
  /** The newest commit seen when the log was last asked for, and its file's time. */
  seen: { readonly version: number; readonly modificationTime: number } | undefined;
}

const logs = new WeakMap<Engine, Map<string, KeptLog>>();

function keptLogs(engine: Engine): Map<string, KeptLog> {
  const kept = logs.get(engine) ?? new Map<string, KeptLog>();
  logs.set(engine, kept);
  return kept;
}

/**
 * The table at a location, whether or not there is one yet: `log.update()` tells. The log of a
 * location is opened once per engine; one whose newest commit is not what it was (the table was
 * dropped and made anew) is opened again.
 */
export async function tableAt(
  location: Location,
  context: TableContext,
  name?: string,
): Promise<DeltaTable> {
  return (await locate(location, context, name)).table;
}

async function locate(
  location: Location,
  context: TableContext,
  name = tableName(location),
): Promise<{ readonly table: DeltaTable; readonly snapshot: Snapshot | undefined }> {
  const kept = keptLogs(context.engine);
  const uri = location.store.uri(location.path);
  let entry = kept.get(uri);
  if (entry === undefined || !(await isSame(location, entry))) {
    entry = { log: openLog(location, context), seen: undefined };
  }
  kept.delete(uri);
  kept.set(uri, entry);
  const [oldest] = kept.keys();
  if (kept.size > logsKept && oldest !== undefined) kept.delete(oldest);
  const snapshot = await entry.log.update();
  if (snapshot !== undefined && entry.seen?.version !== snapshot.version) {
    const status = await location.store.stat(logPath(location, snapshot.version, "json"));
    const modificationTime = status?.modificationTime ?? Number.NaN;
    entry.seen = { version: snapshot.version, modificationTime };
  }
  return { table: { name, location, log: entry.log, context }, snapshot };
}

async function isSame(location: Location, entry: KeptLog): Promise<boolean> {
  if (entry.seen === undefined) return false;
  const { version, modificationTime } = entry.seen;
  const status = await location.store.stat(logPath(location, version, "json"));
  return status !== undefined && status.modificationTime === modificationTime;
}

/** Forgets the log kept for a location (after DROP TABLE). */
export function forgetTable(location: Location, context: TableContext): void {
  keptLogs(context.engine).delete(location.store.uri(location.path));
}

/**
 * A table that must be there: DELTA_TABLE_NOT_FOUND if a name was given, else
 * DELTA_PATH_DOES_NOT_EXIST, or DELTA_MISSING_DELTA_TABLE where other files lie.
 */
export async function openTable(
  location: Location,
  context: TableContext,
  name?: string,
): Promise<DeltaTable> {
  const { table, snapshot } = await locate(location, context, name);
  if (snapshot !== undefined) return table;
  forgetTable(location, context);
  if (name !== undefined) throw error("DELTA_TABLE_NOT_FOUND", { tableName: name });
  if (await hasFiles(location)) {
    throw error("DELTA_MISSING_DELTA_TABLE", { tableName: table.name });
  }
  throw error("DELTA_PATH_DOES_NOT_EXIST", { path: location.path });
}

/** Whether anything lies under a location. */
export async function hasFiles(location: Location): Promise<boolean> {
  for await (const _ of location.store.list(`${location.path}/`, { recursive: true })) return true;
  return false;
}

/** Whether a Delta table lies at a location (`DeltaTable.isDeltaTable`). */
export async function isDeltaTable(location: Location, context: TableContext): Promise<boolean> {
  return (await locate(location, context)).snapshot !== undefined;
}

/** The snapshot to read: the newest, or that of a version or time. Refused if unreadable here. */
export async function snapshotOf(table: DeltaTable, travel?: TimeTravel): Promise<Snapshot> {
  const snapshot = await chosen(table, travel);
  if (snapshot === undefined) throw error("DELTA_TABLE_NOT_FOUND", { tableName: table.name });
  checkReadable(snapshot, table.name);
  return snapshot;
}

async function chosen(table: DeltaTable, travel?: TimeTravel): Promise<Snapshot | undefined> {
  if (travel === undefined) return table.log.update();
  const version =
    travel.kind === "version" ? travel.version : await table.log.versionAt(travel.timestampMs);
  return table.log.snapshotAt(version);
}
