import { expect, test } from "vitest";
import { wholeBatches } from "../../../src/connector/kafka/whole.ts";
import { goldenBytes } from "../../engine/duckdb/record/golden.ts";

const batch = goldenBytes("lz4"); // offsets 100 to 102
const later = goldenBytes("lz4");
later.writeBigInt64BE(200n);

test("whole batches count up to the end, and the next offset is behind the last", () => {
  expect(wholeBatches(batch, 1_000n)).toEqual({ length: batch.length, next: 103n });
  const both = Buffer.concat([batch, later]);
  expect(wholeBatches(both, 1_000n)).toEqual({ length: both.length, next: 203n });
  // What begins behind the end shows that compaction left nothing before it.
  expect(wholeBatches(both, 150n)).toEqual({ length: batch.length, next: 150n });
  expect(wholeBatches(later, 150n)).toEqual({ length: 0, next: 150n });
});

test("a batch that is cut short waits for the next fetch", () => {
  const cut = Buffer.concat([batch, later.subarray(0, later.length - 1)]);
  expect(wholeBatches(cut, 1_000n)).toEqual({ length: batch.length, next: 103n });
  expect(wholeBatches(batch.subarray(0, 30), 1_000n)).toEqual({ length: 0, next: undefined });
  expect(wholeBatches(Buffer.alloc(0), 1n)).toEqual({ length: 0, next: undefined });
});

test("what is of an old format, or damaged, goes to the reader that refuses it", () => {
  const old = goldenBytes("old");
  expect(wholeBatches(old, 10n)).toEqual({ length: old.length, next: 1n });
});
