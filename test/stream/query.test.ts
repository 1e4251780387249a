import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import { field, long, struct } from "../../src/schema/type.ts";
import { type StreamingQuery, startQuery } from "../../src/stream/query.ts";
import { type Bench, openBench, RowsDataset, RowsSink } from "./subject.ts";

const schema = struct([field("id", long)]);
const chunk = (...ids: number[]): bigint[][] => ids.map((id) => [BigInt(id)]);

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());
let restore = (): void => undefined;
afterEach(() => restore());

function ids(sink: RowsSink): number[] {
  return sink.all().map((row) => Number(row[0]));
}

test("available now takes what is there in batches of the rate limit, then ends", async () => {
  const data = new RowsDataset(schema, chunk(1, 2), chunk(3), chunk(4));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  sink.after = () => {
    // Comes while the query runs: after the pinned end.
    if (data.chunks.length === 3) data.chunks.push(chunk(5));
  };
  const query = await bench.run({ plan: data.plan(), sink, checkpoint });
  expect([...sink.batches.keys()]).toEqual([0, 1, 2]);
  expect(ids(sink)).toEqual([1, 2, 3, 4]);
  expect(query.isActive).toBe(false);
  expect(query.recentProgress.map((one) => one.numInputRows)).toEqual([2, 1, 1]);
  expect(readdirSync(join(checkpoint.path, "commits")).sort()).toEqual(["0", "1", "2"]);
  expect(readFileSync(join(checkpoint.path, "commits", "2"), "utf8")).toBe(
    'v1\n{"nextBatchWatermarkMs":0}',
  );
  expect(data.committed).toEqual(["1", "2", "3"]);
  expect(sink.disposed).toBe(1);

  await bench.run({ plan: data.plan(), sink, checkpoint });
  expect(ids(sink)).toEqual([1, 2, 3, 4, 5]);
});

test("once takes all in one batch, whatever the rate limit", async () => {
  const data = new RowsDataset(schema, chunk(1), chunk(2), chunk(3));
  const sink = new RowsSink(bench.engine);
  await bench.run({ plan: data.plan(), sink, trigger: { kind: "once" } });
  expect(sink.batches.get(0)).toHaveLength(3);
});

test("a batch that was planned and not done runs again, as it was planned", async () => {
  const data = new RowsDataset(schema, chunk(1), chunk(2), chunk(3));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  for (const point of ["before", "after"] as const) {
    sink[point] = () => {
      throw new Error(`crash ${point}`);
    };
    const query = await startQuery(bench.spec({ plan: data.plan(), sink, checkpoint }));
    await expect(query.awaitTermination()).rejects.toThrow(
      `[STREAM_FAILED] Query [id = ${query.id}, runId = ${query.runId}] terminated with exception: crash ${point}`,
    );
    sink[point] = () => undefined;
    data.chunks.push(chunk(4));
  }
  const again = new Set(sink.seen.map((batch) => JSON.stringify(batch.context)));
  expect(again.size).toBe(1);
  await bench.run({ plan: data.plan(), sink, checkpoint });
  expect(ids(sink)).toEqual([1, 2, 3, 4, 4]);
});

test("a failed query that nobody awaits says so in one line, and rejects nothing", async () => {
  const data = new RowsDataset(schema, chunk(1));
  const sink = new RowsSink(bench.engine);
  sink.before = () => {
    throw new Error("two\nlines");
  };
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const query = await startQuery(bench.spec({ plan: data.plan(), sink, warn }));
  await query.stop();
  while (query.isActive) await new Promise(setImmediate);
  const failed = await startQuery(bench.spec({ plan: data.plan(), sink, warn }));
  while (failed.isActive) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/STREAM_FAILED.*two lines/);
  expect(failed.exception?.cause).toMatchObject({ message: "two\nlines" });
  expect(failed.status.message).toBe("Terminated with exception: two\nlines");
});

test("processAllAvailable waits for what came before it, and stop ends the query", async () => {
  const data = new RowsDataset(schema, chunk(1));
  const sink = new RowsSink(bench.engine);
  const trigger = { kind: "processing time", intervalMs: 0 } as const;
  await using query = await startQuery(bench.spec({ plan: data.plan(), sink, trigger }));
  await query.processAllAvailable();
  expect(ids(sink)).toEqual([1]);
  data.chunks.push(chunk(2), chunk(3));
  await query.processAllAvailable();
  expect(ids(sink)).toEqual([1, 2, 3]);
  expect(query.status).toMatchObject({ message: "Waiting for data to arrive" });
  expect(await query.awaitTermination(5)).toBe(false);
  await query.stop();
  expect(await query.awaitTermination()).toBe(true);
  await query.stop();
});

test("processing time starts at once, then at multiples of the interval", async () => {
  let now = 1_000_500;
  const starts: number[] = [];
  restore = replaceEnv({
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  });
  const data = new RowsDataset(schema, chunk(1), chunk(2), chunk(3), chunk(4));
  const sink = new RowsSink(bench.engine);
  let query: StreamingQuery | undefined;
  sink.before = ({ batchId }) => {
    starts.push(now);
    now += batchId === 1 ? 25_000 : 10;
    if (batchId === 3) void query?.stop();
  };
  const trigger = { kind: "processing time", intervalMs: 10_000 } as const;
  query = await startQuery(bench.spec({ plan: data.plan(), sink, trigger }));
  await query.awaitTermination();
  // The second took 25 s: the third starts at once, the fourth at the next multiple.
  expect(starts).toEqual([1_000_500, 1_010_000, 1_035_000, 1_040_000]);
});

test("two runs on one checkpoint: the second to plan a batch stops", async () => {
  const data = new RowsDataset(schema, chunk(1));
  const checkpoint = bench.checkpoint();
  const one = new RowsSink(bench.engine);
  const other = new RowsSink(bench.engine);
  const specs = [one, other].map((sink) => bench.spec({ plan: data.plan(), sink, checkpoint }));
  const queries = await Promise.all(specs.map(startQuery));
  const ends = await Promise.allSettled(queries.map((query) => query.awaitTermination()));
  const failures = ends.filter((end) => end.status === "rejected");
  expect(failures).toHaveLength(1);
  expect(String(failures[0]?.reason)).toContain("CONCURRENT_STREAM_LOG_UPDATE");
  expect(one.all().length + other.all().length).toBe(1);
});

test("another number of sources is refused in Spark's words", async () => {
  const data = new RowsDataset(schema, chunk(1));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  await bench.run({ plan: data.plan(), sink, checkpoint });
  const [left, right] = [data.plan(), data.plan()];
  const plan = { kind: "union", inputs: [left, right], output: left.output } as const;
  await expect(startQuery(bench.spec({ plan, sink, checkpoint }))).rejects.toThrow(
    "There are [1] sources in the checkpoint offsets and now there are [2] sources requested by the query. Cannot continue",
  );
});

test("one dataset read twice has two offset lines and one source", async () => {
  const data = new RowsDataset(schema, chunk(1), chunk(2));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  const [left, right] = [data.plan(), data.plan()];
  const plan = { kind: "union", inputs: [left, right], output: left.output } as const;
  await bench.run({ plan, sink, checkpoint });
  expect(data.opened).toBe(1);
  expect(ids(sink).sort()).toEqual([1, 1, 2, 2]);
  const lines = readFileSync(join(checkpoint.path, "offsets", "0"), "utf8").split("\n");
  expect(lines.slice(2)).toEqual(["1", "1"]);
});

test("only the last 100 batches are kept in the logs", async () => {
  const chunks = Array.from({ length: 106 }, (_, index) => chunk(index));
  const data = new RowsDataset(schema, ...chunks);
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  const query = await bench.run({ plan: data.plan(), sink, checkpoint });
  expect(ids(sink)).toHaveLength(106);
  const numbers = (log: string): number[] =>
    readdirSync(join(checkpoint.path, log))
      .map(Number)
      .sort((a, b) => a - b);
  expect(numbers("offsets")[0]).toBe(5);
  expect(numbers("commits")[0]).toBe(5);
  expect(query.recentProgress).toHaveLength(100);
});

test("progress is Spark's record", async () => {
  const data = new RowsDataset(schema, chunk(1, 2, 3));
  const sink = new RowsSink(bench.engine);
  const query = await bench.run({ plan: data.plan(), sink, name: "named" });
  const progress = query.lastProgress;
  expect(Object.keys(progress ?? {})).toEqual([
    "id",
    "runId",
    "name",
    "timestamp",
    "batchId",
    "batchDuration",
    "numInputRows",
    ...(progress?.batchDuration ? ["processedRowsPerSecond"] : []),
    "durationMs",
    "stateOperators",
    "sources",
    "sink",
  ]);
  expect(Object.keys(progress?.durationMs ?? {})).toEqual([
    "addBatch",
    "commitOffsets",
    "getBatch",
    "latestOffset",
    "queryPlanning",
    "triggerExecution",
    "walCommit",
  ]);
  expect(progress).toMatchObject({
    name: "named",
    sources: [{ description: "Rows", startOffset: null, endOffset: 1, numInputRows: 3 }],
    sink: { description: "RowsSink", numOutputRows: 3 },
  });
});

test("explain shows the engine's plan", async () => {
  const data = new RowsDataset(schema);
  const sink = new RowsSink(bench.engine);
  const query = await bench.run({ plan: data.plan(), sink });
  expect((await query.explain()).length).toBeGreaterThan(0);
});
