import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnsOf } from "../../../../src/analysis/expression.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { double, field, struct } from "../../../../src/schema/type.ts";

let engine: Engine;
let directory: string;
beforeAll(async () => {
  engine = openEngine();
  directory = await mkdtemp(join(tmpdir(), "millrace-write-"));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const schema = struct([field("x", double)]);

async function leafOf(values: readonly number[]) {
  const input = { kind: "rows", schema, rows: values.map((value) => [value]) } as const;
  const relation = { kind: "input", input, output: columnsOf(schema) } as const;
  const target = { directory, schema, partitionBy: [], compression: "snappy" } as const;
  const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
  const [file] = await engine.writeParquet(
    relation,
    { ...target, statistics: () => true },
    context,
  );
  return file?.leaves[0];
}

test("no number bounds a column with a NaN in any of its row groups", async () => {
  const few = [1, 2, 3];
  expect(await leafOf(few)).toEqual({ path: ["x"], nullCount: 0, min: 1, max: 3 });
  expect(await leafOf([...few, Number.NaN])).toEqual({ path: ["x"], nullCount: 0 });
  const many = Array.from({ length: 130_000 }, (_, at) => (at === 7 ? Number.NaN : at));
  expect(await leafOf(many)).toEqual({ path: ["x"], nullCount: 0, min: 0 });
  const group = many.slice(0, 10_000).map((value) => (Number.isNaN(value) ? 7 : value));
  expect(await leafOf(group)).toEqual({ path: ["x"], nullCount: 0, min: 0, max: 9999 });
});
