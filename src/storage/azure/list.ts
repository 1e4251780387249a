import { comparePaths } from "../order.ts";
import type { FileStatus, ListOptions } from "../store.ts";
import type { BlobItem, ContainerClient, ListBlobsOptions } from "./client.ts";
import { isFolder, quotedEtag } from "./status.ts";

/** One page of a listing, as the service gives it; `next` asks for the one after it. */
interface Page {
  readonly blobs: readonly BlobItem[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

/** What listings have shown of an account. */
export interface Shown {
  /** The service begins where it is asked to, also deep in a folder. */
  seeks: boolean;
  /** It has no hierarchical namespace. */
  isFlat: boolean;
}

/** Where pages come from: the container, and what makes a call of the SDK ours. */
export interface Lister {
  readonly container: ContainerClient;
  call<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  readonly shown: Shown;
  /** Entries a page; the service's most is 5,000. */
  readonly pageSize?: number;
}

/**
 * The files of a folder in byte order. Accounts with a hierarchical namespace list `a/b` before
 * `a!`, and folders as blobs of their own: at the first of those a listing goes on folder by
 * folder, where the order can be kept with the names of few folders in memory.
 */
export async function* listBlobs(
  lister: Lister,
  folder: string,
  options: ListOptions,
): AsyncGenerator<FileStatus> {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  const { recursive = false, startAfter } = options;
  const isPast = startAfter !== undefined && comparePaths(startAfter, base) > 0;
  if (isPast && !startAfter.startsWith(base)) return;
  if (!recursive) yield* levelFiles(lister, base, startAfter);
  else yield* flat(lister, base, startAfter);
}

async function* flat(
  lister: Lister,
  base: string,
  startAfter: string | undefined,
): AsyncGenerator<FileStatus> {
  let last = startAfter;
  const whole = inByteOrder(flatEntries(lister, base, startAfter));
  for await (const { path, blob } of whole) {
    if (isFolder(blob)) {
      lister.shown.seeks = false;
      yield* walk(lister, base, last);
      return;
    }
    // In a hierarchical namespace the folder would have come first.
    if (startAfter === undefined && path.includes("/", base.length)) lister.shown.isFlat = true;
    if (!isAfter(path, last)) continue;
    last = path;
    yield statusOf(path, blob);
  }
}

async function* flatEntries(lister: Lister, base: string, startAfter: string | undefined) {
  for await (const { blobs } of pages(lister, base, startAfter, false)) {
    for (const blob of blobs) yield { path: `/${blob.name}`, blob };
  }
}

/** Folder by folder. A folder sorts as its name with the slash. */
async function* walk(
  lister: Lister,
  base: string,
  startAfter: string | undefined,
): AsyncGenerator<FileStatus> {
  for await (const { path, blob } of level(lister, base, startAfter)) {
    if (blob !== undefined) {
      if (!isFolder(blob) && isAfter(path, startAfter)) yield statusOf(path, blob);
    } else if (startAfter?.startsWith(path) || isAfter(path, startAfter)) {
      yield* walk(lister, path, startAfter);
    }
  }
}

async function* levelFiles(lister: Lister, base: string, startAfter: string | undefined) {
  for await (const { path, blob } of level(lister, base, startAfter)) {
    if (blob && !isFolder(blob) && isAfter(path, startAfter)) yield statusOf(path, blob);
  }
}

/** A file, or without a blob a folder, whose path ends in a slash. */
interface Entry {
  readonly path: string;
  readonly blob?: BlobItem;
}

function level(lister: Lister, base: string, startAfter: string | undefined) {
  return inByteOrder(levelEntries(lister, base, startAfter));
}

/**
 * What lies directly in a folder. A page gives folders apart from blobs, and where names sort
 * without their slash a folder comes before `folder-1`, which is before `folder/`: a folder that
 * sorts after all of its page waits for the next.
 */
async function* levelEntries(
  lister: Lister,
  base: string,
  startAfter: string | undefined,
): AsyncGenerator<Entry> {
  let waiting: Entry[] = [];
  for await (const { blobs, prefixes } of pages(lister, base, startAfter, true)) {
    const folders = prefixes.map((prefix): Entry => ({ path: `/${prefix}` }));
    const files = blobs.map((blob): Entry => ({ path: `/${blob.name}`, blob }));
    const names = [...folders.map(({ path }) => path.slice(0, -1)), ...files.map((f) => f.path)];
    const greatest = names.reduce((one, other) => (other > one ? other : one), "");
    const all = [...waiting, ...folders, ...files].sort((a, b) => (a.path < b.path ? -1 : 1));
    waiting = all.filter(({ path }) => path > greatest);
    yield* distinct(all.filter(({ path }) => path <= greatest));
  }
  yield* distinct(waiting);
}

function* distinct(entries: readonly Entry[]): Generator<Entry> {
  for (const [index, entry] of entries.entries()) {
    if (entry.path !== entries[index - 1]?.path) yield entry;
  }
}

/**
 * The service orders names by UTF-16, which differs from byte order among characters from U+D800
 * on: entries that are the same up to the first of those come together, and are sorted together.
 */
async function* inByteOrder<T extends Entry>(entries: AsyncIterable<T>): AsyncGenerator<T> {
  let group: T[] = [];
  let stem: string | undefined;
  for await (const entry of entries) {
    const high = entry.path.search(/[\ud800-\uffff]/);
    const own = high < 0 ? undefined : entry.path.slice(0, high);
    if (own === undefined || own !== stem) {
      yield* sorted(group);
      group = [];
    }
    stem = own;
    if (own === undefined) yield entry;
    else group.push(entry);
  }
  yield* sorted(group);
}

function sorted<T extends Entry>(group: readonly T[]): readonly T[] {
  return [...group].sort((left, right) => comparePaths(left.path, right.path));
}

async function* pages(
  lister: Lister,
  base: string,
  startAfter: string | undefined,
  byLevel: boolean,
): AsyncGenerator<Page> {
  const { shown } = lister;
  const startFrom = startAfter && startOf(base, startAfter, byLevel ? "level" : shown);
  let next: string | undefined;
  do {
    const page = await lister.call((abortSignal) => {
      const options = {
        ...{ prefix: base.slice(1), includeMetadata: true, abortSignal },
        ...(startFrom && { startFrom: startFrom.slice(1) }),
      };
      const settings = {
        ...{ maxPageSize: lister.pageSize ?? 5_000 },
        ...(next !== undefined && { continuationToken: next }),
      };
      return onePage(lister.container, options, settings, byLevel);
    });
    const first = page.blobs[0]?.name;
    if (startFrom && shown.isFlat && !byLevel && next === undefined && first !== undefined) {
      shown.seeks = first >= startFrom.slice(1);
    }
    yield page;
    next = page.next;
  } while (next);
}

async function onePage(
  container: ContainerClient,
  options: ListBlobsOptions,
  settings: { maxPageSize: number; continuationToken?: string },
  byLevel: boolean,
): Promise<Page> {
  if (byLevel) {
    for await (const page of container.listBlobsByHierarchy("/", options).byPage(settings)) {
      const { blobItems, blobPrefixes = [] } = page.segment;
      const prefixes = blobPrefixes.map(({ name }) => name);
      return { blobs: blobItems, prefixes, next: page.continuationToken };
    }
  }
  for await (const page of container.listBlobsFlat(options).byPage(settings)) {
    return { blobs: page.segment.blobItems, prefixes: [], next: page.continuationToken };
  }
  return { blobs: [], prefixes: [], next: undefined };
}

/**
 * Where the service may begin, itself included, so that nothing after `startAfter` in byte order
 * is before it in the service's: up to the first character from U+D800 on, or, unless the account
 * is known to be flat, that sorts before a slash (a hierarchical namespace has it lowest). Of
 * a listing by level only what is in the folder itself: it takes no more.
 */
function startOf(base: string, startAfter: string, how: "level" | Shown): string | undefined {
  if (!startAfter.startsWith(base)) return undefined;
  const taken =
    how === "level" ? /^[0-\ud7ff]*/ : how.isFlat ? /^[^\ud800-\uffff]*/ : /^[/-\ud7ff]*/;
  const [own = ""] = taken.exec(startAfter.slice(base.length)) ?? [];
  return own === "" ? undefined : base + own;
}

function isAfter(path: string, startAfter: string | undefined): boolean {
  return startAfter === undefined || comparePaths(path, startAfter) > 0;
}

function statusOf(path: string, { properties }: BlobItem): FileStatus {
  const { contentLength = 0, lastModified, etag } = properties;
  return {
    ...{ path, size: contentLength, modificationTime: lastModified.getTime() },
    etag: quotedEtag(etag),
  };
}
