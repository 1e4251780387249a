import { error, isError } from "../../error/error.ts";
import type { Log } from "../../log/log.ts";
import type { Options } from "../../plan/relation.ts";
import type { ConnectorContext } from "../connector.ts";
import { type OptionReader, optionReader } from "../option.ts";

/** Whether the options ask for the changes of a table instead of its rows. */
export function asksForChanges(options: Options): boolean {
  const read = optionReader(options, "DELTA_ILLEGAL_OPTION");
  return read.flag("readChangeFeed", false) || read.flag("readChangeData", false);
}

/** Versions whose changes are asked for, both ends included. */
export interface ChangeRange {
  readonly start: number;
  /** Absent: to the newest there is when the rows are read. */
  readonly end?: number;
}

/** A boundary as the options say it: a version, or the time it is found by. */
interface Boundary {
  readonly version: number;
  readonly timestampMs?: number;
}

interface RangeRequest {
  readonly log: Log;
  readonly read: OptionReader;
  readonly timeZone: string;
  /** The newest version. */
  readonly latest: number;
  /** Whether times and versions after the newest version are no errors. */
  readonly beyond: boolean;
}

/** Whether a range of changes, or a stream, may begin after the newest version. */
export function mayBeBeyond(context: ConnectorContext): boolean {
  const key = "spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled";
  return context.conf(key)?.toLowerCase() === "true";
}

/**
 * The range that `startingVersion` or `startingTimestamp`, `endingVersion` or `endingTimestamp`
 * mean. Undefined: it is legal, and there are no versions in it.
 */
export async function changeRange(
  options: Options,
  { log, latest, context }: { log: Log; latest: number; context: ConnectorContext },
): Promise<ChangeRange | undefined> {
  const read = optionReader(options, "DELTA_ILLEGAL_OPTION");
  checkBoundaries(read);
  const { timeZone } = context.queryContext();
  const beyond = mayBeBeyond(context);
  const request = { log, read, timeZone, latest, beyond };
  const start = await startOf(request);
  const end = await endOf(request);
  if (start.version > latest) {
    if (beyond) return undefined;
    const parameters = { start: start.version, latest };
    throw error("DELTA_CDC_START_VERSION_AFTER_LATEST", parameters);
  }
  if (end === undefined) return { start: start.version };
  if (end.version < start.version) {
    // Both times between two versions that follow each other: nothing happened then.
    const times = [start.timestampMs ?? Number.NaN, end.timestampMs ?? Number.NaN] as const;
    if (times[0] <= times[1] && end.version === start.version - 1) return undefined;
    throw error("DELTA_INVALID_CDC_RANGE", { start: start.version, end: end.version });
  }
  return { start: start.version, end: end.version };
}

function checkBoundaries(read: OptionReader): void {
  for (const startingOrEnding of ["starting", "ending"]) {
    const both = ["Version", "Timestamp"].map((kind) => read.text(`${startingOrEnding}${kind}`));
    if (!both.includes(undefined)) throw error("DELTA_MULTIPLE_CDC_BOUNDARY", { startingOrEnding });
  }
  if (read.text("startingVersion") === undefined && read.text("startingTimestamp") === undefined) {
    throw error("DELTA_NO_START_FOR_CDC_READ", {});
  }
}

async function startOf({ log, read, timeZone, latest, beyond }: RangeRequest): Promise<Boundary> {
  const version = read.natural("startingVersion");
  if (version !== undefined) return { version };
  const timestampMs = read.instantMs("startingTimestamp", timeZone)!;
  const found = await firstNotBefore(log, timestampMs);
  if (found !== undefined) return { version: found, timestampMs };
  if (beyond) return { version: latest + 1, timestampMs };
  // Past the newest commit: the error says when that was.
  await log.versionAt(timestampMs);
  return { version: latest, timestampMs };
}

async function endOf(request: RangeRequest): Promise<Boundary | undefined> {
  const { log, read, timeZone, latest, beyond } = request;
  const version = read.natural("endingVersion");
  if (version !== undefined) return { version };
  const timestampMs = read.instantMs("endingTimestamp", timeZone);
  if (timestampMs === undefined) return undefined;
  try {
    return { version: await log.versionAt(timestampMs), timestampMs };
  } catch (thrown) {
    if (!beyond || !isError(thrown, "DELTA_TIMESTAMP_GREATER_THAN_COMMIT")) throw thrown;
    return { version: latest, timestampMs };
  }
}

/** The first version committed at or after a time; undefined if all are older. */
export async function firstNotBefore(log: Log, timestampMs: number): Promise<number | undefined> {
  const from = await newestBefore(log, timestampMs);
  if (from === undefined) return undefined;
  for await (const { version, timestamp } of log.commits(from, Number.MAX_SAFE_INTEGER)) {
    if (timestamp >= timestampMs) return version;
  }
  return undefined;
}

/** A version not after a time that is close to it; undefined if all versions are older. */
async function newestBefore(log: Log, timestampMs: number): Promise<number | undefined> {
  try {
    return await log.versionAt(timestampMs);
  } catch (thrown) {
    if (isError(thrown, "DELTA_TIMESTAMP_GREATER_THAN_COMMIT")) return undefined;
    if (isError(thrown, "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION")) return 0;
    throw thrown;
  }
}
