import type { FileStatus } from "../storage/store.ts";
import type { Action } from "./action.ts";
import { commitInfoOf } from "./commit-file.ts";
import type { LogFile } from "./segment.ts";

/** A version and when it was committed, ms since the epoch. */
export interface VersionTime {
  readonly version: number;
  readonly timestamp: number;
}

/** The commits of a listing with their file times made monotone, as Spark's history does. */
export function versionTimes(files: readonly LogFile<FileStatus>[]): VersionTime[] {
  const times: VersionTime[] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const file of files.filter((one) => one.kind === "commit").sort(byVersion)) {
    const timestamp = Math.max(file.status.modificationTime, before + 1);
    times.push({ version: file.version, timestamp });
    before = timestamp;
  }
  return times;
}

function byVersion(left: LogFile, right: LogFile): number {
  return left.version - right.version;
}

/** The in-commit timestamp of a commit, if it has one (PROTOCOL.md#in-commit-timestamps). */
export function inCommitTimestamp(actions: readonly Action[]): number | undefined {
  const time = commitInfoOf(actions)?.inCommitTimestamp;
  return typeof time === "number" ? time : undefined;
}

/** The newest version of ascending times not after `timestamp`; undefined if all are later. */
export async function newestNotAfter(
  times: readonly VersionTime[],
  timestamp: number,
  timeOf: (time: VersionTime) => Promise<number>,
): Promise<VersionTime | undefined> {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const time = times[middle];
    if (time !== undefined && (await timeOf(time)) <= timestamp) low = middle + 1;
    else high = middle;
  }
  return times[low - 1];
}
