import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aggregate, newColumn, reference } from "../../../src/analysis/expression.ts";
import type { Named, TypedAggregate, TypedRelation } from "../../../src/analysis/typed.ts";
import {
  array,
  boolean,
  type DataType,
  decimal,
  double,
  field,
  long,
  string,
  struct,
} from "../../../src/schema/type.ts";
import { Decimal, type Value } from "../../../src/schema/value.ts";
import { buffersOf } from "../../../src/stream/state/buffer.ts";
import { type Bench, openBench, type Row, RowsDataset, RowsSink, rowsOf } from "../subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

const money = decimal(12, 2);
const schema = struct([
  field("g", string),
  field("n", long),
  field("x", double),
  field("m", money),
  field("b", boolean),
  field("s", string),
]);

/** name, column, result type, and whether rows in another order may give another result. */
const functions: readonly (readonly [string, readonly string[], DataType])[] = [
  ["count", ["n"], long],
  ["count_if", ["b"], long],
  ["sum", ["n"], long],
  ["sum", ["x"], double],
  ["sum", ["m"], decimal(22, 2)],
  ["avg", ["n"], double],
  ["avg", ["m"], decimal(16, 6)],
  ["min", ["s"], string],
  ["max", ["x"], double],
  ["min", ["m"], money],
  ["first", ["n"], long],
  ["last", ["s"], string],
  ["bool_and", ["b"], boolean],
  ["bool_or", ["b"], boolean],
  ["stddev_samp", ["x"], double],
  ["var_pop", ["n"], double],
  ["collect_list", ["n"], array(long, false)],
  ["collect_set", ["s"], array(string, false)],
  ["max_by", ["s", "n"], string],
  ["min_by", ["n", "x"], long],
];

function plan(data: RowsDataset, grouped: boolean, ignoreNulls: boolean): TypedRelation {
  const input = data.plan();
  const of = (name: string) => reference(input.output.find((one) => one.name === name)!);
  const key = newColumn("g", string);
  const aggregates: Named[] = functions.map(([name, names, type]) => {
    const made = aggregate(name, names.map(of), { type, nullable: true });
    const expression = ["first", "last"].includes(name) ? { ...made, ignoreNulls } : made;
    return { column: newColumn(name, type), expression };
  });
  const grouping = grouped ? [{ column: key, expression: of("g") }] : [];
  const shown = grouped ? [{ column: newColumn("g", string), expression: reference(key) }] : [];
  return { kind: "aggregate", input, grouping, aggregates: [...shown, ...aggregates] };
}

function shape(value: Value): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Decimal) return value.toString();
  if (Array.isArray(value)) return value.map((one) => String(one)).sort();
  return value;
}

/** Sums of doubles may differ in the last digits by the order they were added in. */
function expectAlike(rows: readonly Row[], oracle: readonly Row[]): void {
  const exact = (row: Row): string =>
    JSON.stringify(row.map((value) => (typeof value === "number" ? "" : shape(value))));
  const sorted = (all: readonly Row[]) =>
    all.map((row) => ({ row, exact: exact(row) })).sort((a, b) => (a.exact < b.exact ? -1 : 1));
  const [found, expected] = [sorted(rows), sorted(oracle)];
  expect(found.map((one) => one.exact)).toEqual(expected.map((one) => one.exact));
  for (const [index, { row }] of found.entries()) {
    for (const [column, value] of row.entries()) {
      const other = expected[index]!.row[column];
      if (typeof value !== "number" || typeof other !== "number") continue;
      expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(other)));
    }
  }
}

const cell = fc.record({
  g: fc.option(fc.constantFrom("a", "b", "c"), { freq: 5 }),
  n: fc.option(fc.bigInt({ min: -1000n, max: 1000n }), { freq: 4 }),
  x: fc.option(
    fc.integer({ min: -8000, max: 8000 }).map((one) => one / 8),
    { freq: 4 },
  ),
  m: fc.option(
    fc.bigInt({ min: -99999n, max: 99999n }).map((one) => new Decimal(one, 2)),
    { freq: 4 },
  ),
  b: fc.option(fc.boolean(), { freq: 3 }),
  s: fc.option(fc.constantFrom("", "a", "B", "é"), { freq: 4 }),
});

test("an aggregation over batches is the aggregation over all rows", async () => {
  const all = fc.array(fc.array(cell, { maxLength: 6 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(all, fc.boolean(), fc.boolean(), async (batches, grouped, ignoreNulls) => {
      const chunks = batches.map((batch) => batch.map((row): Row => Object.values(row)));
      const data = new RowsDataset(schema, ...chunks);
      const sink = new RowsSink(bench.engine);
      const streamed = plan(data, grouped, ignoreNulls);
      await bench.run({ plan: streamed, sink, outputMode: "complete" });
      const whole = plan(data, grouped, ignoreNulls) as typeof streamed & { kind: "aggregate" };
      if (whole.input.kind !== "scan") throw new Error("the plan reads a scan");
      const input: TypedRelation = {
        kind: "input",
        input: { kind: "rows", schema, rows: chunks.flat() },
        output: whole.input.output,
      };
      const oracle = await rowsOf(bench.engine, { ...whole, input });
      expectAlike([...sink.batches.values()].at(-1)!, oracle);
    }),
    { numRuns: 12, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
  );
});

test("approx_count_distinct is exact for few values, and near for many", async () => {
  const data = new RowsDataset(
    schema,
    ...[0, 1, 2].map((part) =>
      Array.from({ length: 8000 }, (_, index): Row => {
        const id = BigInt(part * 5000 + index);
        return [index < 4 ? "few" : "many", id, 0, null, null, null];
      }),
    ),
  );
  const input = data.plan();
  const key = newColumn("g", string);
  const over = reference(input.output[1]!);
  const sink = new RowsSink(bench.engine);
  const relation: TypedRelation = {
    kind: "aggregate",
    input,
    grouping: [{ column: key, expression: reference(input.output[0]!) }],
    aggregates: [
      { column: newColumn("g", string), expression: reference(key) },
      {
        column: newColumn("n", long),
        expression: aggregate("approx_count_distinct", [over], { type: long, nullable: false }),
      },
    ],
  };
  await bench.run({ plan: relation, sink, outputMode: "complete" });
  const found = new Map(
    [...sink.batches.values()].at(-1)!.map((row) => [row[0], Number(row[1])] as const),
  );
  expect(found.get("few")).toBe(12);
  expect(Math.abs((found.get("many") ?? 0) - 17_996) / 17_996).toBeLessThan(0.08);
});

test("what cannot be merged is refused by name", () => {
  const one: TypedAggregate = aggregate("percentile_approx", [], { type: double, nullable: true });
  expect(() => buffersOf(one)).toThrow("The aggregate percentile_approx");
});
