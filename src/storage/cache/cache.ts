import { assert, error, isError } from "../../error/error.ts";
import { suffix } from "../copy.ts";
import { hadoopOptions } from "../hadoop.ts";
import type { RemoteFiles } from "../remote.ts";
import { openStaging, type Staging } from "../staging.ts";
import type { LocalFile, OpenOptions } from "../store.ts";
import { type CacheDisk, nodeCacheDisk } from "./disk.ts";
import { type Filler, Filling, OtherSize } from "./fill.ts";
import { temporaryFolder, userFolder } from "./folder.ts";
import { lengthOf, merged } from "./range.ts";
import { evict, hold, put, type Shelf } from "./shelf.ts";
import { sweep, sweepHalf } from "./sweep.ts";

/** Requests under way at a time, of all files: each holds up to 8 MiB. */
const requestsAtOnce = 16;
/** Fetching so much more costs less than another request. */
const smallDefault = 64 << 10;
/** A process looks at the whole cache when it has brought in this part of its size. */
const sweepEvery = 1 / 16;

/**
 * Local copies of remote files, or of parts of them, for all processes of this user. Bounded: at
 * rest the files take at most `size`; beside it what processes bring in between two sweeps (each
 * a sixteenth), and what queries under way hold (each at most `size`). Remembers nothing that would
 * be wrong after a crash of the process or the machine.
 */
export interface Cache extends AsyncDisposable {
  open(remote: RemoteFiles, path: string, options?: OpenOptions): Promise<LocalFile>;
}

export interface CacheOptions {
  /** Shared by processes; made when it is first needed. */
  readonly folder?: string;
  /**
   * Bytes kept. Where it is said, no query may need more at once; absent, 8 GiB are kept and what a
   * query needs is bounded by the disk.
   */
  readonly size?: number;
  /** A file of no more bytes is fetched whole, by one request. 64 KiB. */
  readonly smallBytes?: number;
  readonly disk?: CacheDisk;
}

/** 8 GiB. */
const cacheBytes = 8 * 1024 ** 3;
const sizeOption = "millrace.cache.size";

/** What the session's configuration says of its cache. */
export function cacheOptions(options: Readonly<Record<string, string>>): CacheOptions {
  const read = hadoopOptions(options);
  const folder = read.text("millrace.cache.dir");
  const sized = read.text(sizeOption) !== undefined;
  return {
    ...(sized ? { size: read.bytes(sizeOption, cacheBytes) } : {}),
    ...(folder === undefined ? {} : { folder }),
  };
}

/** Touches nothing before the first file is opened. */
export function openCache(options: CacheOptions = {}): Cache {
  return new SharedCache(options);
}

interface OpenShelf {
  readonly shelf: Shelf;
  readonly staging: Staging;
}

class SharedCache implements Cache {
  readonly #options: CacheOptions;
  readonly #most: number;
  readonly #small: number;
  #shelf: Promise<OpenShelf> | undefined;
  /** One call at a time fills a file: the next finds what it brought. */
  readonly #busy = new Map<string, Promise<unknown>>();
  #free = requestsAtOnce;
  readonly #waiting: (() => void)[] = [];
  #unswept: number;
  #sweeping: Promise<void> | undefined;
  #making: Promise<void> | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#most = options.size ?? cacheBytes;
    this.#small = options.smallBytes ?? smallDefault;
    this.#unswept = this.#most; // The first file that comes in is a reason to look.
  }

  async open(remote: RemoteFiles, path: string, options: OpenOptions = {}): Promise<LocalFile> {
    const uri = remote.uri(path);
    return await this.#alone(uri, () => this.#open(remote, path, options));
  }

  async #alone<T>(uri: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(uri);
    const mine = (before ?? Promise.resolve()).then(work, work);
    const settled = mine.catch(() => undefined);
    this.#busy.set(uri, settled);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(uri) === settled) this.#busy.delete(uri);
    }
  }

  async #open(remote: RemoteFiles, path: string, options: OpenOptions): Promise<LocalFile> {
    this.#shelf ??= this.#openShelf();
    const { shelf } = await this.#shelf.catch((thrown) => {
      this.#shelf = undefined;
      throw thrown;
    });
    const filler: Filler = {
      ...{
        remote,
        shelf,
        smallBytes: this.#small,
        most: this.#options.size ?? Number.MAX_SAFE_INTEGER,
      },
      request: (work) => this.#request(work),
      wrote: (bytes) => {
        this.#unswept += bytes;
      },
    };
    const sized = (): Promise<LocalFile> =>
      filled(filler, path, options).catch((thrown: unknown) => {
        if (!(thrown instanceof OtherSize)) throw thrown;
        const { size: _, ...rest } = options;
        return filled(filler, path, rest);
      });
    try {
      return await sized().catch(async (thrown: unknown) => {
        if (!isFull(thrown)) throw thrown;
        await this.#makeRoom(shelf);
        return await sized();
      });
    } catch (thrown) {
      throw ofDisk(thrown, shelf.root);
    } finally {
      this.#sweepIfDue(shelf);
    }
  }

  async #openShelf(): Promise<OpenShelf> {
    const { folder, disk = nodeCacheDisk } = this.#options;
    if (folder !== undefined) {
      return await shelfAt(disk, folder).catch((thrown) => {
        throw ofDisk(thrown, folder);
      });
    }
    // Some users have no home, some homes cannot be written to.
    for (const choose of [userFolder, temporaryFolder]) {
      try {
        const root = await choose();
        if (root !== undefined) return await shelfAt(disk, root);
      } catch {}
    }
    // Shared with nobody.
    const staging = await openStaging();
    const own = `${staging.path}/held`;
    await disk.mkdir(own);
    return { shelf: { disk, root: staging.path, own }, staging };
  }

  async #request<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  /** Once for all who find the disk full meanwhile. */
  #makeRoom(shelf: Shelf): Promise<void> {
    this.#making ??= sweepHalf(shelf).finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Beside the work: whoever opened a file does not wait for it. */
  #sweepIfDue(shelf: Shelf): void {
    if (this.#sweeping !== undefined || this.#unswept <= this.#most * sweepEvery) return;
    this.#unswept = 0;
    this.#sweeping = sweep(shelf, this.#most)
      // What cannot be swept now is swept at the next occasion; nothing is wrong meanwhile.
      .catch(() => undefined)
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#busy.values());
    await this.#sweeping;
    const opened = await this.#shelf?.catch(() => undefined);
    this.#shelf = undefined;
    await opened?.staging[Symbol.asyncDispose]();
  }
}

async function shelfAt(disk: CacheDisk, root: string): Promise<OpenShelf> {
  await disk.mkdir(`${root}/held`);
  const staging = await openStaging(`${root}/held`);
  return { shelf: { disk, root, own: staging.path }, staging };
}

function ofDisk(thrown: unknown, path: string): unknown {
  if (!(thrown instanceof Error) || !("errno" in thrown)) return thrown;
  return error("STORAGE_WRITE_FAILED", { path, reason: thrown.message }, thrown);
}

function isFull(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

async function filled(filler: Filler, path: string, options: OpenOptions): Promise<LocalFile> {
  const filling = await begin(filler, path, options);
  try {
    await fill(filling, filler, options);
    const { held } = filling;
    assert(held !== undefined, "something of the file was read");
    await held.file.close();
    return { path: held.path, [Symbol.asyncDispose]: () => held.release() };
  } catch (thrown) {
    const { held } = filling;
    await held?.release();
    // The next to open it begins with what is there now.
    if (isError(thrown, "STORAGE_FILE_CHANGED") && held?.folder !== undefined) {
      await evict(filler.shelf, held.folder);
    }
    throw thrown;
  }
}

async function fill(filling: Filling, filler: Filler, options: OpenOptions): Promise<void> {
  const { part, needed } = options;
  const some = filling.size > filler.smallBytes ? await part?.(filling) : undefined;
  const wanted = merged(some ?? [{ start: 0, end: filling.size }]);
  if (needed === undefined) return await filling.ensure(wanted);
  const bytes = lengthOf(wanted);
  needed.bytes += bytes;
  try {
    // Before it is fetched: it would push out what is needed with it.
    if (needed.bytes > filler.most) throw tooSmall(filling.uri, needed.bytes, filler.most);
    await filling.ensure(wanted);
  } catch (thrown) {
    needed.bytes -= bytes;
    throw thrown;
  }
}

function tooSmall(path: string, needed: number, size: number): Error {
  const known = { path, needed: String(needed), size: String(size), option: sizeOption };
  return error("STORAGE_CACHE_TOO_SMALL", known);
}

/** Finds out which content of a file is meant, asking the store for no more than it must. */
async function begin(filler: Filler, path: string, options: OpenOptions): Promise<Filling> {
  const { remote, shelf } = filler;
  const uri = remote.uri(path);
  const ending = suffix(path);
  const { size, etag, immutable = false } = options;
  const sized = size === undefined ? {} : { size };
  if (etag !== undefined || immutable) {
    const sought = { uri, ...sized, ...(etag === undefined ? {} : { etag }) };
    const held = await hold(shelf, sought, ending);
    if (held !== undefined) return new Filling(filler, path, { held, size: held.content.size });
    if (size !== undefined && size > 0) {
      const created =
        etag === undefined ? undefined : await put(shelf, { uri, etag, size }, ending);
      return new Filling(filler, path, { held: created, size });
    }
  }
  const status = await remote.stat(path);
  if (status === undefined) throw error("PATH_NOT_FOUND", { path: uri });
  const found = status.etag;
  if (found === undefined) {
    throw error("STORAGE_READ_FAILED", { path: uri, reason: "its store names no ETag of it" });
  }
  if (etag !== undefined && found !== etag) {
    throw error("STORAGE_FILE_CHANGED", { path: uri, expected: etag });
  }
  const content = { uri, etag: found, size: status.size };
  const held = (await hold(shelf, content, ending)) ?? (await put(shelf, content, ending));
  return new Filling(filler, path, { held, size: status.size });
}
