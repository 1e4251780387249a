import type { FileStatus } from "./store.ts";

/**
 * Whether a file is the one it was: by its ETag where the store has them, for a store may keep
 * times by the second, and else by its time.
 */
export function isSameFile(before: FileStatus, now: FileStatus | undefined): boolean {
  if (now === undefined || now.size !== before.size) return false;
  if (before.etag !== undefined && now.etag !== undefined) return before.etag === now.etag;
  return before.modificationTime === now.modificationTime;
}
