import fc from "fast-check";
import { expect, test } from "vitest";
import { codecOf } from "../../../../src/engine/orc/codec/codec.ts";
import { IntegerRun } from "../../../../src/engine/orc/run/integer.ts";
import { ByteStream } from "../../../../src/engine/orc/stream.ts";
import { IntegerRunWriter } from "../../../../src/engine/orc/write/integer-run.ts";
import { Output } from "../../../../src/engine/orc/write/output.ts";

function through(values: readonly bigint[], signed: boolean): bigint[] {
  const out = new Output();
  const writer = new IntegerRunWriter(out, signed);
  for (const value of values) writer.write(value);
  writer.flush();
  const bytes = Uint8Array.from(out.bytes);
  const file = {
    size: bytes.length,
    read: (start: number, length: number) => bytes.subarray(start, start + length),
  };
  const stream = new ByteStream(file, { start: 0, end: bytes.length }, codecOf("none", 1 << 18));
  const words = new Int32Array(values.length * 2);
  new IntegerRun(stream, { signed, version: 2 }).readLongs(words, 0, values.length);
  return [...new BigInt64Array(words.buffer)];
}

const most = 2n ** 63n - 1n;
/** Values of every width, and runs of equal and of evenly spaced ones among them. */
const pieces = (least: bigint) =>
  fc
    .array(
      fc.tuple(
        fc.bigInt(0n, 63n).chain((bits) => {
          return fc.bigInt(least < 0n ? -(2n ** bits) : 0n, 2n ** bits - 1n);
        }),
        fc.nat(40),
        fc.constantFrom(0n, 0n, 1n, -3n, 1_000_000_007n),
      ),
      { maxLength: 40 },
    )
    .map((runs) =>
      runs.flatMap(([first, count, step]) =>
        Array.from({ length: count + 1 }, (_, at) => first + step * BigInt(at)).map((value) =>
          value < least ? least : value > most ? most : value,
        ),
      ),
    );

test("what is written is read: signed", () => {
  fc.assert(
    fc.property(pieces(-(2n ** 63n)), (values) => {
      expect(through(values, true)).toEqual(values);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("what is written is read: unsigned", () => {
  fc.assert(
    fc.property(pieces(0n), (values) => {
      expect(through(values, false)).toEqual(values);
    }),
    { numRuns: 200, seed: 2 },
  );
});

test("runs of one kind are short", () => {
  const out = new Output();
  const writer = new IntegerRunWriter(out, true);
  for (let at = 0; at < 512; at++) writer.write(at * 5);
  expect(writer.position()).toEqual([out.size, 0]);
  expect(out.size).toBeLessThan(6);
});
