import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";

/** A file with holes, open for reading and writing. */
export interface SparseFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Fewer bytes than `length` where the file ends. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Makes the bytes durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface SparseStatus {
  readonly size: number; // bytes
  /** Bytes it takes on the disk, as far as the system tells. */
  readonly allocated: number;
  readonly modificationTime: number; // ms since the epoch
}

/**
 * The calls of a local file system that a cache is made of, each one step after which a crash can
 * come. Errors are Node's, with `code`.
 */
export interface CacheDisk {
  /** Makes a folder and its parents, for this user alone; it may be there. */
  mkdir(path: string): Promise<void>;
  /** Names in a folder; none where there is no folder. */
  readFolder(folder: string): Promise<readonly string[]>;
  /** Makes a new file that is one hole. */
  hole(path: string, size: number): Promise<void>;
  /** Makes a new file. */
  create(path: string, text: string): Promise<void>;
  /** Appends to a file that is there; ENOENT if it is not. */
  append(path: string, text: string): Promise<void>;
  text(path: string): Promise<string>;
  link(from: string, to: string): Promise<void>;
  /** Of a folder: fails where there is one of the name that is not empty. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Removes a folder and all in it; it may be gone. */
  remove(folder: string): Promise<void>;
  stat(path: string): Promise<SparseStatus>;
  /** Says that a file was used now. */
  touch(path: string, now: number): Promise<void>;
  open(path: string): Promise<SparseFile>;
}

export const nodeCacheDisk: CacheDisk = {
  mkdir: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  readFolder: async (folder) => {
    try {
      return await readdir(folder);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw thrown;
    }
  },
  hole: async (path, size) => {
    const file = await open(path, "wx", 0o600);
    try {
      await file.truncate(size);
    } finally {
      await file.close();
    }
  },
  create: (path, text) => writeFile(path, text, { flag: "wx", mode: 0o600 }),
  append: async (path, text) => {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      // One call: appends of several processes do not mix.
      await file.write(text);
    } finally {
      await file.close();
    }
  },
  text: (path) => readFile(path, "utf8"),
  link,
  rename,
  unlink,
  remove: (folder) => rm(folder, { recursive: true, force: true }),
  stat: async (path) => {
    const { size, blocks, mtimeMs } = await stat(path);
    // Some systems do not count blocks.
    const allocated = blocks > 0 ? blocks * 512 : size;
    return { size, allocated: Math.min(allocated, size + 4096), modificationTime: mtimeMs };
  },
  touch: (path, now) => utimes(path, now / 1000, now / 1000),
  open: async (path) => sparseFile(await open(path, "r+")),
};

function sparseFile(file: FileHandle): SparseFile {
  return {
    write: async (bytes, position) => {
      for (let at = 0; at < bytes.byteLength; ) {
        const left = bytes.byteLength - at;
        at += (await file.write(bytes, at, left, position + at)).bytesWritten;
      }
    },
    read: async (position, length) => {
      const bytes = new Uint8Array(length);
      let at = 0;
      while (at < length) {
        const { bytesRead } = await file.read(bytes, at, length - at, position + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}
