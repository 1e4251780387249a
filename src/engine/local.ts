import { error, isError } from "../error/error.ts";
import type { FilePlace } from "../plan/input.ts";
import type { Part } from "../storage/part.ts";
import type { LocalFile, Location, Needed } from "../storage/store.ts";

/** Files of stores opened at a time: enough to hide their delay, few against their limits. */
const filesAtOnce = 16;

/** Files the engine's readers can open by path, until released. */
export interface LocalFiles<F> {
  /** In the order asked for; without a store. */
  readonly files: readonly F[];
  release(): Promise<void>;
}

export interface LocalRequest<F extends FilePlace> {
  /** What of a file is read; absent: all. */
  readonly partOf?: (file: F) => Part;
  /** Leaves out the files that are gone, and does not fail. */
  readonly ignoreMissing?: boolean;
  /** What is open beside them. */
  readonly needed?: Needed;
}

/** Opens the files that lie in stores. A file that is gone is FAILED_READ_FILE.FILE_NOT_EXIST. */
export async function localFiles<F extends FilePlace>(
  files: readonly F[],
  { partOf, ignoreMissing = false, needed = { bytes: 0 } }: LocalRequest<F> = {},
): Promise<LocalFiles<F>> {
  if (files.every(({ store }) => store === undefined)) return { files, release: async () => {} };
  const held: LocalFile[] = [];
  const opened: (F | undefined)[] = new Array(files.length);
  const release = async (): Promise<void> => {
    await Promise.all(held.splice(0).map((file) => file[Symbol.asyncDispose]()));
  };
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length && !failed; at = next++) {
      const file = files[at]!;
      const local = await open(file, needed, partOf?.(file)).catch((thrown: unknown) => {
        if (ignoreMissing && isError(thrown, "FAILED_READ_FILE.FILE_NOT_EXIST")) return undefined;
        failed = true;
        throw thrown;
      });
      if (local === undefined) continue;
      if (local !== "local") held.push(local);
      const { store: _, ...rest } = file;
      opened[at] = { ...rest, path: local === "local" ? file.path : local.path } as F;
    }
  };
  const workers = Array.from({ length: Math.min(filesAtOnce, files.length) }, work);
  const ends = await Promise.allSettled(workers);
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) {
    await release();
    throw broken.reason;
  }
  return { files: opened.filter((file) => file !== undefined), release };
}

async function open(file: FilePlace, needed: Needed, part?: Part): Promise<LocalFile | "local"> {
  const { store, path, size, etag, immutable } = file;
  if (store === undefined) return "local";
  try {
    return await store.open(path, {
      needed,
      ...(size === undefined ? {} : { size }),
      ...(etag === undefined ? {} : { etag }),
      ...(immutable === undefined ? {} : { immutable }),
      ...(part === undefined ? {} : { part }),
    });
  } catch (thrown) {
    if (!isError(thrown, "PATH_NOT_FOUND")) throw thrown;
    throw error("FAILED_READ_FILE.FILE_NOT_EXIST", { path: store.uri(path) }, thrown);
  }
}

/** Where a file of a store lies for the engine, which opens local ones by their path. */
export function placeOf({ store, path }: Location): Pick<FilePlace, "path" | "store"> {
  return store.scheme === "file" ? { path } : { path, store };
}
