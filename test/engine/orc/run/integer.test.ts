import { expect, test } from "vitest";
import { codecOf } from "../../../../src/engine/orc/codec/codec.ts";
import { CorruptOrc } from "../../../../src/engine/orc/corrupt.ts";
import { IntegerRun } from "../../../../src/engine/orc/run/integer.ts";
import { ByteStream } from "../../../../src/engine/orc/stream.ts";

function run(bytes: readonly number[], version: 1 | 2, signed = false): IntegerRun {
  const held = Uint8Array.from(bytes);
  const file = {
    size: held.length,
    read: (start: number, length: number) => held.subarray(start, start + length),
  };
  const stream = new ByteStream(file, { start: 0, end: held.length }, codecOf("none", 1 << 18));
  return new IntegerRun(stream, { signed, version });
}

function longs(bytes: readonly number[], count: number, version: 1 | 2, signed = false): bigint[] {
  const words = new Int32Array(count * 2);
  run(bytes, version, signed).readLongs(words, 0, count);
  return [...new BigInt64Array(words.buffer)];
}

const patched = [
  ...[0x8e, 0x13, 0x2b, 0x21, 0x07, 0xd0, 0x1e, 0x00, 0x14, 0x70, 0x28, 0x32, 0x3c, 0x46],
  ...[0x50, 0x5a, 0x64, 0x6e, 0x78, 0x82, 0x8c, 0x96, 0xa0, 0xaa, 0xb4, 0xbe, 0xfc, 0xe8],
];

// The examples of the format's specification.
test.each([
  ["a run of the first encoding", [0x61, 0x00, 0x07], 1, Array(100).fill(7)],
  ["a falling run", [0x61, 0xff, 0x64], 1, Array.from({ length: 100 }, (_, at) => 100 - at)],
  ["literals", [0xfb, 0x02, 0x03, 0x06, 0x07, 0x0b], 1, [2, 3, 6, 7, 11]],
  ["a short repeat", [0x0a, 0x27, 0x10], 2, Array(5).fill(10_000)],
  [
    "direct",
    [0x5e, 0x03, 0x5c, 0xa1, 0xab, 0x1e, 0xde, 0xad, 0xbe, 0xef],
    2,
    [23_713, 43_806, 57_005, 48_879],
  ],
  [
    "a delta",
    [0xc6, 0x09, 0x02, 0x02, 0x22, 0x42, 0x42, 0x46],
    2,
    [2, 3, 5, 7, 11, 13, 17, 19, 23, 29],
  ],
  [
    "a patched base",
    patched,
    2,
    [2030, 2000, 2020, 1_000_000, ...Array.from({ length: 16 }, (_, at) => 2040 + at * 10)],
  ],
] as const)("%s is read", (_, bytes, version, values) => {
  expect(longs(bytes, values.length, version)).toEqual(values.map(BigInt));
  const ints = new Int32Array(values.length);
  run(bytes, version).readInts(ints, 0, values.length);
  expect([...ints]).toEqual([...values]);
});

test("64 bits are exact at their bounds", () => {
  const direct = [0x7e, 0x01, ...Array(8).fill(0xff), ...Array(7).fill(0xff), 0xfe];
  expect(longs(direct, 2, 2, true)).toEqual([-(2n ** 63n), 2n ** 63n - 1n]);
  // The largest, then seven times one less.
  const falling = [0x04, 0xff, 0xfe, ...Array(8).fill(0xff), 0x01];
  expect(longs(falling, 7, 1, true)).toEqual(
    Array.from({ length: 7 }, (_, at) => 2n ** 63n - 1n - BigInt(at)),
  );
});

test("a run that is cut short is damage", () => {
  expect(() => longs([0x61, 0x00], 100, 1)).toThrow(CorruptOrc);
  expect(() => longs(patched.slice(0, -1), 20, 2)).toThrow(CorruptOrc);
  expect(() => longs([0x0a, 0x27, 0x10], 6, 2)).toThrow(CorruptOrc);
});

test("a length below zero is damage", () => {
  expect(() => run([0x02, 0x7f], 2, true).readLengths(new Int32Array(5), 0, 5)).toThrow(CorruptOrc);
});
