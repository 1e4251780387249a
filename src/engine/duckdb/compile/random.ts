import { constantOf } from "../../../analysis/fold.ts";
import type { Compilation, Site } from "./function/registry.ts";

/** `rand` and `randn`: of a seed and a single row Spark's own numbers, else as good as those. */
export const randoms: Readonly<Record<string, Compilation>> = {
  rand: (_args, site) => {
    const only = single(site);
    return only === undefined ? uniform(site, 0) : `CAST(${xorShift(only).next()} AS DOUBLE)`;
  },
  randn: (_args, site) => {
    const only = single(site);
    if (only !== undefined) return `CAST(${gaussian(xorShift(only))} AS DOUBLE)`;
    return `(sqrt(-2 * ln(1 - ${uniform(site, 0)})) * cos(2 * pi() * ${uniform(site, 1)}))`;
  },
};

function seedOf({ node }: Site): bigint | undefined {
  const [given] = node.arguments;
  const value = given && constantOf(given)?.value;
  return typeof value === "number" || typeof value === "bigint" ? BigInt(value) : undefined;
}

/** The seed where there is one, and one row that it is used for. */
function single(site: Site): bigint | undefined {
  const { grouped, ordinals, single: alone } = site.scope;
  return alone && !grouped && ordinals.length === 0 ? seedOf(site) : undefined;
}

/**
 * A number in [0, 1) that the seed, the call and the row's ordinals decide: a batch that runs
 * again draws the same numbers, whatever threads do.
 */
function uniform(site: Site, part: number): string {
  return `(CAST(${rowHash(site, part)} % 9007199254740992 AS DOUBLE) / 9007199254740992)`;
}

/** 64 bits by seed, call and row, others for each part. Calls of one seed give the same. */
export function rowHash(site: Site, part: number): string {
  const { node, scope } = site;
  const seed = seedOf(site);
  const draws = seed === undefined ? `${scope.context.seed}/${node.draw ?? 0}` : `seed ${seed}`;
  const row = scope.grouped ? scope.keys : scope.ordinals;
  return `hash(${[`'${node.name}/${draws}/${part}'`, ...row].join(", ")})`;
}

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);

/** The numbers in [0, 1) of Spark's XORShiftRandom. */
function xorShift(given: bigint): { next(): number } {
  let state = hashedSeed(given);
  const bits = (count: number): number => {
    let next = state ^ u64(state << 21n);
    next ^= next >> 35n;
    next ^= u64(next << 4n);
    state = next;
    return Number(BigInt.asUintN(count, next));
  };
  return { next: () => (bits(26) * 2 ** 27 + bits(27)) / 2 ** 53 };
}

/** The seed as Spark spreads it: MurmurHash3 of its bytes, twice. */
function hashedSeed(seed: bigint): bigint {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigInt64(0, BigInt.asIntN(64, seed));
  const words = [bytes.getUint32(0, true), bytes.getUint32(4, true)];
  const low = murmur(words, 0x3c074a61);
  return (BigInt(murmur(words, low)) << 32n) | BigInt(low);
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

function murmur(words: readonly number[], seed: number): number {
  let hash = seed;
  for (const word of words) {
    const mixed = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    hash = Math.imul(rotated(hash ^ mixed, 13), 5) + 0xe6546b64;
  }
  hash ^= words.length * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The first number of Java's `nextGaussian`. */
function gaussian(random: { next(): number }): number {
  for (;;) {
    const [x, y] = [2 * random.next() - 1, 2 * random.next() - 1];
    const square = x * x + y * y;
    if (square < 1 && square !== 0) return x * Math.sqrt((-2 * Math.log(square)) / square);
  }
}
