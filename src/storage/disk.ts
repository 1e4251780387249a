import {
  closeSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  write,
  writeSync,
} from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";

/** A file open for writing. Written is not durable: `sync` is. */
export interface DiskFile {
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

export interface DiskStatus {
  readonly kind: "file" | "folder";
  readonly size: number; // bytes
  readonly modificationTime: number; // whole ms since the epoch
}

/**
 * The calls of a local file system that the `file` store is made of, each one step that can fail,
 * and after which a crash can come. A name is durable after `syncFolder` of its folder, bytes
 * after `sync` of the file. Errors are Node's, with `code`.
 */
export interface Disk {
  /** Opens a new file; EEXIST if there is one. */
  create(path: string): Promise<DiskFile>;
  /** Opens a file that is there, to sync it. */
  open(path: string): Promise<DiskFile>;
  /** A second name for a file; EEXIST if it is taken, EXDEV across devices. */
  link(from: string, to: string): Promise<void>;
  /** Gives a file another name, taking the place of what had it. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes one folder; EEXIST if it is there. */
  mkdir(path: string): Promise<void>;
  syncFolder(path: string): Promise<void>;
  readFolder(path: string): Promise<readonly DiskEntry[]>;
  stat(path: string): Promise<DiskStatus>;
  /** As `stat`, at once; undefined of what is not there. */
  statNow?(path: string): DiskStatus | undefined;
  read(path: string): Promise<Uint8Array>;
  /** The bytes of a small file at once, good until the next call; undefined: it is large. */
  readNow?(path: string): Uint8Array | undefined;
  /** At most `length` bytes from `start`; fewer where the file ends. */
  readRange(path: string, start: number, length: number): Promise<Uint8Array>;
}

/** A small file takes microseconds, less than a trip to the thread pool, and more so four trips. */
const QUICK_BYTES = 256 * 1024;

/**
 * The disk of this machine. Calls that only touch the page cache or one folder entry are made
 * synchronously: measured, they take 5 to 60 microseconds, less than the way through libuv's
 * threads, which long queries may hold. So are reads of small files, of which a log has thousands:
 * who reads many lets others have their turn. Syncing and large reads go through the threads.
 */
export const nodeDisk: Disk = {
  create: async (path) => nodeFile(openSync(path, "wx")),
  open: async (path) => nodeFile(openSync(path, "r")),
  link: async (from, to) => linkSync(from, to),
  rename: async (from, to) => renameSync(from, to),
  unlink: async (path) => unlinkSync(path),
  mkdir: async (path) => {
    mkdirSync(path);
  },
  syncFolder: async (path) => {
    const folder = openSync(path, "r");
    try {
      await syncDescriptor(folder);
    } finally {
      closeSync(folder);
    }
  },
  readFolder: async (path) => {
    const entries: DiskEntry[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const { name } = entry;
      if (entry.isFile()) entries.push({ name, kind: "file" });
      else if (entry.isDirectory()) entries.push({ name, kind: "folder" });
      else if (entry.isSymbolicLink()) entries.push(...linkTarget(path, name));
    }
    return entries;
  },
  stat: async (path) => statusOf(statSync(path)),
  statNow: (path) => {
    const status = statSync(path, { throwIfNoEntry: false });
    return status && statusOf(status);
  },
  read: async (path) => {
    const bytes = readQuickly(path);
    return bytes === undefined ? readFile(path) : Buffer.from(bytes);
  },
  readNow: readQuickly,
  readRange: async (path, start, length) => {
    const file = await open(path, "r");
    try {
      return await readFully(file, start, length);
    } finally {
      await file.close();
    }
  },
};

function nodeFile(descriptor: number): DiskFile {
  return {
    write: async (bytes) => {
      if (bytes.byteLength <= QUICK_BYTES) writeQuickly(descriptor, bytes);
      else await writeSlowly(descriptor, bytes);
    },
    sync: () => syncDescriptor(descriptor),
    close: async () => closeSync(descriptor),
  };
}

const quick = new Uint8Array(QUICK_BYTES);

/** The bytes of a small file, until the next one is read; undefined if it is large. */
function readQuickly(path: string): Uint8Array | undefined {
  const descriptor = openSync(path, "r");
  try {
    // Of a file on disk, a short read is its end (POSIX): a second one would only say so.
    const read = readSync(descriptor, quick, 0, quick.length, null);
    return read < quick.length ? quick.subarray(0, read) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function writeQuickly(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.byteLength) written += writeSync(descriptor, bytes, written);
}

async function writeSlowly(descriptor: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const start = written;
    written += await new Promise<number>((resolve, reject) => {
      write(descriptor, bytes, start, bytes.byteLength - start, null, (failure, count) =>
        failure ? reject(failure) : resolve(count),
      );
    });
  }
}

function syncDescriptor(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(descriptor, (failure) => (failure ? reject(failure) : resolve()));
  });
}

function statusOf(status: Stats): DiskStatus {
  return {
    kind: status.isDirectory() ? "folder" : "file",
    size: status.size,
    modificationTime: Math.floor(status.mtimeMs),
  };
}

function linkTarget(folder: string, name: string): DiskEntry[] {
  try {
    return [{ name, kind: statusOf(statSync(`${folder}/${name}`)).kind }];
  } catch {
    return []; // a link to nothing
  }
}

type FileHandle = Awaited<ReturnType<typeof open>>;

async function readFully(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, start + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
