import { readFile, rm } from "node:fs/promises";
import { env } from "../env.ts";
import { error } from "../error/error.ts";
import { inBatches } from "./batch.ts";
import { copyOf } from "./copy.ts";
import { comparePaths } from "./order.ts";
import type { Staging } from "./staging.ts";
import type { FileStatus, ListOptions, Store } from "./store.ts";
import { formatUri } from "./uri.ts";

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly modificationTime: number;
}

type Files = Map<string, MemoryFile>;

/** The `memory` store: gone with the process. Files the engine opens lie in the staging folder. */
export function memoryStore(staging: Pick<Staging, "file">): Store {
  const files: Files = new Map();
  return {
    scheme: "memory",
    seeks: true,
    uri: (path) => formatUri({ scheme: "memory", authority: "", path }),
    read: async (path) => found(files, path).bytes.slice(),
    readRange: async (path, start, length) =>
      range(found(files, path).bytes, path, [start, length]),
    stat: async (path) => (files.has(path) ? status(files, path) : undefined),
    list: (folder, options = {}) => list(files, folder, options),
    names: (folder, options = {}) => inBatches(list(files, folder, options)),
    put: async (path, bytes) => {
      keep(files, path, bytes.slice());
    },
    putIfAbsent: async (path, bytes) => {
      if (files.has(path)) return false;
      keep(files, path, bytes.slice());
      return true;
    },
    publish: async (local, path) => {
      keep(files, path, new Uint8Array(await readFile(local)));
      await rm(local);
      return status(files, path);
    },
    delete: async (path) => {
      files.delete(path);
    },
    open: async (path) => await copyOf(found(files, path).bytes, path, staging),
  };
}

function keep(files: Files, path: string, bytes: Uint8Array): void {
  files.set(path, { bytes, modificationTime: env.now() });
}

function found(files: Files, path: string): MemoryFile {
  const file = files.get(path);
  if (!file) throw error("PATH_NOT_FOUND", { path });
  return file;
}

function range(bytes: Uint8Array, path: string, [start, length]: readonly [number, number]) {
  const end = start + length;
  const size = bytes.byteLength;
  if (end > size) throw error("STORAGE_RANGE_PAST_END", { path, start, end, size });
  return bytes.slice(start, end);
}

function status(files: Files, path: string): FileStatus {
  const { bytes, modificationTime } = found(files, path);
  return { path, size: bytes.byteLength, modificationTime };
}

async function* list(
  files: Files,
  folder: string,
  options: ListOptions,
): AsyncGenerator<FileStatus> {
  const base = folder.endsWith("/") ? folder : `${folder}/`;
  const { recursive = false, startAfter } = options;
  const paths = [...files.keys()].filter(
    (path) =>
      path.startsWith(base) &&
      (recursive || !path.includes("/", base.length)) &&
      (startAfter === undefined || comparePaths(path, startAfter) > 0),
  );
  for (const path of paths.sort(comparePaths)) if (files.has(path)) yield status(files, path);
}
