import { expect } from "../corrupt.ts";

/** The bytes of a Snappy block, which are at most `limit`. */
export function snappy(bytes: Uint8Array, limit: number): Uint8Array {
  let at = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    expect(byte !== undefined && shift < 35, "a Snappy block has no length");
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  expect(length <= limit, "a Snappy block is longer than a chunk");
  const out = Buffer.allocUnsafe(length);
  expect(copyInto(out, bytes, at) === length, "a Snappy block is cut short");
  return out;
}

function copyInto(out: Uint8Array, bytes: Uint8Array, start: number): number {
  let at = start;
  let to = 0;
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    if ((tag & 3) === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        length = 1;
        for (let i = 0; i < extra; i++) length += (bytes[at + i] ?? 0) * 2 ** (8 * i);
        at += extra;
      }
      expect(at + length <= bytes.length && to + length <= out.length, "a Snappy literal is cut");
      if (length < 24) for (let i = 0; i < length; i++) out[to + i] = bytes[at + i]!;
      else out.set(bytes.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const kind = tag & 3;
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    let offset = (bytes[at] ?? 0) + (kind === 1 ? (tag >> 5) << 8 : (bytes[at + 1] ?? 0) << 8);
    if (kind === 3) offset += (bytes[at + 2] ?? 0) * 65_536 + (bytes[at + 3] ?? 0) * 16_777_216;
    at += kind === 3 ? 4 : kind;
    const from = to - offset;
    const isInside = offset > 0 && from >= 0 && to + length <= out.length;
    expect(isInside, "a Snappy copy is out of its block");
    // A copy may overlap what it makes.
    for (let i = 0; i < length; i++) out[to + i] = out[from + i]!;
    to += length;
  }
  return to;
}
