import { afterAll, beforeAll, expect, test } from "vitest";
import { aggregate, newColumn, reference } from "../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../src/analysis/typed.ts";
import { field, long, string, struct, timestamp } from "../../../src/schema/type.ts";
import { Timestamp } from "../../../src/schema/value.ts";
import { type Bench, openBench, type Row, RowsDataset, RowsSink } from "../subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const schema = struct([field("k", string), field("ts", timestamp), field("n", long)]);
const at = (key: string, seconds: number, n = 0): Row => [
  key,
  new Timestamp(BigInt(seconds) * 1_000_000n),
  BigInt(n),
];

function watermarked(data: RowsDataset, delayMs: number) {
  const input = data.plan();
  const metadata = { "spark.watermarkDelayMs": delayMs };
  const output = input.output.map((column) =>
    column.name === "ts" ? { ...column, metadata } : column,
  );
  return { kind: "watermark", input, column: output[1]!.id, delayMs, output } as const;
}

function within(data: RowsDataset, delayMs: number): TypedRelation {
  const input = watermarked(data, delayMs);
  return { kind: "deduplicate", input, keys: [input.output[0]!.id], withinWatermark: true };
}

function texts(rows: readonly Row[]): string[] {
  return rows.map((row) => `${row[0]}${row[2]}`);
}

test("the first row of a key in input order passes", async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => at(`k${index % 50}`, 1, index));
  const data = new RowsDataset(schema, many, [at("k7", 1, 99_999), at("new", 1, 5)]);
  const sink = new RowsSink(bench.engine);
  const input = data.plan();
  const plan: TypedRelation = {
    kind: "deduplicate",
    input,
    keys: [input.output[0]!.id],
    withinWatermark: false,
  };
  const query = await bench.run({ plan, sink });
  const firsts = Array.from({ length: 50 }, (_, index) => `k${index}${index}`).sort();
  expect(texts(sink.batches.get(0)!).sort()).toEqual(firsts);
  expect(texts(sink.batches.get(1)!)).toEqual(["new5"]);
  expect(query.lastProgress?.stateOperators).toMatchObject([
    { operatorName: "dedupe", customMetrics: { numDroppedDuplicateRows: 1 } },
  ]);
});

test("within the watermark a key is forgotten when its first row is past it by the delay", async () => {
  const delay = 10_000;
  const data = new RowsDataset(
    schema,
    [at("a", 100, 1), at("a", 105, 2)],
    [at("b", 115, 3), at("a", 109, 4)], // a is known till 110; the watermark is 90
    [at("c", 121, 5)], // the watermark is 105
    [at("d", 122, 6)], // the watermark is 111: a is forgotten after this batch
    [at("a", 123, 7), at("a", 124, 8)], // and passes again
    [at("e", 50, 9)], // late
  );
  const sink = new RowsSink(bench.engine);
  const query = await bench.run({ plan: within(data, delay), sink });
  const got = [...sink.batches.values()].map(texts).filter((rows) => rows.length > 0);
  expect(got).toEqual([["a1"], ["b3"], ["c5"], ["d6"], ["a7"]]);
  const dropped = query.recentProgress.map(
    (one) => one.stateOperators[0]!.numRowsDroppedByWatermark,
  );
  expect(dropped.reduce((sum, one) => sum + one, 0)).toBe(1);
});

test("a restart knows the keys that went by their time, and those that stayed", async () => {
  const delay = 10_000;
  const chunks = [
    [at("a", 100, 1), at("b", 118, 2)],
    [at("c", 121, 3)],
    [at("d", 122, 4)], // the watermark is 111: a has gone, b has not
    [at("a", 123, 5), at("b", 123, 6)],
  ];
  const data = new RowsDataset(schema, ...chunks.slice(0, 3));
  const checkpoint = bench.checkpoint();
  const first = new RowsSink(bench.engine);
  await bench.run({ plan: within(data, delay), sink: first, checkpoint });
  data.chunks.push(chunks[3]!);
  const second = new RowsSink(bench.engine);
  await bench.run({ plan: within(data, delay), sink: second, checkpoint });
  expect([...second.batches.values()].flatMap(texts)).toEqual(["a5"]);
});

test("a deduplication under an aggregation: each has its state, both see one watermark", async () => {
  const data = new RowsDataset(
    schema,
    [at("a", 60, 1), at("a", 60, 1), at("b", 60, 1)],
    [at("a", 60, 1), at("c", 60, 1), at("x", 300, 1)],
    [at("y", 400, 1)],
  );
  const input = watermarked(data, 0);
  const [k, ts] = input.output;
  const distinct: TypedRelation = {
    kind: "deduplicate",
    input,
    keys: [k!.id, ts!.id],
    withinWatermark: false,
  };
  const key = { ...newColumn("ts", timestamp), metadata: ts!.metadata };
  const count = aggregate("count", [reference(k!)], { type: long, nullable: false });
  const plan: TypedRelation = {
    kind: "aggregate",
    input: distinct,
    grouping: [{ column: key, expression: reference(ts!) }],
    aggregates: [
      { column: newColumn("ts", timestamp), expression: reference(key) },
      { column: newColumn("n", long), expression: count },
    ],
  };
  const sink = new RowsSink(bench.engine);
  const query = await bench.run({ plan, sink });
  const seen = sink.all().map((row) => [(row[0] as Timestamp).micros / 1_000_000n, row[1]]);
  // Batch 1 runs at the watermark 60, but what is late in it the watermark of batch 0 says.
  expect(seen).toEqual([
    [60n, 3n],
    [300n, 1n],
    [400n, 1n],
  ]);
  expect(query.lastProgress?.stateOperators.map((one) => one.operatorName)).toEqual([
    "dedupe",
    "stateStoreSave",
  ]);
});
