import { describe, expect, test } from "vitest";
import { decompress, unframed } from "../../../../../src/engine/duckdb/parquet/lz4/block.ts";

/** "abcabcabcabcabcX": three literals, a match over itself, one literal. */
const repeated = Buffer.from([0x38, 0x61, 0x62, 0x63, 0x03, 0x00, 0x10, 0x58]);
const text = "abcabcabcabcabcX";

function framed(...blocks: readonly [length: number, ...chunks: Buffer[]][]): Buffer {
  const parts: Buffer[] = [];
  const length = (value: number): void => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    parts.push(bytes);
  };
  for (const [total, ...chunks] of blocks) {
    length(total);
    for (const chunk of chunks) {
      length(chunk.length);
      parts.push(chunk);
    }
  }
  return Buffer.concat(parts);
}

describe("LZ4", () => {
  test("a block with a match that overlaps itself", () => {
    const out = Buffer.alloc(text.length);
    expect(decompress(repeated, out, 0)).toBe(text.length);
    expect(out.toString()).toBe(text);
  });

  test("lengths of more than one byte", () => {
    const literals = "x".repeat(15 + 255 + 3);
    const block = Buffer.concat([Buffer.from([0xf0, 255, 3]), Buffer.from(literals)]);
    expect(unframed(block, literals.length).toString()).toBe(literals);
  });

  test("Hadoop's blocks, of one chunk and of more", () => {
    expect(unframed(framed([16, repeated]), 16).toString()).toBe(text);
    const pages = framed([32, repeated, repeated], [16, repeated]);
    expect(unframed(pages, 48).toString()).toBe(text.repeat(3));
  });

  test.each([
    ["cut short", framed([16, repeated]).subarray(0, 12)],
    ["with an offset before its begin", Buffer.from([0x18, 0x61, 0x03, 0x00, 0x10, 0x58])],
    ["of another length", framed([15, repeated])],
    ["empty", Buffer.alloc(0)],
  ])("a page that is %s is no data", (_, page) => {
    expect(() => unframed(page, 16)).toThrow(RangeError);
  });
});
