import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { codecOf } from "../../../../src/engine/orc/codec/codec.ts";
import { packerOf } from "../../../../src/engine/orc/codec/pack.ts";
import { readyZstd } from "../../../../src/engine/orc/codec/zstd.ts";

beforeAll(() => readyZstd());

const block = 1 << 16;

describe.each(["zlib", "snappy", "lz4", "zstd", "brotli"] as const)("%s", (name) => {
  test("what is packed is unpacked, whatever it is", async () => {
    const pack = (await packerOf(name))!;
    const codec = codecOf(name, block);
    const some = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc
        .array(fc.constantFrom(1, 2, 3), { minLength: 1, maxLength: 3000 })
        .map((bytes) => Uint8Array.from(bytes)),
      fc.nat(60_000).map((length) => new Uint8Array(length + 1).fill(9)),
    );
    fc.assert(
      fc.property(some, (bytes) => {
        expect(Buffer.from(codec.inflate(pack(bytes))).equals(bytes)).toBe(true);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("more than a chunk may hold is an error", async () => {
    const packed = (await packerOf(name))!(new Uint8Array(5000).fill(1));
    expect(() => codecOf(name, 1000).inflate(packed)).toThrow();
  });
});

test("LZO: literals, a near match that repeats itself, the end", () => {
  const codec = codecOf("lzo", block);
  // Four literals, then eight bytes from four bytes before: a match of code 64 and above.
  const match = [0xe0 | (3 << 2), 0x00];
  const bytes = Uint8Array.from([17 + 4, 97, 98, 99, 100, ...match, 0x11, 0, 0]);
  expect(Buffer.from(codec.inflate(bytes)).toString()).toBe("abcdabcdabcd");
  expect(() => codec.inflate(bytes.subarray(0, 5))).toThrow("cut short");
  expect(() => codec.inflate(Uint8Array.from([17 + 1, 97, ...match, 0x11, 0, 0]))).toThrow("match");
});
