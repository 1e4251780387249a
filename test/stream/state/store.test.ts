import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aggregate, newColumn, reference } from "../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../src/analysis/typed.ts";
import { double, field, long, string, struct } from "../../../src/schema/type.ts";
import { localStore } from "../../../src/storage/local.ts";
import type { Location, Store } from "../../../src/storage/store.ts";
import { startQuery } from "../../../src/stream/query.ts";
import { sharedPath, sharedReason } from "../../shared.ts";
import { type Bench, openBench, type Row, RowsDataset, RowsSink } from "../subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const schema = struct([field("k", string), field("n", long)]);
const rows = (...texts: string[]): Row[] =>
  texts.map((text) => [text.slice(0, 1), BigInt(text.slice(1))]);

function sums(data: RowsDataset, key = 0): TypedRelation {
  const input = data.plan();
  const column = newColumn("k", input.output[key]!.type);
  const sum = aggregate("sum", [reference(input.output[1]!)], { type: long, nullable: true });
  return {
    kind: "aggregate",
    input,
    grouping: [{ column, expression: reference(input.output[key]!) }],
    aggregates: [
      { column: newColumn("k", column.type), expression: reference(column) },
      { column: newColumn("sum", long), expression: sum },
    ],
  };
}

function distinct(data: RowsDataset): TypedRelation {
  const input = data.plan();
  return { kind: "deduplicate", input, keys: [input.output[0]!.id], withinWatermark: false };
}

const complete = { outputMode: "complete" } as const;

function last(sink: RowsSink): string[] {
  return ([...sink.batches.values()].at(-1) ?? []).map((row) => row.join("")).sort();
}

function names(checkpoint: Location, ...path: string[]): string[] {
  return readdirSync(join(checkpoint.path, "state", "0", ...path)).sort();
}

test("state goes on over restarts, from a snapshot and the changes after it", async () => {
  const chunks = Array.from({ length: 15 }, (_, index) => rows(`a${index}`, `${index % 7}1`));
  const data = new RowsDataset(schema, ...chunks);
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  expect(names(checkpoint, "0").filter((name) => name.endsWith(".snapshot"))).toEqual([
    "11.snapshot",
  ]);
  data.chunks.push(rows("a1000"));
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  expect(last(sink)).toEqual(["03", "12", "22", "32", "42", "52", "62", "a1105"].sort());
});

test("state of a batch whose offsets were taken away is not taken for that of a new one", async () => {
  const data = new RowsDataset(schema, rows("a1"), rows("a2"));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  for (const log of ["offsets", "commits"]) rmSync(join(checkpoint.path, log, "1"));
  data.chunks[1] = rows("a7");
  await expect(bench.run({ plan: sums(data), sink, checkpoint, ...complete })).rejects.toThrow(
    /STREAMING_CHECKPOINT_MISSING_BATCH.*batch 1 /,
  );
});

test("zeros of both signs, numbers that are none, and nulls each stay one key", async () => {
  const numbers = struct([field("k", double), field("n", long)]);
  const data = new RowsDataset(
    numbers,
    [[0, 1n]],
    [[-0, 2n]],
    [[Number.NaN, 4n]],
    [[Number.NaN, 8n]],
    [[null, 16n]],
    [[null, 32n]],
  );
  const sink = new RowsSink(bench.engine);
  await bench.run({ plan: sums(data), sink, ...complete });
  expect(last(sink)).toEqual(["03", "48", "NaN12"]);
  const dropping = new RowsDataset(numbers, ...data.chunks);
  const seen = new RowsSink(bench.engine);
  await bench.run({ plan: distinct(dropping), sink: seen, outputMode: "append" });
  const texts = [...seen.batches.values()].flat().map((row) => row.join(","));
  expect(texts.sort()).toEqual(["0,1", "NaN,4", ",16"].sort());
});

test("nulls are one key, and a batch that brings nothing changes nothing", async () => {
  const data = new RowsDataset(schema, [[null, 1n]], [], [[null, null]], [[null, 4n]]);
  const sink = new RowsSink(bench.engine);
  const query = await bench.run({ plan: sums(data), sink, outputMode: "update" });
  expect([...sink.batches.values()]).toEqual([[[null, 1n]], [], [[null, 1n]], [[null, 5n]]]);
  expect(query.lastProgress?.stateOperators[0]).toMatchObject({ numRowsTotal: 1 });
});

/** A store that stops the process, so to say, before the n-th write of a run. */
function dying(inner: Store, after: number): Store {
  let left = after;
  const live = <T>(write: () => Promise<T>): Promise<T> => {
    left -= 1;
    return left < 0 ? Promise.reject(new Error("power cut")) : write();
  };
  return {
    ...inner,
    put: (path, bytes) => live(() => inner.put(path, bytes)),
    putIfAbsent: (path, bytes) => live(() => inner.putIfAbsent(path, bytes)),
    publish: (local, path) => live(() => inner.publish(local, path)),
  };
}

test.each([
  ["an aggregation", sums, complete],
  ["a deduplication", distinct, { outputMode: "append" }],
] as const)(
  "%s loses and doubles nothing, whatever write a crash comes before",
  async (...args) => {
    const [, plan, { outputMode }] = args;
    const inner = localStore();
    const chunks = (): Row[][] => [rows("a1", "b2"), rows("a3", "c1", "b4")];
    const calm = new RowsSink(bench.engine);
    await bench.run({ plan: plan(new RowsDataset(schema, ...chunks())), sink: calm, outputMode });
    for (let cut = 1; cut < 13; cut += 1) {
      const sink = new RowsSink(bench.engine);
      const { path } = bench.checkpoint();
      const data = new RowsDataset(schema, ...chunks());
      const spec = { plan: plan(data), sink, outputMode };
      const broken = { store: dying(inner, cut), path };
      const query = await startQuery(bench.spec({ ...spec, checkpoint: broken })).catch(() => null);
      await query?.awaitTermination().catch(() => undefined);
      await bench.run({ ...spec, plan: plan(data), checkpoint: { store: inner, path } });
      expect([...sink.batches].map(([id, kept]) => [id, kept.map(String).sort()])).toEqual(
        [...calm.batches].map(([id, kept]) => [id, kept.map(String).sort()]),
      );
    }
  },
);

test("a version of the state that is whole is kept, and never computed again", async () => {
  const data = new RowsDataset(schema, rows("a1"), rows("a2"));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  sink.before = ({ batchId }) => {
    if (batchId === 1) throw new Error("crash");
  };
  const query = await startQuery(bench.spec({ plan: sums(data), sink, checkpoint, ...complete }));
  await query.awaitTermination().catch(() => undefined);
  const before = names(checkpoint, "0");
  expect(before).toContain("2");
  sink.before = () => undefined;
  // What the source would say now does not matter: the change is there.
  data.chunks[1] = rows("a900");
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  expect(last(sink)).toEqual(["a3"]);
  expect(names(checkpoint, "0")).toEqual(before);
});

test("old versions are forgotten once a snapshot stands for them", async () => {
  const chunks = Array.from({ length: 35 }, () => rows("a1"));
  const data = new RowsDataset(schema, ...chunks);
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  const conf = { "spark.sql.streaming.minBatchesToRetain": "10" };
  await bench.run({ plan: sums(data), sink, checkpoint, conf, ...complete });
  expect(last(sink)).toEqual(["a35"]);
  const versions = names(checkpoint, "0").map((name) => Number.parseInt(name, 10));
  // The snapshot at 33 let go what is older than 10 batches, from the snapshot at 22 on.
  expect(Math.min(...versions.filter((one) => one >= 0))).toBe(22);
  data.chunks.push(rows("a1"));
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  expect(last(sink)).toEqual(["a36"]);
});

test("a changed operator, key or buffer is refused by name", async () => {
  const data = new RowsDataset(schema, rows("a1"));
  const sink = new RowsSink(bench.engine);
  const checkpoint = bench.checkpoint();
  await bench.run({ plan: sums(data), sink, checkpoint, ...complete });
  const start = (plan: TypedRelation, outputMode: "append" | "complete") =>
    startQuery(bench.spec({ plan, sink, checkpoint, outputMode }));
  await expect(start(distinct(data), "append")).rejects.toThrow(
    "Stateful operators in the metadata: [(OperatorId: 0 -> OperatorName: stateStoreSave)]; Stateful operators in current batch: [(OperatorId: 0 -> OperatorName: dedupe)]",
  );
  await expect(start(data.plan(), "append")).rejects.toThrow(
    "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
  );
  await expect(start(sums(data, 1), "complete")).rejects.toThrow(
    "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE",
  );
  const other = sums(data) as TypedRelation & { kind: "aggregate" };
  const fewer = { ...other, aggregates: other.aggregates.slice(0, 1) };
  await expect(start(fewer, "complete")).rejects.toThrow("STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE");
});

test("state without a plan, and a plan without its state, are refused", async () => {
  const data = new RowsDataset(schema, rows("a1"), rows("b2"));
  const sink = new RowsSink(bench.engine);
  const spec = { plan: sums(data), sink, ...complete };
  const first = bench.checkpoint();
  await bench.run({ ...spec, checkpoint: first });
  rmSync(join(first.path, "offsets"), { recursive: true });
  rmSync(join(first.path, "commits"), { recursive: true });
  await expect(startQuery(bench.spec({ ...spec, checkpoint: first }))).rejects.toThrow(
    "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY",
  );
  const second = bench.checkpoint();
  await bench.run({ ...spec, plan: sums(data), checkpoint: second });
  rmSync(join(second.path, "state", "0", "0", "1"));
  data.chunks.push(rows("c1"));
  await expect(bench.run({ ...spec, plan: sums(data), checkpoint: second })).rejects.toThrow(
    "STREAMING_STATEFUL_OPERATOR_MISSING_STATE_DIRECTORY",
  );
});

const streams = sharedPath("ref/streams");

test
  .skipIf(streams === undefined)
  .each([
    "agg_append",
    "agg_append_crash_before_sink",
    "agg_append_rocksdb",
    "agg_append_rocksdb_changelog",
    "agg_complete",
    "dedup",
  ])(
  `Spark's state of %s is refused, not a byte changed${streams ? "" : sharedReason("")}`,
  async (name) => {
    const checkpoint = bench.checkpoint();
    cpSync(join(streams!, name, "checkpoint"), checkpoint.path, { recursive: true });
    writeFileSync(join(checkpoint.path, "offsets", ".9.crc"), "x");
    const before = tree(checkpoint.path);
    const data = new RowsDataset(schema, rows("a1"));
    const sink = new RowsSink(bench.engine);
    for (const plan of [sums(data), distinct(data)]) {
      const outputMode = plan.kind === "aggregate" ? "complete" : "append";
      await expect(startQuery(bench.spec({ plan, sink, checkpoint, outputMode }))).rejects.toThrow(
        /STATE_STORE_PROVIDER_NOT_SUPPORTED.*(HDFSBacked|RocksDB)StateStoreProvider/,
      );
    }
    await expect(startQuery(bench.spec({ plan: data.plan(), sink, checkpoint }))).rejects.toThrow(
      "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA",
    );
    expect(tree(checkpoint.path)).toEqual(before);
  },
);

function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() ? `${name}:${readFileSync(path).toString("base64")}` : name;
    });
}
