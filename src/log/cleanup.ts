import { env } from "../env.ts";
import type { FileStatus, Location } from "../storage/store.ts";
import { logFolder } from "./path.ts";
import { type Configuration, durationMs, flag } from "./property.ts";
import { type LogFile, logFile, newestCheckpoint } from "./segment.ts";

const dayMs = 86_400_000;
/** How long commits are kept where the table does not say (`delta.logRetentionDuration`). */
const retentionDefaultMs = 30 * dayMs;

/**
 * Removes the log files of versions that are past `delta.logRetentionDuration`, by whole days in
 * UTC as Spark does, and that no version within it needs: the newest checkpoint past it, and all
 * after that, stay. Does nothing where `delta.enableExpiredLogCleanup` is false.
 */
export async function cleanLog(table: Location, configuration: Configuration): Promise<void> {
  if (!flag(configuration, "delta.enableExpiredLogCleanup", true)) return;
  const retention = durationMs(configuration, "delta.logRetentionDuration", retentionDefaultMs);
  const cutoff = Math.floor((env.now() - retention) / dayMs) * dayMs;
  const expired = await expiredFiles(table, cutoff);
  const kept = newestCheckpoint(expired.flatMap((status) => logFile(status) ?? []));
  for (const status of expired) {
    const version = versionOf(status);
    // Oldest first: whatever stops this, what is left has no gap.
    if (kept !== undefined && version < kept.version) await table.store.delete(status.path);
  }
}

/** The files of the versions before the first commit that is not past the cutoff. */
async function expiredFiles(table: Location, cutoff: number): Promise<readonly FileStatus[]> {
  const files: FileStatus[] = [];
  for await (const status of table.store.list(`${logFolder(table).path}/`)) {
    if (Number.isNaN(versionOf(status))) continue;
    const file: LogFile | undefined = logFile(status);
    if (file?.kind === "commit" && status.modificationTime > cutoff) {
      return files.filter((one) => versionOf(one) < file.version);
    }
    files.push(status);
  }
  return files;
}

function versionOf({ path }: FileStatus): number {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return Number(/^(\d{20})\./.exec(name)?.[1] ?? Number.NaN);
}
