import { assert } from "../../../error/error.ts";
import type { Operation } from "./operation.ts";

/** A hash of Spark's: each value is hashed with the hash before it as seed. */
interface Hash {
  int(value: number, seed: bigint): bigint;
  long(value: bigint, seed: bigint): bigint;
  bytes(value: Uint8Array, seed: bigint): bigint;
}

const u32 = (value: number): number => value >>> 0;
const rotate32 = (value: number, by: number): number => u32((value << by) | (value >>> (32 - by)));

const mix = (k: number): number => Math.imul(rotate32(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
const add = (h: number, k: number): number =>
  (Math.imul(rotate32(u32(h ^ mix(k)), 13), 5) + 0xe6546b64) | 0;

function finish32(hash: number, length: number): bigint {
  let h = u32(hash ^ length);
  h = u32(Math.imul(h ^ (h >>> 16), 0x85ebca6b));
  h = u32(Math.imul(h ^ (h >>> 13), 0xc2b2ae35));
  return BigInt((h ^ (h >>> 16)) | 0);
}

/** MurmurHash3 for 32 bits, but that the bytes left over count one by one, as in Spark. */
const murmur: Hash = {
  int: (value, seed) => finish32(add(Number(seed), value | 0), 4),
  long: (value, seed) => {
    const low = Number(BigInt.asIntN(32, value));
    const high = Number(BigInt.asIntN(32, value >> 32n));
    return finish32(add(add(Number(seed), low), high), 8);
  },
  bytes: (value, seed) => {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const aligned = value.length - (value.length % 4);
    let hash = Number(seed);
    for (let at = 0; at < aligned; at += 4) hash = add(hash, view.getInt32(at, true));
    for (let at = aligned; at < value.length; at += 1) hash = add(hash, view.getInt8(at));
    return finish32(hash, value.length);
  },
};

const [p1, p2, p3, p4, p5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate64 = (value: bigint, by: bigint): bigint =>
  u64((u64(value) << by) | (u64(value) >> (64n - by)));
const round64 = (sum: bigint, input: bigint): bigint => u64(rotate64(sum + input * p2, 31n) * p1);

function finish64(hash: bigint): bigint {
  let h = u64(hash);
  h = u64((h ^ (h >> 33n)) * p2);
  h = u64((h ^ (h >> 29n)) * p3);
  return BigInt.asIntN(64, h ^ (h >> 32n));
}

const withLong = (hash: bigint, value: bigint): bigint =>
  u64(rotate64(hash ^ round64(0n, value), 27n) * p1 + p4);
const withInt = (hash: bigint, value: bigint): bigint =>
  u64(rotate64(hash ^ u64(value * p1), 23n) * p2 + p3);

/** The sum over the blocks of 32 bytes, and where they end. */
function blocks(view: DataView, seed: bigint): readonly [bigint, number] {
  const sums = [seed + p1 + p2, seed + p2, seed, seed - p1].map(u64);
  let at = 0;
  for (; at + 32 <= view.byteLength; at += 32) {
    for (let lane = 0; lane < 4; lane += 1) {
      sums[lane] = round64(sums[lane] ?? 0n, view.getBigUint64(at + lane * 8, true));
    }
  }
  let hash = sums.reduce(
    (sum, lane, index) => sum + rotate64(lane, [1n, 7n, 12n, 18n][index]!),
    0n,
  );
  for (const lane of sums) hash = u64((hash ^ round64(0n, lane)) * p1 + p4);
  return [u64(hash), at];
}

/** XXH64. */
const xxhash: Hash = {
  int: (value, seed) => finish64(withInt(u64(seed + p5 + 4n), BigInt(u32(value)))),
  long: (value, seed) => finish64(withLong(u64(seed + p5 + 8n), u64(value))),
  bytes: (value, seed) => {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    let [hash, at] = value.length >= 32 ? blocks(view, seed) : ([u64(seed + p5), 0] as const);
    hash = u64(hash + BigInt(value.length));
    for (; at + 8 <= value.length; at += 8) hash = withLong(hash, view.getBigUint64(at, true));
    if (at + 4 <= value.length) {
      hash = withInt(hash, BigInt(view.getUint32(at, true)));
      at += 4;
    }
    for (; at < value.length; at += 1) {
      hash = u64(rotate64(hash ^ u64(BigInt(view.getUint8(at)) * p5), 11n) * p1);
    }
    return finish64(hash);
  },
};

/** A type as it matters to a hash: a tag, or [tag of the whole, the parts]. */
export type HashShape = string | readonly ["array" | "struct", ...HashShape[]];

function fold(hash: Hash, shape: HashShape, text: string | null, seed: bigint): bigint {
  if (text === null) return seed;
  if (typeof shape !== "string") {
    const [kind, ...parts] = shape;
    const items = JSON.parse(text) as (string | null)[];
    return items.reduce(
      (sum, item, index) => fold(hash, parts[kind === "array" ? 0 : index] ?? "", item, sum),
      seed,
    );
  }
  switch (shape) {
    case "int":
      return hash.int(Number(text), seed);
    case "long":
      return hash.long(BigInt(text), seed);
    case "float":
    case "double":
      return real(hash, shape, { value: Number(text.replace("inf", "Infinity")), seed });
    case "text":
      return hash.bytes(Buffer.from(text), seed);
    case "bytes":
      return hash.bytes(Buffer.from(text, "hex"), seed);
    case "big":
      return hash.bytes(bigBytes(BigInt(text)), seed);
  }
  return assert(false, `nothing is hashed as ${shape}`) as never;
}

/** By its bits; the zeros are one. */
function real(
  hash: Hash,
  shape: "float" | "double",
  { value, seed }: { readonly value: number; readonly seed: bigint },
): bigint {
  const view = new DataView(new ArrayBuffer(8));
  const plain = value === 0 ? 0 : value;
  if (shape === "float") {
    view.setFloat32(0, plain);
    return hash.int(view.getInt32(0), seed);
  }
  view.setFloat64(0, plain);
  return hash.long(view.getBigInt64(0), seed);
}

/** The fewest bytes of a two's complement, the highest first, as Java's BigInteger gives them. */
function bigBytes(value: bigint): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length += 1;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, "0"), "hex");
}

const folded =
  (hash: Hash): Operation =>
  ([shape = "", values = "", seed = "42"]) =>
    String(fold(hash, JSON.parse(shape) as HashShape, values, BigInt(seed)));

/** `hash` and `xxhash64` of a struct of values: its shape as JSON, its texts as JSON, the seed. */
export const hashOperations: Readonly<Record<string, Operation>> = {
  hash: folded(murmur),
  xxhash64: folded(xxhash),
};
