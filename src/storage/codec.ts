import { deflateRawSync, inflateRawSync } from "node:zlib";

/** What packs and unpacks blocks of bytes. */
export interface Codec {
  pack(bytes: Uint8Array): Uint8Array;
  /** Throws an Error saying what is wrong with the bytes. */
  unpack(bytes: Uint8Array): Uint8Array;
}

/** A block of a file may hold so much at most. */
export const unpackedMax = 1 << 30;

export const plain: Codec = { pack: (bytes) => bytes, unpack: (bytes) => bytes };

/** Deflate without a frame around it. */
export const deflate: Codec = {
  pack: (bytes) => deflateRawSync(bytes),
  unpack: (bytes) => inflateRawSync(bytes, { maxOutputLength: unpackedMax }),
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

/** Bytes that an unpacked frame is first thought to have when it does not say. */
const zstdGuess = 4 << 20;

/** Zstandard frames. */
export async function loadZstd(): Promise<Codec> {
  const zstd = await import("@bokuweb/zstd-wasm");
  await zstd.init();
  return {
    pack: (bytes) => zstd.compress(bytes),
    unpack(bytes) {
      for (let size = zstdGuess; ; size *= 4) {
        try {
          return zstd.decompress(bytes, { defaultHeapSize: size });
        } catch (cause) {
          if (size >= unpackedMax || !isTooSmall(cause)) throw cause;
        }
      }
    },
  };
}

/** ZSTD_error_dstSize_tooSmall, as the library tells it. */
function isTooSmall(cause: unknown): boolean {
  return cause instanceof Error && /code -70$/.test(cause.message);
}
