import type { Engine } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { Log, LogContext } from "../log/log.ts";
import { openLog } from "../log/open.ts";
import { logPath, tableName } from "../log/path.ts";
import { checkReadable } from "../log/protocol.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { isSameFile } from "../storage/same.ts";
import type { FileStatus, Location } from "../storage/store.ts";

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
  /** The file of a commit that was there: another under its name is of another table. */
  readonly seen: FileStatus | undefined;
}

const logs = new WeakMap<Engine, Map<string, KeptLog>>();

function keptLogs(engine: Engine): Map<string, KeptLog> {
  const kept = logs.get(engine) ?? new Map<string, KeptLog>();
  logs.set(engine, kept);
  return kept;
}

/**
 * The table at a location, whether or not there is one yet: `log.update()` tells. The log of a
 * location is opened once per engine; one of whose commits is not what it was (the table was
 * dropped and made anew) is opened again.
 */
export async function tableAt(
  location: Location,
  context: TableContext,
  name?: string,
): Promise<DeltaTable> {
  return (await locate(location, context, name)).table;
}

interface Located {
  readonly table: DeltaTable;
  readonly isThere: boolean;
}

async function locate(
  location: Location,
  context: TableContext,
  name = tableName(location),
): Promise<Located> {
  const kept = keptLogs(context.engine);
  const uri = location.store.uri(location.path);
  let entry = kept.get(uri);
  let isThere = entry !== undefined && (await isStill(location, entry.seen));
  if (entry === undefined || !isThere) {
    const log = openLog(location, context);
    const version = (await log.update())?.version;
    isThere = version !== undefined;
    const path = logPath(location, version ?? 0, "json");
    entry = { log, seen: isThere ? await location.store.stat(path) : undefined };
  }
  kept.delete(uri);
  kept.set(uri, entry);
  const [oldest] = kept.keys();
  if (kept.size > logsKept && oldest !== undefined) kept.delete(oldest);
  return { table: { name, location, log: entry.log, context }, isThere };
}

async function isStill({ store }: Location, seen: FileStatus | undefined): Promise<boolean> {
  return seen !== undefined && isSameFile(seen, await store.stat(seen.path));
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
  const { table, isThere } = await locate(location, context, name);
  if (isThere) return table;
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
  return (await locate(location, context)).isThere;
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
