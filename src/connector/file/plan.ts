import type { Backlog, Waiting } from "./backlog.ts";
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

/**
 * What a file is in an index: its URI, after its name where that alone counts. What Hadoop has
 * called `s3a` and `s3n` is `s3`: the same files.
 */
export function fileKey(uri: string, byName: boolean): string {
  const key = uri.startsWith("s3") ? uri.replace(/^s3[an]:/, "s3:") : uri;
  return byName ? `${key.slice(key.lastIndexOf("/") + 1)}\0${key}` : key;
}

/** What a file is known by. */
export function identity(uri: string, timeMs: number, policy: FilePolicy): string {
  const key = fileKey(uri, false);
  const name = policy.fileNameOnly ? key.slice(key.lastIndexOf("/") + 1) : key;
  return policy.overwrites ? `${name}\0${timeMs}` : name;
}

/**
 * Takes the files of one batch: at least one if there is any, at most `maxFiles`, and none more
 * once `maxBytes` would be passed. A file that comes twice is taken once, as `seen` says; absent:
 * none comes twice.
 */
export function takeBatch(
  backlog: Backlog,
  seen: SeenFiles | undefined,
  policy: FilePolicy,
): readonly Waiting[] {
  const { maxFiles = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = policy;
  const taken: Waiting[] = [];
  const names = new Set<string>();
  let bytes = 0;
  for (let file = backlog.peek(); file && taken.length < maxFiles; file = backlog.peek()) {
    const name = identity(file.uri, file.modificationTime, policy);
    if (!names.has(name) && !seen?.has(file.uri, file.modificationTime)) {
      bytes += file.size;
      if (taken.length > 0 && bytes > maxBytes) break;
      names.add(name);
      taken.push(file);
    }
    backlog.take();
  }
  return taken;
}
