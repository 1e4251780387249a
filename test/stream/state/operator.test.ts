import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  aggregate,
  member,
  newColumn,
  passing,
  reference,
} from "../../../src/analysis/expression.ts";
import type { Column, TypedRelation } from "../../../src/analysis/typed.ts";
import type { OutputMode } from "../../../src/plan/command.ts";
import {
  type DataType,
  double,
  field,
  long,
  string,
  struct,
  timestamp,
} from "../../../src/schema/type.ts";
import { Timestamp, type Value } from "../../../src/schema/value.ts";
import { sharedPath, sharedReason } from "../../shared.ts";
import { type Bench, openBench, type Row, RowsDataset, RowsSink } from "../subject.ts";

/** The queries of the reference checkpoints, stopped where Spark's were, against what it said. */

const streams = sharedPath("ref/streams");
const window = struct([field("start", timestamp), field("end", timestamp)]);
const schema = struct([
  field("id", long),
  field("k", string),
  field("ts", timestamp),
  field("x", double),
  field("window", window),
  field("k2", long),
]);

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

/** The 20 rows of each input file, with the window the query computes. */
function chunks(modulus: bigint): Row[][] {
  const folders = ["in", "rest"].map((name) => join(streams!, "agg_append", name));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) =>
        readFileSync(join(folder, name), "utf8")
          .trim()
          .split("\n")
          .map((line) => row(line, modulus)),
      ),
  );
}

function row(line: string, modulus: bigint): Row {
  const { id, k, ts, x } = JSON.parse(line) as { id: number; k: string; ts: string; x: number };
  const micros = BigInt(Date.parse(ts)) * 1000n;
  const start = micros - (micros % 300_000_000n);
  const bounds = { start: new Timestamp(start), end: new Timestamp(start + 300_000_000n) };
  return [BigInt(id), k, new Timestamp(micros), x, bounds, BigInt(id) % modulus];
}

const delay = { "spark.watermarkDelayMs": 120_000 };

function watermarked(data: RowsDataset): TypedRelation & { readonly output: readonly Column[] } {
  const input = data.plan();
  const output = input.output.map((column) =>
    ["ts", "window"].includes(column.name) ? { ...column, metadata: delay } : column,
  );
  const column = output.find((one) => one.name === "ts")!.id;
  return { kind: "watermark", input, column, delayMs: 120_000, output };
}

function aggregated(data: RowsDataset): TypedRelation {
  const input = watermarked(data);
  const of = (name: string): Column => input.output.find((column) => column.name === name)!;
  const grouping = [of("window"), of("k")].map((column) => ({
    column: { ...newColumn(column.name, column.type), metadata: column.metadata },
    expression: reference(column),
  }));
  const [bounds, key] = grouping.map((named) => named.column);
  const made = (name: string, over: string, type: DataType, nullable = true) => ({
    column: newColumn(name, type),
    expression: aggregate(name, [reference(of(over))], { type, nullable }),
  });
  const edge = (name: "start" | "end") => ({
    column: newColumn(name, timestamp),
    expression: member(reference(bounds!), name),
  });
  const aggregates = [
    edge("start"),
    edge("end"),
    { column: newColumn("k", string), expression: reference(key!) },
    made("count", "id", long, false),
    made("avg", "x", double),
    made("min", "x", double),
    made("max", "id", long),
  ];
  return { kind: "aggregate", input, grouping, aggregates };
}

function deduplicated(data: RowsDataset, ...keys: string[]): TypedRelation {
  const input = keys.includes("ts") ? watermarked(data) : data.plan();
  const ids = keys.map((key) => input.output.find((column) => column.name === key)!.id);
  const distinct: TypedRelation = {
    kind: "deduplicate",
    input,
    keys: ids,
    withinWatermark: false,
  };
  const wanted = keys.length === 2 ? keys : [...keys, "k"];
  const columns = wanted.map((name) => input.output.find((column) => column.name === name)!);
  return { kind: "project", input: distinct, columns: columns.map(passing) };
}

interface Expected {
  readonly outputMode: OutputMode;
  readonly progressBefore: readonly Progress[];
  readonly progressAfter: readonly Progress[];
  readonly expectedFinalRows: readonly Record<string, unknown>[];
  readonly rowsAtStop: readonly Record<string, unknown>[];
}

interface Progress {
  readonly batchId: number;
  readonly numInputRows: number;
  readonly eventTime: Record<string, string>;
  readonly stateOperators: readonly Record<string, unknown>[];
}

const counted = [
  "operatorName",
  "numRowsTotal",
  "numRowsUpdated",
  "numRowsRemoved",
  "numRowsDroppedByWatermark",
];

function gist(progress: Progress): unknown {
  const { batchId, numInputRows, eventTime = {} } = progress;
  const state = progress.stateOperators.map((one) => counted.map((name) => one[name]));
  return { batchId, numInputRows, eventTime, state };
}

function text(value: Value): string {
  if (value instanceof Timestamp) return value.toString();
  return String(value);
}

const cases: readonly (readonly [string, (data: RowsDataset) => TypedRelation])[] = [
  ["agg_append", aggregated],
  ["agg_complete", aggregated],
  ["dedup_wm", (data) => deduplicated(data, "k2", "ts")],
  ["dedup", (data) => deduplicated(data, "k2")],
];

describe.skipIf(streams === undefined)(
  `Spark's own runs${streams ? "" : `: ${sharedReason("ref/streams")}`}`,
  () => {
    test.each(cases)("%s: the same batches, state and rows", async (name, plan) => {
      const path = join(streams!, name, "expected.json");
      const expected = JSON.parse(readFileSync(path, "utf8")) as Expected;
      const input = chunks(name === "dedup" ? 37n : 11n);
      const withData = (all: readonly Progress[]): number =>
        all.filter((one) => one.numInputRows > 0).length;
      const before = withData(expected.progressBefore);
      const data = new RowsDataset(schema, ...input.slice(0, before));
      const sink = new RowsSink(bench.engine);
      const { outputMode } = expected;
      const checkpoint = bench.checkpoint();
      const last = (): Row[] =>
        outputMode === "complete" ? ([...sink.batches.values()].at(-1) ?? []) : sink.all();
      const rows = (all: readonly Record<string, unknown>[]): string[] =>
        all.map((one) => Object.values(one).map(String).join()).sort();
      const mine = (): string[] =>
        last()
          .map((one) => one.map(text).join())
          .sort();

      const first = await bench.run({ plan: plan(data), sink, checkpoint, outputMode });
      expect(first.recentProgress.map((one) => gist(one as unknown as Progress))).toEqual(
        expected.progressBefore.map(gist),
      );
      expect(mine()).toEqual(rows(expected.rowsAtStop));

      data.chunks.push(...input.slice(before, before + withData(expected.progressAfter)));
      const second = await bench.run({ plan: plan(data), sink, checkpoint, outputMode });
      expect(second.recentProgress.map((one) => gist(one as unknown as Progress))).toEqual(
        expected.progressAfter.map(gist),
      );
      expect(mine()).toEqual(rows(expected.expectedFinalRows));
    });
  },
);
