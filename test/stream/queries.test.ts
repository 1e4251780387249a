import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { field, long, struct } from "../../src/schema/type.ts";
import type { StreamingQueryEvent } from "../../src/stream/listener.ts";
import { StreamingQueries } from "../../src/stream/queries.ts";
import { type Bench, openBench, type Row, RowsDataset, RowsSink } from "./subject.ts";

const schema = struct([field("id", long)]);
const rows = (...ids: number[]): Row[] => ids.map((id) => [BigInt(id)]);
const endless = { kind: "processing time", intervalMs: 0 } as const;

let bench: Bench;
let queries: StreamingQueries;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  queries = new StreamingQueries();
});
afterEach(() => queries[Symbol.asyncDispose]());

function spec(part: Partial<Parameters<StreamingQueries["start"]>[0]> = {}) {
  const data = new RowsDataset(schema, rows(1));
  const sink = new RowsSink(bench.engine);
  return bench.spec({ plan: data.plan(), sink, trigger: endless, ...part });
}

test("active queries are known by id until they end", async () => {
  const query = await queries.start(spec());
  expect(queries.active).toEqual([query]);
  expect(queries.get(query.id)).toBe(query);
  await query.stop();
  expect(queries.active).toEqual([]);
  expect(queries.get(query.id)).toBeNull();
});

test("an active name is taken; a name that ended is free", async () => {
  const first = await queries.start(spec({ name: "n" }));
  await expect(queries.start(spec({ name: "n" }))).rejects.toThrow(
    "Cannot start query with name n as a query with that name is already active in this SparkSession",
  );
  await first.stop();
  await queries.start(spec({ name: "n" }));
});

test("a second run of a checkpoint stops the first, or is refused", async () => {
  const checkpoint = bench.checkpoint();
  const data = new RowsDataset(schema, rows(1));
  const sink = new RowsSink(bench.engine);
  const both = { plan: data.plan(), sink, checkpoint, name: "same" };
  const first = await queries.start(spec(both));
  await first.processAllAvailable();
  const conf = { "spark.sql.streaming.stopActiveRunOnRestart": "false" };
  await expect(queries.start(spec({ ...both, conf }))).rejects.toThrow("STREAMING_QUERY_ID_ACTIVE");
  const second = await queries.start(spec(both));
  expect(first.isActive).toBe(false);
  expect(second.id).toBe(first.id);
  expect(second.runId).not.toBe(first.runId);
  data.chunks.push(rows(2));
  await second.processAllAvailable();
  expect(sink.all()).toEqual([[1n], [2n]]);
});

test("awaitAnyTermination sees ends before and after, failures first, till they are reset", async () => {
  expect(await queries.awaitAnyTermination(1)).toBe(false);
  const waiting = queries.awaitAnyTermination();
  const query = await queries.start(spec());
  await query.stop();
  expect(await waiting).toBe(true);
  expect(await queries.awaitAnyTermination()).toBe(true);
  queries.resetTerminated();
  expect(await queries.awaitAnyTermination(1)).toBe(false);
  const sink = new RowsSink(bench.engine);
  sink.before = () => {
    throw new Error("bad");
  };
  const failing = queries.awaitAnyTermination();
  await queries.start(spec({ sink }));
  await expect(failing).rejects.toThrow("terminated with exception: bad");
  expect(bench.warnings).toEqual([]);
});

test("listeners hear of starts, progress and ends; their own failures harm nobody", async () => {
  const heard: string[] = [];
  const hear = (event: StreamingQueryEvent): void => {
    heard.push(event.kind);
    throw new Error("mine");
  };
  const listener = {
    onQueryStarted: hear,
    onQueryProgress: hear,
    onQueryIdle: hear,
    onQueryTerminated: hear,
  };
  queries.addListener(listener);
  const conf = { "spark.sql.streaming.noDataProgressEventInterval": "1" };
  const query = await queries.start(spec({ conf }));
  expect(heard).toEqual(["started"]);
  await query.processAllAvailable();
  while (!heard.includes("idle")) await new Promise((resolve) => setTimeout(resolve, 5));
  await query.stop();
  expect([...new Set(heard)]).toEqual(["started", "progress", "idle", "terminated"]);
  queries.removeListener(listener);
  expect(queries.listListeners()).toEqual([]);
});

test("disposing stops what is active", async () => {
  const query = await queries.start(spec());
  await queries[Symbol.asyncDispose]();
  expect(query.isActive).toBe(false);
});
