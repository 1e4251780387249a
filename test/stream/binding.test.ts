import { afterAll, beforeAll, expect, test } from "vitest";
import { newColumn } from "../../src/analysis/expression.ts";
import { outputOf } from "../../src/analysis/typed.ts";
import type { Input } from "../../src/plan/input.ts";
import { field, long, string, struct } from "../../src/schema/type.ts";
import { bindScan, emptyScan } from "../../src/stream/binding.ts";
import type { Source } from "../../src/stream/source.ts";
import type { StreamingScan } from "../../src/stream/walk.ts";
import { type Bench, openBench, RowsDataset, RowsSink, rowsOf } from "./subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const visible = [field("a", long), field("b", string)];
const hidden = [field("_one", string), field("_two", string)];
const input: Input = {
  kind: "rows",
  schema: struct([...visible, ...hidden]),
  rows: [[1n, "x", "h1", "h2"]],
};

const dataset = new RowsDataset(struct(visible));
const source = {
  schema: struct(visible),
  input: async () => ({ input }),
} as unknown as Source;

test("a scan gets its columns by name, whatever more the source puts out", async () => {
  const output = [newColumn("_two", string), newColumn("a", long)];
  const scan: StreamingScan = { kind: "scan", dataset, output };
  const bound = await bindScan(scan, source, { start: undefined, end: "1" });
  expect(outputOf(bound.relation).map((column) => column.id)).toEqual(output.map(({ id }) => id));
  expect(await rowsOf(bench.engine, bound.relation)).toEqual([["h2", 1n]]);
  expect(bound.rows).toBe(1);
});

test("a range that is empty asks the source for nothing", async () => {
  const scan: StreamingScan = { kind: "scan", dataset, output: [newColumn("a", long)] };
  const silent = { input: () => Promise.reject(new Error("asked")) } as unknown as Source;
  for (const end of [undefined, "3"]) {
    const bound = await bindScan(scan, silent, { start: end, end });
    expect(bound).toMatchObject({ rows: 0, relation: emptyScan(scan) });
  }
  expect(await rowsOf(bench.engine, emptyScan(scan))).toEqual([]);
});

test("rows nobody tells are counted by the sink, or where a filter stands between, before it", async () => {
  const data = new RowsDataset(struct([field("a", long)]), [[1n], [2n]], [[3n]]);
  const open = data.open.bind(data);
  data.open = async () => {
    const inner = await open();
    return {
      ...inner,
      // The engine keeps the rows: the input itself does not say how many.
      input: async (start, end) => {
        const { input: rows } = await inner.input(start, end);
        const output = [newColumn("a", long)];
        const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
        const kept = await bench.engine.cache({ kind: "input", input: rows, output }, context);
        return { input: { kind: "cached", schema: kept.schema, name: kept.name } };
      },
    };
  };
  for (const filter of [false, true]) {
    const scan = data.plan();
    const condition = { kind: "literal", value: false, type: { type: "boolean" } } as const;
    const plan = filter
      ? ({ kind: "filter", input: scan, condition: { ...condition, nullable: false } } as const)
      : scan;
    const query = await bench.run({ plan, sink: new RowsSink(bench.engine) });
    expect(query.recentProgress.map((one) => one.numInputRows)).toEqual([2, 1]);
  }
});
