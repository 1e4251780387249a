import type { Operation } from "./operation.ts";

/** A bin of a histogram: its centre and how many values it stands for. */
interface Bin {
  x: number;
  y: number;
}

/** Numbers of [0, 1) as `java.util.Random` gives them. */
function javaRandom(seed: bigint): () => number {
  const mask = (1n << 48n) - 1n;
  let state = (seed ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): number => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return Number(state >> (48n - bits));
  };
  return () => (next(26n) * 2 ** 27 + next(27n)) * 2 ** -53;
}

/** Spark's seed for the ties. */
const seed = 31183n;

/** The histogram of Ben-Haim and Tom-Tov: of values in turn, with the nearest two bins merged. */
function histogram(values: Iterable<number>, most: number): readonly Bin[] {
  const bins: Bin[] = [];
  const random = javaRandom(seed);
  for (const value of values) {
    const at = placeOf(bins, value);
    const bin = bins[at];
    if (bin?.x === value) {
      bin.y += 1;
      continue;
    }
    bins.splice(at, 0, { x: value, y: 1 });
    if (bins.length > most) mergeNearest(bins, random);
  }
  return bins;
}

/** Where the value is among the bins, or is to be. */
function placeOf(bins: readonly Bin[], value: number): number {
  let at = 0;
  for (let [low, high] = [0, bins.length]; low < high; ) {
    at = Math.floor((low + high) / 2);
    const x = bins[at]?.x ?? 0;
    if (x > value) high = at;
    else if (x < value) low = ++at;
    else break;
  }
  return at;
}

/** Merges the two bins that are nearest; of equally near ones, any by chance. */
function mergeNearest(bins: Bin[], random: () => number): void {
  const gap = (at: number): number => (bins[at + 1]?.x ?? 0) - (bins[at]?.x ?? 0);
  let nearest = 0;
  let smallest = gap(0);
  let ties = 1;
  for (let at = 1; at < bins.length - 1; at += 1) {
    const here = gap(at);
    if (here < smallest) [nearest, smallest, ties] = [at, here, 1];
    else if (here === smallest && random() <= 1 / ++ties) nearest = at;
  }
  const [left, right] = bins.splice(nearest, 2);
  if (!left || !right) return;
  const y = left.y + right.y;
  // The order of these steps is what makes the last digits Spark's.
  bins.splice(nearest, 0, { x: left.x * (left.y / y) + (right.x / y) * right.y, y });
}

/** What DuckDB writes for a list of doubles. */
function* numbersOf(list: string): Generator<number> {
  for (const [text] of list.matchAll(/[^[\], ]+/g)) {
    yield /inf/.test(text) ? Number(text.replace(/inf(inity)?/, "Infinity")) : Number(text);
  }
}

/** `histogram_numeric` of a list of doubles and the number of bins: a list of [centre, height]. */
export const histogramOperations: Readonly<Record<string, Operation>> = {
  histogram_numeric: ([values = "", most = ""]) => {
    const bins = histogram(numbersOf(values), Number(most));
    return `[${bins.map(({ x, y }) => `[${x}, ${y}]`).join(", ")}]`;
  },
};
