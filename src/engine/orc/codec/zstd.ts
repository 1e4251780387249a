import { type Codec, loadZstd } from "../../../storage/codec.ts";
import { expect } from "../corrupt.ts";

let loaded: Codec | undefined;

/** Makes `zstd` and `toZstd` usable: to be waited for before the first of them. */
export async function readyZstd(): Promise<void> {
  loaded ??= await loadZstd();
}

/** The bytes of a frame, which are at most `limit`. */
export function zstd(bytes: Uint8Array, limit: number): Uint8Array {
  expect(loaded !== undefined, "the Zstandard codec is not loaded");
  expect(contentSize(bytes) <= limit, "a Zstandard frame is longer than a chunk");
  const unpacked = loaded.unpack(bytes, limit);
  expect(unpacked.length <= limit, "a Zstandard frame is longer than a chunk");
  return unpacked;
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
