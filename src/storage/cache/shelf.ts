import { createHash } from "node:crypto";
import { env } from "../../env.ts";
import type { ByteRange } from "../part.ts";
import type { CacheDisk, SparseFile } from "./disk.ts";
import { merged } from "./range.ts";
import { type Content, headerLine, parseRecord, rangeLines } from "./record.ts";

/**
 * Sparse files on disk that several processes fill and evict:
 *
 *     <root>/<shard>/<hash of the URI>-<hash of the ETag>/<generation>.{data,ranges}
 *
 * A folder appears whole, by a rename that one process wins, and goes whole, by a rename into the
 * folder of who evicts it. Its files are called by a generation, so that what is read of one never
 * meets what belongs to another. A line of `ranges` says that bytes of `data` are there; it is
 * appended when they are durable. Who reads has a hard link of its own to `data`.
 */
export interface Shelf {
  readonly disk: CacheDisk;
  readonly root: string;
  /** A folder of this process, on the same file system. */
  readonly own: string;
}

/** A file of the shelf, held by a link until released. */
export interface Held {
  readonly content: Content;
  /** The link. */
  readonly path: string;
  readonly file: SparseFile;
  /** Its folder on the shelf; undefined: nobody else sees it. */
  readonly folder: string | undefined;
  readonly record: string | undefined;
  readonly present: readonly ByteRange[];
  release(): Promise<void>;
}

/** What is looked for: a content, or any content of a file (of this size, where it is known). */
export type Sought = Pick<Content, "uri"> & Partial<Content>;

/** Another process may take away what was just found; then it is looked for again. */
const findAttempts = 5;

/** Holds a file of the shelf; undefined if it has none. `suffix`: how the link's name ends. */
export async function hold(
  shelf: Shelf,
  sought: Sought,
  suffix: string,
): Promise<Held | undefined> {
  const name = nameOf(sought);
  const shard = `${shelf.root}/${shardOf(name)}`;
  const names = sought.etag === undefined ? await shelf.disk.readFolder(shard) : [name];
  for (const one of names.filter((other) => other.startsWith(name))) {
    const held = await holdOne(shelf, `${shard}/${one}`, suffix);
    if (held === undefined) continue;
    const { uri, etag = held.content.etag, size = held.content.size } = sought;
    const { content } = held;
    if (content.uri === uri && content.etag === etag && content.size === size) return held;
    await held.release();
  }
  return undefined;
}

async function holdOne(shelf: Shelf, folder: string, suffix: string): Promise<Held | undefined> {
  const { disk, own } = shelf;
  for (let attempt = 0; attempt < findAttempts; attempt += 1) {
    const record = (await disk.readFolder(folder)).find((one) => one.endsWith(".ranges"));
    if (record === undefined) return undefined;
    const path = `${own}/${env.uuid()}${suffix}`;
    try {
      await disk.link(`${folder}/${record.replace(/ranges$/, "data")}`, path);
      // After the link: of a generation that is gone there is no record any more.
      const said = parseRecord(await disk.text(`${folder}/${record}`));
      const { size, modificationTime } = await disk.stat(path);
      if (said === undefined || said.content.size !== size) {
        await disk.unlink(path);
        await evict(shelf, folder);
        return undefined;
      }
      await used(disk, path, modificationTime);
      const place = { folder, record: `${folder}/${record}`, present: merged(said.ranges) };
      return await held(disk, path, { content: said.content, ...place });
    } catch (thrown) {
      await disk.unlink(path).catch(() => undefined);
      const { code } = thrown as NodeJS.ErrnoException;
      if (linkless.includes(code)) return undefined;
      if (code !== "ENOENT") throw thrown;
    }
  }
  return undefined;
}

async function held(
  disk: CacheDisk,
  path: string,
  known: Pick<Held, "content" | "folder" | "record" | "present">,
): Promise<Held> {
  const file = await disk.open(path);
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    await file.close().catch(() => undefined);
    await disk.unlink(path).catch(() => undefined);
  };
  return {
    ...known,
    path,
    file,
    release: () => {
      released ??= release();
      return released;
    },
  };
}

/** What file systems without hard links say. */
const linkless: readonly unknown[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Puts a new file on the shelf, one hole, unless another process just did; holds what is there. */
export async function put(shelf: Shelf, content: Content, suffix: string): Promise<Held> {
  const { disk, root, own } = shelf;
  const made = `${own}/${env.uuid()}`;
  const generation = env.uuid();
  const name = nameOf(content);
  const shard = `${root}/${shardOf(name)}`;
  for (let attempt = 0; attempt < findAttempts; attempt += 1) {
    try {
      await disk.mkdir(made);
      await disk.hole(`${made}/${generation}.data`, content.size);
      await disk.create(`${made}/${generation}.ranges`, headerLine(content));
      await disk.mkdir(shard);
      await disk.rename(made, `${shard}/${name}`);
    } catch (thrown) {
      await disk.remove(made);
      const { code } = thrown as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST" && code !== "EPERM") throw thrown;
    }
    const there = await hold(shelf, content, suffix);
    if (there !== undefined) return there;
  }
  return await alone(shelf, content, suffix);
}

/** A file that is on no shelf. */
async function alone({ disk, own }: Shelf, content: Content, suffix: string): Promise<Held> {
  const path = `${own}/${env.uuid()}${suffix}`;
  await disk.hole(path, content.size);
  const known = { folder: undefined, record: undefined, present: [] };
  return await held(disk, path, { content, ...known });
}

/** Tells all processes that bytes are there, which were written to the link. */
export async function publish(
  { disk }: Shelf,
  { file, record }: Held,
  ranges: readonly ByteRange[],
): Promise<void> {
  if (record === undefined || ranges.length === 0) return;
  await file.sync();
  try {
    await disk.append(record, rangeLines(ranges));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown; // evicted meanwhile
  }
}

/** Takes a folder off the shelf; who holds a link keeps it. */
export async function evict({ disk, own }: Shelf, folder: string): Promise<void> {
  const gone = `${own}/${env.uuid()}`;
  try {
    await disk.rename(folder, gone);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
    throw thrown;
  }
  await disk.remove(gone);
}

/** How exact the time of the last use is, ms: it is written down no more often. */
const usedEveryMs = 60_000;

async function used(disk: CacheDisk, path: string, before: number): Promise<void> {
  const now = env.now();
  if (Math.abs(now - before) > usedEveryMs) await disk.touch(path, now);
}

function nameOf({ uri, etag }: Sought): string {
  return `${hash(uri).slice(0, 32)}-${etag === undefined ? "" : hash(etag).slice(0, 32)}`;
}

function shardOf(name: string): string {
  return name.slice(0, 2);
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
