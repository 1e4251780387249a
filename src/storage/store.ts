import type { Part } from "./part.ts";

/** What a store says of one file. */
export interface FileStatus {
  /** Absolute within the store, `/`-separated, decoded. */
  readonly path: string;
  readonly size: number; // bytes
  readonly modificationTime: number; // ms since the epoch
  /** What the store calls this content of the file; absent where a store has no such name. */
  readonly etag?: string;
}

/** What a listing says of a file. */
export type ListedFile = Pick<FileStatus, "path"> & Partial<FileStatus>;

/** The bytes of a file, and what its store says of the content they are. */
export interface StoredFile {
  readonly bytes: Uint8Array;
  readonly status: FileStatus;
}

/** A file of the engine's, readable through the local file system until released. */
export interface LocalFile extends AsyncDisposable {
  readonly path: string;
}

/**
 * Bytes at a path. Paths are absolute within the store, `/`-separated and decoded; a folder is a
 * prefix that ends in `/` and needs no making. The laws, proven by `conformance/store.ts`:
 *
 * 1. Whole or nothing: a reader sees all of a file's bytes or no file, also after a crash.
 * 2. Of any number of `putIfAbsent` to a path exactly one wins; the others change nothing.
 * 3. What has been put is listed at once, and `list` is in byte order of the path.
 * 4. Read after write: a completed put or delete is what every later read sees.
 * 5. A range past the end is STORAGE_RANGE_PAST_END, never a short answer.
 * 6. Durable: once a put or publish has resolved, a crash loses neither bytes nor name.
 * 7. A path that is absent is PATH_NOT_FOUND in `read` and `readRange`, `undefined` in `stat`;
 *    deleting it is not an error; listing a folder that is absent is empty.
 * 8. An answer that is lost is asked for again within the store. `putIfAbsent` then tells its own
 *    file from another writer's with the same bytes, and where it cannot, resolves false: never do
 *    two callers hold one name for theirs. STORAGE_WRITE_FAILED leaves open whether the write was
 *    made, or will be yet: read back.
 */
export interface Store {
  /** The scheme of the URIs it serves: `file`, `memory`, `s3`. */
  readonly scheme: string;
  /** A listing that starts after a path asks for next to nothing of what is before it. */
  readonly seeks?: boolean;
  /** The URI of a path, percent-encoded: `file:///data/a%20b`. */
  uri(path: string): string;
  read(path: string): Promise<Uint8Array>;
  /** As `read`, with what `stat` says of it: for stores whose one answer has both. */
  readFile?(path: string): Promise<StoredFile>;
  /**
   * The bytes of a small file, where they can be had without waiting; undefined: `read` them. They
   * are good until the next call.
   */
  readNow?(path: string): Uint8Array | undefined;
  /**
   * Bytes [start, start + length). With `etag`, of that content of the file: another is
   * STORAGE_FILE_CHANGED; a store without etags ignores it.
   */
  readRange(path: string, start: number, length: number, etag?: string): Promise<Uint8Array>;
  stat(path: string): Promise<FileStatus | undefined>;
  /**
   * The files directly in `folder`, or below it at any depth with `recursive`. `startAfter` is a
   * path: only files that sort after it (byte order) come. Files in the making are never listed.
   */
  list(folder: string, options?: ListOptions): AsyncIterable<FileStatus>;
  /**
   * As `list`, but many files at a time, and of each only what came with its name is said: a disk,
   * unlike the others, would have to be asked for the rest, file by file.
   */
  names(folder: string, options?: ListOptions): AsyncIterable<readonly ListedFile[]>;
  /** Writes the whole file, replacing what was there. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes the whole file if there is none. Resolves false, changing nothing, if there is. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Makes a finished local file (of the staging folder) durable under `path`, which must be new
   * (a fresh UUID is in its name). The local file is consumed. Where a store keeps times by the
   * second, the time of the answer is this machine's: files are told apart by it.
   */
  publish(local: string, path: string): Promise<FileStatus>;
  delete(path: string): Promise<void>;
  /** A local file with these bytes for the engine to read; release it after use. */
  open(path: string, options?: OpenOptions): Promise<LocalFile>;
}

/** What the caller knows of a file it opens: a store over a network asks for less then. */
export interface OpenOptions {
  readonly size?: number; // bytes
  /** Of the content that is meant: another is STORAGE_FILE_CHANGED. */
  readonly etag?: string;
  /** Nothing else is ever written under this name, so that it need not be asked for again. */
  readonly immutable?: boolean;
  /** Only these bytes are needed; a store may give all of them. */
  readonly part?: Part;
  /** Of the files that are needed at once; a store that keeps copies refuses what is too much. */
  readonly needed?: Needed;
}

/** How many bytes of remote files somebody needs at once, counted up as they are opened. */
export interface Needed {
  bytes: number;
}

export interface ListOptions {
  readonly recursive?: boolean;
  readonly startAfter?: string;
  /**
   * Files that need not come: a store that has to look at each for its size spares itself that.
   * A store that knows it from the listing may give them all the same, and not ask.
   */
  skip?(path: string): boolean;
}

/** A path in a store: where a table, a checkpoint or a folder of files lies. */
export interface Location {
  readonly store: Store;
  readonly path: string; // no trailing slash
}

/** `location` with segments appended. */
export function join(location: Location, ...segments: readonly string[]): Location {
  return { store: location.store, path: [location.path, ...segments].join("/") };
}
