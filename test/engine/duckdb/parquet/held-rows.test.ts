import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnsOf, newColumn } from "../../../../src/analysis/expression.ts";
import type { TypedRelation } from "../../../../src/analysis/typed.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { decodeRoaring } from "../../../../src/log/roaring.ts";
import type { InputFile, ParquetInput } from "../../../../src/plan/input.ts";
import type { RowSet } from "../../../../src/plan/row-set.ts";
import { field, long, struct } from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import { encodeRows } from "../../../log/bitmap.ts";
import { inputFile } from "../file.ts";

const rows = 150_000;
const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
const schema = struct([field("id", long)]);
const index = struct([field("row_index", long)]);

let engine: Engine;
let directory: string;
let whole: InputFile;
beforeAll(async () => {
  engine = openEngine();
  directory = await mkdtemp(join(tmpdir(), "millrace-held-"));
  const input = { kind: "range", schema, start: 0n, end: BigInt(rows), step: 1n } as const;
  const [file] = await engine.writeParquet(
    { kind: "input", input, output: columnsOf(schema) },
    { directory, schema, partitionBy: [], compression: "snappy", statistics: () => true },
    context,
  );
  whole = inputFile(file?.path ?? "", file?.size ?? 0);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

function setOf(keeps: (row: number) => boolean, runs = false): RowSet {
  const all = Array.from({ length: rows }, (_, row) => row);
  return decodeRoaring(encodeRows(all.filter(keeps), { runs }));
}

function inputOf(files: readonly InputFile[], columns = schema): ParquetInput {
  return { kind: "parquet", schema: columns, files };
}

function relationOf(input: ParquetInput): TypedRelation {
  return { kind: "input", input, output: columnsOf(input.schema) };
}

async function run(relation: TypedRelation): Promise<Value[]> {
  await using result = await engine.query(relation, context);
  const values: Value[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    values.push(...(chunk.columns[0] ?? Array(chunk.rows).fill(null)));
  }
  return values;
}

const seventh = (row: number): boolean => row % 7 === 0;
const most = (row: number): boolean => row > 100 && row < 149_000;
const few = (row: number): boolean => row === 3 || row === 70_000;

test.each([
  ["values, in some blocks", few, false],
  ["bits", seventh, false],
  ["long runs", most, true],
] as const)("rows of %s are left out", async (_, test_, runs) => {
  const deleted = setOf(test_, runs);
  const found = await run(relationOf(inputOf([{ ...whole, deleted }])));
  const expected = Array.from({ length: rows }, (_, row) => row).filter((row) => !test_(row));
  expect(found.map(Number).join()).toBe(expected.join());
});

test("each file has its own set, or none", async () => {
  const files = [
    whole,
    { ...whole, deleted: setOf(most, true) },
    { ...whole, deleted: setOf(few) },
  ];
  const found = await run(relationOf(inputOf(files)));
  const kept = rows - setOf(most).size;
  expect(found.length).toBe(rows + kept + rows - 2);
});

test("rows are counted, limited and filtered after those that are gone", async () => {
  const input = inputOf([{ ...whole, deleted: setOf((row) => row < 149_990) }]);
  const relation = relationOf(input);
  expect((await run({ kind: "limit", input: relation, limit: 3, offset: 2 })).map(Number)).toEqual([
    149_992, 149_993, 149_994,
  ]);
  const none: ParquetInput = { ...input, schema: struct([]) };
  expect((await run({ kind: "input", input: none, output: [] })).length).toBe(10);
});

test("a plan may read one file with two sets, and the rows keep their numbers", async () => {
  const metadata = struct([field("_metadata", index, false)]);
  const part = (deleted: RowSet) => relationOf(inputOf([{ ...whole, deleted }], metadata));
  const inputs = [part(setOf((row) => row !== 5)), part(setOf((row) => row !== 140_000))];
  const output = [newColumn("_metadata", index)];
  const found = await run({ kind: "union", inputs, output } as TypedRelation);
  expect(found).toEqual([{ row_index: 5n }, { row_index: 140_000n }]);
});

test("the rows that alone are wanted, but for those that are gone", async () => {
  const only = setOf((row) => row < 10);
  const deleted = setOf(seventh);
  const found = await run(relationOf(inputOf([{ ...whole, only, deleted }])));
  expect(found.map(Number)).toEqual([1, 2, 3, 4, 5, 6, 8, 9]);
  const none = { ...whole, only: { size: 0, blocks: [] } };
  expect(await run(relationOf(inputOf([none, { ...whole, only: setOf(few) }])))).toEqual([
    3n,
    70_000n,
  ]);
});
