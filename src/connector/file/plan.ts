import type { FoundFile } from "./listing.ts";
import type { SeenFiles } from "./seen.ts";

/** How a file source chooses among the files it finds (Spark's FileStreamOptions). */
export interface FilePolicy {
  readonly maxFiles?: number;
  readonly maxBytes?: number;
  /** The newest first: late files wait while newer ones come. */
  readonly latestFirst: boolean;
  /** Identity is the file's name alone. */
  readonly fileNameOnly: boolean;
  /** Identity is the path with the modification time: a file written over comes again. */
  readonly overwrites: boolean;
}

/** What a file is known by. */
export function identity(path: string, timeMs: number, policy: FilePolicy): string {
  const name = policy.fileNameOnly ? path.slice(path.lastIndexOf("/") + 1) : path;
  return policy.overwrites ? `${name}\0${timeMs}` : name;
}

/** The files not taken before, in the order they are to be read: by time, then as listed. */
export function newFiles(
  found: readonly FoundFile[],
  seen: SeenFiles,
  policy: FilePolicy,
): readonly FoundFile[] {
  const sign = policy.latestFirst ? -1 : 1;
  const names = new Set<string>();
  return found
    .filter((file) => {
      const name = identity(file.path, file.modificationTime, policy);
      if (names.has(name) || !seen.isNew(name, file.modificationTime)) return false;
      names.add(name);
      return true;
    })
    .sort((left, right) => sign * (left.modificationTime - right.modificationTime));
}

/**
 * How many files from `start` on make one batch: at least one, at most `maxFiles`, and none more
 * once `maxBytes` would be passed.
 */
export function batchLength(
  files: readonly FoundFile[],
  start: number,
  policy: FilePolicy,
): number {
  const most = Math.min(files.length - start, policy.maxFiles ?? Number.POSITIVE_INFINITY);
  if (policy.maxBytes === undefined) return most;
  let bytes = 0;
  for (let taken = 0; taken < most; taken++) {
    bytes += files[start + taken]!.size;
    if (bytes > policy.maxBytes) return Math.max(1, taken);
  }
  return most;
}
