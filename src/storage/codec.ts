import * as zlib from "node:zlib";

/** What packs and unpacks blocks of bytes. */
export interface Codec {
  pack(bytes: Uint8Array): Uint8Array;
  /** Throws an Error saying what is wrong with the bytes; more than `limit` may be wrong. */
  unpack(bytes: Uint8Array, limit?: number): Uint8Array;
}

/** A block of a file may hold so much at most. */
const unpackedMax = 1 << 30;

export const plain: Codec = { pack: (bytes) => bytes, unpack: (bytes) => bytes };

/** Deflate without a frame around it. */
export const deflate: Codec = {
  pack: (bytes) => zlib.deflateRawSync(bytes),
  unpack: (bytes) => zlib.inflateRawSync(bytes, { maxOutputLength: unpackedMax }),
};

/** Snappy blocks without a frame around them. */
export async function loadSnappy(): Promise<Codec> {
  const { compress, uncompress } = (await import("snappyjs")).default;
  return {
    pack: (bytes) => compress(bare(bytes)),
    unpack: (bytes) => uncompress(bare(bytes), unpackedMax),
  };
}

/** The library makes other kinds of objects of other kinds of arrays. */
function bare(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Node's own Zstandard, since 22.15. */
const native = zlib as {
  readonly zstdDecompressSync?: (bytes: Uint8Array, options: object) => Uint8Array;
  readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array;
};

let zstd: Promise<Codec> | undefined;

/** Zstandard frames. */
export function loadZstd(): Promise<Codec> {
  zstd ??= startZstd();
  return zstd;
}

/** Bytes that an unpacked frame is first thought to have when it does not say. */
const zstdGuess = 4 << 20;

async function startZstd(): Promise<Codec> {
  const { zstdDecompressSync, zstdCompressSync } = native;
  if (zstdDecompressSync !== undefined && zstdCompressSync !== undefined) {
    return {
      pack: (bytes) => zstdCompressSync(bytes),
      unpack: (bytes, limit = unpackedMax) => zstdDecompressSync(bytes, { maxOutputLength: limit }),
    };
  }
  const { compress, decompress } = await loadZstdModule();
  return {
    pack: (bytes) => compress(bytes),
    unpack(bytes, limit = unpackedMax) {
      for (let size = Math.min(limit, zstdGuess); ; size = Math.min(limit, size * 4)) {
        try {
          return decompress(bytes, { defaultHeapSize: size });
        } catch (cause) {
          if (size >= limit || !isTooSmall(cause)) throw cause;
        }
      }
    },
  };
}

/** ZSTD_error_dstSize_tooSmall, as the library tells it. */
function isTooSmall(cause: unknown): boolean {
  return cause instanceof Error && /code -70$/.test(cause.message);
}

let module: Promise<typeof import("@bokuweb/zstd-wasm")> | undefined;

/** The library, started once: a second start takes the memory of the first from under it. */
function loadZstdModule(): Promise<typeof import("@bokuweb/zstd-wasm")> {
  module ??= import("@bokuweb/zstd-wasm").then(async (loaded) => {
    await loaded.init();
    return loaded;
  });
  return module;
}
