import { error } from "../../../src/error/error.ts";
import type { RemoteFiles } from "../../../src/storage/remote.ts";

/** Files that are far away, made of numbers, with a log of what was asked. */
export interface Distant extends RemoteFiles {
  readonly asked: string[];
  /** Puts a file of so many bytes that no other put has made. */
  put(path: string, size: number): void;
  content(path: string): Buffer;
  status(path: string): { readonly etag: string; readonly size: number };
}

/** Bytes of which each is told from the others, none of them zero. */
function bytesFor(seed: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size; at += 1) bytes[at] = 1 + ((at * 31 + (at >> 8) + seed * 7) % 255);
  return bytes;
}

export function distantFiles(): Distant {
  const files = new Map<string, { bytes: Buffer; etag: string }>();
  const asked: string[] = [];
  let puts = 0;
  const found = (path: string) => {
    const file = files.get(path);
    if (file === undefined) throw error("PATH_NOT_FOUND", { path });
    return file;
  };
  return {
    asked,
    uri: (path) => `far://files${path}`,
    put: (path, size) => {
      puts += 1;
      files.set(path, { bytes: bytesFor(puts, size), etag: `"${puts}"` });
    },
    content: (path) => found(path).bytes,
    status: (path) => ({ etag: found(path).etag, size: found(path).bytes.length }),
    stat: async (path) => {
      asked.push("stat");
      const file = files.get(path);
      return file && { path, size: file.bytes.length, modificationTime: 0, etag: file.etag };
    },
    fetch: async (path, start, length, etag) => {
      asked.push(`${start}-${start + length}`);
      const { bytes, etag: now } = found(path);
      if (etag !== undefined && etag !== now) {
        throw error("STORAGE_FILE_CHANGED", { path, expected: etag });
      }
      return { bytes: bytes.subarray(start, start + length), etag: now, size: bytes.length };
    },
  };
}
