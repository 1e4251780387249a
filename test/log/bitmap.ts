import { crc32 } from "node:zlib";

export type Layout = "portable" | "native";

/** Rows as RoaringBitmap and Delta write them; with `runs` every container is one of runs. */
export function encodeRows(
  rows: readonly number[],
  { layout = "portable", runs = false }: { layout?: Layout; runs?: boolean } = {},
): Uint8Array {
  const keys = grouped(rows, 2 ** 32);
  if (layout === "portable") {
    const parts = [...keys].map(([key, lows]) => join(int32(key), bitmap(lows, runs)));
    return join(int32(1681511377), int64(keys.size), ...parts);
  }
  const count = Math.max(-1, ...keys.keys()) + 1;
  const parts = Array.from({ length: count }, (_, key) => bitmap(keys.get(key) ?? [], runs));
  const sized = parts.flatMap((part) => [int32(part.length), part]);
  return join(int32(1681511376), int32(count), ...sized);
}

/** A file of vectors, and where each begins. */
export function encodeFile(vectors: readonly Uint8Array[]): { bytes: Uint8Array; at: number[] } {
  const at: number[] = [];
  let bytes = Uint8Array.of(1);
  for (const data of vectors) {
    at.push(bytes.length);
    bytes = join(bytes, bigEndian(data.length), data, bigEndian(crc32(data)));
  }
  return { bytes, at };
}

const signs =
  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/** Z85, padded with zeros to whole groups of four bytes. */
export function encodeZ85(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = 0;
    for (let byte = at; byte < at + 4; byte++) value = value * 256 + (bytes[byte] ?? 0);
    let group = "";
    for (let sign = 0; sign < 5; sign++) {
      group = signs[value % 85] + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}

function grouped(rows: readonly number[], size: number): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const key = Math.floor(row / size);
    const group = groups.get(key);
    if (group) group.push(row % size);
    else groups.set(key, [row % size]);
  }
  return groups;
}

function bitmap(rows: readonly number[], runs: boolean): Uint8Array {
  const containers = [...grouped(rows, 65_536)];
  const heads = containers.map(([key, lows]) => join(int16(key), int16(lows.length - 1)));
  const bodies = containers.map(([, lows]) => (runs ? runsOf(lows) : valuesOf(lows)));
  if (!runs || containers.length === 0) {
    const offsets = bodies.map(() => int32(0)); // readers go through the containers in order
    return join(int32(12346), int32(containers.length), ...heads, ...offsets, ...bodies);
  }
  const flags = new Uint8Array(Math.ceil(containers.length / 8)).fill(255);
  const cookie = int32(12347 + (containers.length - 1) * 65_536);
  const offsets = containers.length < 4 ? [] : bodies.map(() => int32(0));
  return join(cookie, flags, ...heads, ...offsets, ...bodies);
}

function valuesOf(lows: readonly number[]): Uint8Array {
  if (lows.length <= 4096) return join(...lows.map(int16));
  const bits = new Uint8Array(8192);
  for (const low of lows) bits[low >> 3]! |= 1 << (low & 7);
  return bits;
}

function runsOf(lows: readonly number[]): Uint8Array {
  const runs: [number, number][] = [];
  for (const low of lows) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] + 1 === low) last[1] += 1;
    else runs.push([low, 0]);
  }
  return join(int16(runs.length), ...runs.flatMap((run) => run.map(int16)));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

function int16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}

export function int32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function int64(value: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
}

function bigEndian(value: number): Uint8Array {
  return int32(value).reverse();
}
