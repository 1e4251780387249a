import { dirname } from "node:path";
import { env } from "../env.ts";
import { error } from "../error/error.ts";
import { type Disk, type DiskEntry, type DiskFile, type DiskStatus, nodeDisk } from "./disk.ts";
import { comparePaths, sortPaths } from "./order.ts";
import type { FileStatus, ListedFile, ListOptions, LocalFile, Store } from "./store.ts";
import { formatUri } from "./uri.ts";

/** The `file` store: this machine's file system, through a disk that tests may replace. */
export function localStore(disk: Disk = nodeDisk): Store {
  const folders = new KnownFolders(disk);
  const local = { disk, folders };
  const { readNow } = disk;
  return {
    scheme: "file",
    uri: (path) => formatUri({ scheme: "file", authority: "", path }),
    read: (path) => reading(path, () => disk.read(path)),
    ...(readNow === undefined ? {} : { readNow: (path) => readingNow(path, readNow) }),
    readRange: (path, start, length) =>
      reading(path, () => readRange(disk, path, { start, length })),
    stat: (path) => reading(path, () => stat(disk, path)),
    list: (folder, options = {}) => list(disk, folder, options),
    names: (folder, options = {}) => names(disk, folder, options),
    put: (path, bytes) => writing(path, () => put(local, path, bytes)),
    putIfAbsent: (path, bytes) => writing(path, () => putIfAbsent(local, path, bytes)),
    publish: (staged, path) => writing(path, () => publish(local, staged, path)),
    delete: (path) => writing(path, () => remove(disk, path)),
    open: (path) => reading(path, () => openFile(disk, path)),
  };
}

interface Local {
  readonly disk: Disk;
  readonly folders: KnownFolders;
}

/** A streaming query writes to a handful of folders, a partitioned table to more. */
const MAX_KNOWN_FOLDERS = 1_000;

/** Folders that were seen, so that a write need not look for its folder each time. */
class KnownFolders {
  readonly #disk: Disk;
  readonly #known = new Set<string>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Makes the folder and its parents; each that is made is durable before this resolves. */
  async ensure(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    if (!(await exists(this.#disk, folder))) {
      const parent = dirname(folder);
      await this.ensure(parent);
      await this.#make(folder, parent);
    }
    if (this.#known.size >= MAX_KNOWN_FOLDERS) this.#known.clear();
    this.#known.add(folder);
  }

  async #make(folder: string, parent: string): Promise<void> {
    try {
      await this.#disk.mkdir(folder);
    } catch (thrown) {
      if (codeOf(thrown) === "ENOENT") this.forget();
      if (codeOf(thrown) !== "EEXIST") throw thrown;
    }
    await this.#disk.syncFolder(parent);
  }

  /** For when somebody removed folders behind our back. */
  forget(): void {
    this.#known.clear();
  }
}

async function exists(disk: Disk, folder: string): Promise<boolean> {
  try {
    return (await disk.stat(folder)).kind === "folder";
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return false;
    throw thrown;
  }
}

/** Names of files in the making, Spark's shape: never listed. */
function isTemporary(name: string): boolean {
  return name.startsWith(".") && name.endsWith(".tmp");
}

/** A durable file under a temporary name in the folder of `path`. */
async function temporary({ disk, folders }: Local, path: string, bytes: Uint8Array) {
  const folder = dirname(path);
  const name = `${folder}/.${env.uuid()}.tmp`;
  await folders.ensure(folder);
  const file = await disk.create(name).catch(async (thrown) => {
    if (codeOf(thrown) !== "ENOENT") throw thrown;
    folders.forget();
    await folders.ensure(folder);
    return await disk.create(name);
  });
  try {
    await fill(file, bytes);
  } catch (thrown) {
    await disk.unlink(name).catch(() => undefined);
    throw thrown;
  }
  return { name, folder };
}

async function fill(file: DiskFile, bytes: Uint8Array): Promise<void> {
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function put(local: Local, path: string, bytes: Uint8Array): Promise<void> {
  const { name, folder } = await temporary(local, path, bytes);
  try {
    await local.disk.rename(name, path);
  } catch (thrown) {
    await local.disk.unlink(name).catch(() => undefined);
    throw thrown;
  }
  await local.disk.syncFolder(folder);
}

/** What file systems without hard links say. */
const linkless: readonly (string | undefined)[] = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

async function putIfAbsent(local: Local, path: string, bytes: Uint8Array): Promise<boolean> {
  const { disk } = local;
  const { name, folder } = await temporary(local, path, bytes);
  let won = true;
  try {
    await disk.link(name, path); // The one step that decides who wins.
  } catch (thrown) {
    if (linkless.includes(codeOf(thrown))) won = await createExclusively(disk, path, bytes);
    else if (codeOf(thrown) === "EEXIST") won = false;
    else throw thrown;
  } finally {
    await disk.unlink(name).catch(() => undefined);
  }
  // The loser builds on the winner's file, so its name must be durable for the loser too.
  await disk.syncFolder(folder);
  return won;
}

/** Without hard links the name comes first: a reader may see a part of the bytes for a moment. */
async function createExclusively(disk: Disk, path: string, bytes: Uint8Array): Promise<boolean> {
  let file: DiskFile;
  try {
    file = await disk.create(path);
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return false;
    throw thrown;
  }
  try {
    await fill(file, bytes);
  } catch (thrown) {
    await disk.unlink(path).catch(() => undefined); // A part of the bytes must not have the name.
    throw thrown;
  }
  return true;
}

async function publish(local: Local, staged: string, path: string): Promise<FileStatus> {
  const { disk, folders } = local;
  const folder = dirname(path);
  const file = await disk.open(staged);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await folders.ensure(folder);
  try {
    await disk.rename(staged, path).catch(async (thrown) => {
      if (codeOf(thrown) !== "ENOENT") throw thrown;
      folders.forget();
      await folders.ensure(folder);
      await disk.rename(staged, path);
    });
    await disk.syncFolder(folder);
  } catch (thrown) {
    if (codeOf(thrown) !== "EXDEV") throw thrown;
    await put(local, path, await disk.read(staged));
    await disk.unlink(staged);
  }
  const { size, modificationTime } = await disk.stat(path);
  return { path, size, modificationTime };
}

async function remove(disk: Disk, path: string): Promise<void> {
  try {
    await disk.unlink(path);
  } catch (thrown) {
    if (!isAbsent(thrown)) throw thrown;
  }
}

async function stat(disk: Disk, path: string): Promise<FileStatus | undefined> {
  try {
    return fileStatus(path, await disk.stat(path));
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  }
}

function fileStatus(path: string, found: DiskStatus | undefined): FileStatus | undefined {
  if (found?.kind !== "file") return undefined;
  const { size, modificationTime } = found;
  return { path, size, modificationTime };
}

interface Range {
  readonly start: number;
  readonly length: number;
}

async function readRange(disk: Disk, path: string, range: Range): Promise<Uint8Array> {
  const { start, length } = range;
  const bytes = await disk.readRange(path, start, length);
  if (bytes.byteLength === length && length > 0) return bytes;
  const { size } = await disk.stat(path);
  if (start + length <= size) return bytes;
  throw error("STORAGE_RANGE_PAST_END", { path, start, end: start + length, size });
}

async function openFile(disk: Disk, path: string): Promise<LocalFile> {
  if ((await disk.stat(path)).kind !== "file") throw error("PATH_NOT_FOUND", { path });
  return { path, [Symbol.asyncDispose]: async () => undefined };
}

/** After so many files other work of the process has its turn. */
const TURN_FILES = 1_024;

async function* list(disk: Disk, folder: string, options: ListOptions): AsyncGenerator<FileStatus> {
  const { statNow } = disk;
  let turn = 0;
  for await (const paths of walk(disk, baseOf(folder), options)) {
    for (const path of paths) {
      if (++turn % TURN_FILES === 0) await env.sleep(0);
      if (options.skip?.(path)) continue;
      const status = statNow
        ? readingNow(path, () => fileStatus(path, statNow(path)))
        : await reading(path, () => stat(disk, path));
      if (status) yield status;
    }
  }
}

async function* names(
  disk: Disk,
  folder: string,
  options: ListOptions,
): AsyncGenerator<readonly ListedFile[]> {
  for await (const paths of walk(disk, baseOf(folder), options)) {
    yield paths.map((path) => ({ path }));
  }
}

function baseOf(folder: string): string {
  return folder.endsWith("/") ? folder.slice(0, -1) : folder;
}

/**
 * Paths of the files in byte order, some at a time, for a million turns of a generator are seconds.
 * A folder sorts as its name with the slash.
 */
async function* walk(
  disk: Disk,
  folder: string,
  options: ListOptions,
): AsyncGenerator<readonly string[]> {
  const entries = await reading(folder, () => readFolder(disk, folder));
  const named: string[] = [];
  for (const { name, kind } of entries) {
    if (kind === "folder") named.push(`${name}/`);
    else if (!isTemporary(name)) named.push(name);
  }
  const { startAfter } = options;
  let files: string[] = [];
  for (const name of sortPaths(named)) {
    const path = `${folder}/${name}`;
    if (!name.endsWith("/")) {
      if (startAfter === undefined || comparePaths(path, startAfter) > 0) files.push(path);
    } else if (options.recursive && mayHold(path, startAfter)) {
      if (files.length > 0) yield files;
      files = [];
      yield* walk(disk, path.slice(0, -1), options);
    }
  }
  if (files.length > 0) yield files;
}

/** Whether a folder (with its slash) can hold anything that sorts after a path. */
function mayHold(folder: string, startAfter: string | undefined): boolean {
  if (startAfter === undefined || startAfter.startsWith(folder)) return true;
  return comparePaths(folder, startAfter) > 0;
}

async function readFolder(disk: Disk, folder: string): Promise<readonly DiskEntry[]> {
  try {
    return await disk.readFolder(folder === "" ? "/" : folder);
  } catch (thrown) {
    if (isAbsent(thrown)) return [];
    throw thrown;
  }
}

function codeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}

function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Turns what the file system says into our errors; what is not its own passes through. */
async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw readFailure(path, thrown);
  }
}

function readingNow<T>(path: string, work: (path: string) => T): T {
  try {
    return work(path);
  } catch (thrown) {
    throw readFailure(path, thrown);
  }
}

function readFailure(path: string, thrown: unknown): unknown {
  const absent = isAbsent(thrown) || codeOf(thrown) === "EISDIR";
  if (absent) return error("PATH_NOT_FOUND", { path }, thrown);
  if (!isSystem(thrown)) return thrown;
  return error("STORAGE_READ_FAILED", { path, reason: thrown.message }, thrown);
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isSystem(thrown)) throw thrown;
    throw error("STORAGE_WRITE_FAILED", { path, reason: thrown.message }, thrown);
  }
}

function isSystem(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "errno" in thrown;
}
