import { expect } from "../corrupt.ts";
import { unpack } from "./bit.ts";
import { joined, type RunBuffer } from "./buffer.ts";

/** Bits of a value by the five bits that say so. */
const widths: readonly number[] = [
  ...Array.from({ length: 24 }, (_, index) => index + 1),
  ...[26, 28, 30, 32, 40, 48, 56, 64],
];
/** Up to here sums of the parts of a run are exact as numbers. */
const exactMax = 2 ** 51;

/** Reads a run of Hive 0.12 and later. */
export function readVersion2(run: RunBuffer): void {
  run.begin();
  const first = run.byte();
  switch (first >> 6) {
    case 0:
      shortRepeat(run, first);
      break;
    case 1:
      run.length = ((first & 1) << 8) + run.byte() + 1;
      unpack(run, {
        width: widths[(first >> 1) & 31]!,
        first: 0,
        count: run.length,
        signed: run.signed,
      });
      break;
    case 2:
      patchedBase(run, first);
      break;
    default:
      delta(run, first);
  }
}

function shortRepeat(run: RunBuffer, first: number): void {
  const width = ((first >> 3) & 7) + 1;
  run.length = (first & 7) + 3;
  unpack(run, { width: width * 8, first: 0, count: 1, signed: run.signed });
  const [low, high] = [run.words[0]!, run.words[1]!];
  for (let i = 1; i < run.length; i++) {
    run.words[i * 2] = low;
    run.words[i * 2 + 1] = high;
  }
}

function delta(run: RunBuffer, first: number): void {
  const code = (first >> 1) & 31;
  const width = code === 0 ? 0 : widths[code]!;
  run.length = ((first & 1) << 8) + run.byte() + 1;
  run.varint(run.signed);
  const { low, high, number: base } = run;
  run.varint(true);
  const { low: stepLow, high: stepHigh, number: step, length, words, longs } = run;
  if (width > 0 && length > 2) unpack(run, { width, first: 2, count: length - 2, signed: false });
  words[0] = low;
  words[1] = high;
  if (length === 1) return;
  const span = Math.abs(base) + Math.abs(step) * (width === 0 ? length : 1);
  if (span < exactMax && width <= 40) {
    let value = base + step;
    run.put(1, value);
    const sign = step < 0 ? -1 : 1;
    for (let i = 2; i < length; i++) {
      if (width === 0) value += step;
      else value += sign * ((words[i * 2]! >>> 0) + words[i * 2 + 1]! * 0x1_0000_0000);
      run.put(i, value);
    }
    return;
  }
  const exactStep = joined(stepLow, stepHigh);
  let value = joined(low, high) + exactStep;
  longs[1] = value;
  for (let i = 2; i < length; i++) {
    if (width === 0) value += exactStep;
    else if (exactStep < 0n) value -= longs[i]!;
    else value += longs[i]!;
    longs[i] = value;
  }
}

interface Patches {
  readonly count: number;
  readonly width: number;
  readonly gapWidth: number;
}

function patchedBase(run: RunBuffer, first: number): void {
  const width = widths[(first >> 1) & 31]!;
  const length = ((first & 1) << 8) + run.byte() + 1;
  const third = run.byte();
  const fourth = run.byte();
  const patches = { count: fourth & 31, width: widths[third & 31]!, gapWidth: (fourth >> 5) + 1 };
  const base = signedBase(run, (third >> 5) + 1);
  run.length = length;
  const start = run.take(width, length);
  const end = run.stream.at;
  const found = patchList(run, patches);
  run.stream.at = start;
  unpack(run, { width, first: 0, count: length, signed: false });
  run.stream.at = end + Math.ceil((found.width * patches.count) / 8);
  const { longs, words } = run;
  for (const [index, patch] of found.patches) {
    expect(index < length, "a patch is outside of its run");
    longs[index] = longs[index]! | (patch << BigInt(width));
  }
  const exact = BigInt.asIntN(64, base);
  if (width + patches.width <= 48 && exact < 2n ** 50n && exact > -(2n ** 50n)) {
    const from = Number(exact);
    for (let i = 0; i < length; i++) {
      run.put(i, from + (words[i * 2]! >>> 0) + words[i * 2 + 1]! * 0x1_0000_0000);
    }
    return;
  }
  for (let i = 0; i < length; i++) longs[i] = longs[i]! + exact;
}

/** The base, whose highest bit is its sign. */
function signedBase(run: RunBuffer, bytes: number): bigint {
  let base = 0n;
  for (let i = 0; i < bytes; i++) base = (base << 8n) | BigInt(run.byte());
  const sign = 1n << BigInt(bytes * 8 - 1);
  return (base & sign) === 0n ? base : -(base & ~sign);
}

/** Patches by where they go, and the bits each takes; the stream stands before them. */
function patchList(run: RunBuffer, { count, width, gapWidth }: Patches) {
  const together = width + gapWidth;
  expect(together <= 64, "a patch is wider than a value");
  const bits = widths.find((one) => one >= together)!;
  unpack(run, { width: bits, first: 0, count, signed: false });
  const mask = (1n << BigInt(width)) - 1n;
  const patches: [number, bigint][] = [];
  let index = 0;
  for (let i = 0; i < count; i++) {
    const entry = BigInt.asUintN(64, run.longs[i]!);
    index += Number(entry >> BigInt(width));
    // A patch of nothing only makes a gap longer.
    if ((entry & mask) !== 0n) patches.push([index, entry & mask]);
  }
  return { patches, width: bits };
}
