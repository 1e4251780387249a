import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Disk, type DiskFile, nodeDisk } from "./disk.ts";

/** A disk that can lose power. */
export interface VolatileDisk extends Disk {
  /** Loses all that was not synced: names as well as bytes. The disk must not be used after. */
  crash(): void;
}

/**
 * A real disk below `root` that remembers what was not synced, and on `crash()` takes it back, as
 * strictly as POSIX allows: a name made, moved or removed is lost unless its folder was synced
 * after, bytes unless the file was synced after they were written. `attic` is an empty folder
 * beside `root`, on the same device, where what may have to come back is kept.
 */
export function volatileDisk(root: string, attic: string): VolatileDisk {
  const memory = new Memory(root, attic);
  return {
    ...nodeDisk,
    create: async (path) => {
      memory.touch(path);
      const file = await nodeDisk.create(path);
      memory.wrote(path);
      return tracked(file, path, memory);
    },
    open: async (path) => tracked(await nodeDisk.open(path), path, memory),
    link: async (from, to) => {
      if (!existsSync(to)) memory.touch(to);
      await nodeDisk.link(from, to);
      memory.arrived(to);
    },
    rename: async (from, to) => {
      memory.touch(to);
      memory.touch(from);
      await nodeDisk.rename(from, to);
      memory.arrived(to);
    },
    unlink: async (path) => {
      memory.touch(path);
      await nodeDisk.unlink(path);
    },
    mkdir: async (path) => {
      if (!existsSync(path)) memory.touch(path);
      await nodeDisk.mkdir(path);
    },
    syncFolder: async (path) => {
      await nodeDisk.syncFolder(path);
      memory.syncedFolder(path);
    },
    crash: () => memory.crash(),
  };
}

function tracked(file: DiskFile, path: string, memory: Memory): DiskFile {
  const inode = statSync(path).ino;
  return {
    write: async (bytes) => {
      memory.unsynced.add(inode);
      memory.synced.delete(inode);
      await file.write(bytes);
    },
    sync: async () => {
      await file.sync();
      memory.unsynced.delete(inode);
      memory.synced.add(inode);
    },
    close: () => file.close(),
  };
}

/** What the platter holds, where that differs from what the file system shows. */
class Memory {
  readonly #root: string;
  readonly #attic: string;
  #kept = 0;
  /** By path of a changed name: the file it durably has (its name in the attic), or none. */
  readonly #names = new Map<string, string | undefined>();
  /** Inodes with bytes that are not synced, and those known to be synced whole. */
  readonly unsynced = new Set<number>();
  readonly synced = new Set<number>();

  constructor(root: string, attic: string) {
    this.#root = root;
    this.#attic = attic;
    mkdirSync(attic, { recursive: true });
  }

  /** Before a name changes: remembers what it durably stands for. */
  touch(path: string): void {
    if (!this.#inside(path) || this.#names.has(path)) return;
    let kept: string | undefined;
    if (existsSync(path) && lstatSync(path).isFile()) {
      kept = join(this.#attic, String(this.#kept++));
      linkSync(path, kept);
    }
    this.#names.set(path, kept);
  }

  wrote(path: string): void {
    const { ino } = statSync(path);
    this.synced.delete(ino);
    this.unsynced.add(ino);
  }

  /** A file that others wrote (the engine) holds nothing for sure until it is synced here. */
  arrived(path: string): void {
    const { ino } = statSync(path);
    if (!this.synced.has(ino)) this.unsynced.add(ino);
  }

  syncedFolder(folder: string): void {
    for (const path of [...this.#names.keys()]) {
      if (dirname(path) === folder) this.#names.delete(path);
    }
  }

  crash(): void {
    for (const path of this.#names.keys()) rmSync(path, { recursive: true, force: true });
    for (const [path, kept] of this.#names) {
      if (kept !== undefined && existsSync(dirname(path))) linkSync(kept, path);
    }
    this.#loseBytes(this.#root);
    rmSync(this.#attic, { recursive: true, force: true });
  }

  #loseBytes(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) this.#loseBytes(path);
      else if (this.unsynced.has(statSync(path).ino)) truncateSync(path, 0);
    }
  }

  #inside(path: string): boolean {
    return path.startsWith(`${this.#root}/`);
  }
}
