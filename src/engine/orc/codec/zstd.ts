import * as zlib from "node:zlib";
import { expect } from "../corrupt.ts";

type Inflate = (bytes: Uint8Array, limit: number) => Uint8Array;
type Deflate = (bytes: Uint8Array) => Uint8Array;

/** Node's own, since 22.15. */
const native = zlib as {
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: object) => Uint8Array;
  readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array;
};

let loaded: { readonly inflate: Inflate; readonly deflate: Deflate } | undefined;

/** Makes `zstd` and `toZstd` usable: to be waited for before the first of them. */
export async function loadZstd(): Promise<void> {
  if (loaded !== undefined) return;
  const { zstdDecompressSync, zstdCompressSync } = native;
  if (zstdDecompressSync !== undefined && zstdCompressSync !== undefined) {
    loaded = {
      inflate: (bytes, limit) => zstdDecompressSync(bytes, { maxOutputLength: limit }),
      deflate: (bytes) => zstdCompressSync(bytes),
    };
    return;
  }
  const module = await import("@bokuweb/zstd-wasm");
  await module.init();
  loaded = {
    inflate: (bytes, limit) => {
      expect(contentSize(bytes) <= limit, "a Zstandard frame is longer than a chunk");
      return module.decompress(bytes, { defaultHeapSize: limit });
    },
    deflate: (bytes) => module.compress(Buffer.from(bytes), 3),
  };
}

export function zstd(bytes: Uint8Array, limit: number): Uint8Array {
  expect(loaded !== undefined, "the Zstandard codec is not loaded");
  return loaded.inflate(bytes, limit);
}

export function toZstd(bytes: Uint8Array): Uint8Array {
  expect(loaded !== undefined, "the Zstandard codec is not loaded");
  return loaded.deflate(bytes);
}

/** What a frame says that it holds; 0 where it does not say. */
function contentSize(bytes: Uint8Array): number {
  expect(bytes.length >= 6, "a Zstandard frame is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  expect(view.getUint32(0, true) === 0xfd2fb528, "a Zstandard frame has no magic number");
  const descriptor = bytes[4]!;
  const isSingle = (descriptor & 32) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const at = 5 + (isSingle ? 0 : 1) + dictionary;
  const width = descriptor >> 6 === 0 ? (isSingle ? 1 : 0) : 1 << (descriptor >> 6);
  expect(at + width <= bytes.length, "a Zstandard frame is cut short");
  if (width === 0) return 0;
  if (width === 1) return bytes[at]!;
  if (width === 2) return view.getUint16(at, true) + 256;
  return width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
