import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { analyze } from "../../../src/analysis/analyze.ts";
import { defaultConf } from "../../../src/analysis/conf.ts";
import type { TypedRelation } from "../../../src/analysis/typed.ts";
import { openEngine } from "../../../src/engine/duckdb/engine.ts";
import type { QueryContext } from "../../../src/engine/engine.ts";
import * as types from "../../../src/schema/type.ts";
import { CalendarDate, Decimal, Timestamp, type Value } from "../../../src/schema/value.ts";
import { parseQuery } from "../../../src/sql/parse.ts";
import { type FileFormat, inputFile } from "./file.ts";

const engine = openEngine();
const folder = mkdtemp(join(tmpdir(), "millrace-engine-"));
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(await folder, { recursive: true });
});

const context: QueryContext = { timeZone: "UTC", timestampMs: 1_700_000_000_000, seed: 42 };

function planOf(sql: string): TypedRelation {
  const datasets = (): never => {
    throw new Error("no tables here");
  };
  return analyze(parseQuery(sql), { conf: defaultConf, datasets });
}

async function run(plan: TypedRelation | string, given = context): Promise<Value[][]> {
  await using result = await engine.query(typeof plan === "string" ? planOf(plan) : plan, given);
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return rows;
}

test("a seed draws the same numbers and ids again", async () => {
  const sql = "SELECT rand() AS r, uuid() AS u FROM range(5000) WHERE rand() < 0.5";
  const first = await run(sql);
  expect(first.length).toBeGreaterThan(2000);
  expect(new Set(first.map((row) => row[1])).size).toBe(first.length);
  expect(await run(sql)).toEqual(first);
  expect(await run(sql, { ...context, seed: 43 })).not.toEqual(first);
});

test("the time is the query's", async () => {
  expect(await run("SELECT current_timestamp()")).toEqual([
    [new Timestamp(1_700_000_000_000_000n)],
  ]);
});

test("a query that is told to stop, stops, at whatever moment", async () => {
  for (const delay of [50, 0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15]) {
    const stop = new AbortController();
    const work = run("SELECT max(a.id + b.id) FROM range(1000000) a CROSS JOIN range(1000000) b", {
      ...context,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), delay);
    await expect(work).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
  }
  expect(await run("SELECT 1")).toEqual([[1]]);
});

test("results that nobody reads on block no other query", async () => {
  const open = await Promise.all(
    [1, 2, 3, 4].map(() => engine.query(planOf("SELECT * FROM range(1000000)"), context)),
  );
  for (const result of open) expect((await result.next())?.rows).toBe(2048);
  expect(await run("SELECT 1")).toEqual([[1]]);
  for (const result of open) await result[Symbol.asyncDispose]();
});

test("an engine that was stopped says so, twice stopped too", async () => {
  const engine = openEngine();
  await engine[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  await expect(engine.query(planOf("SELECT 1"), context)).rejects.toMatchObject({
    code: "ENGINE_CLOSED",
  });
});

test("JSON texts are read exactly and written as Spark writes them", async () => {
  const text = `{"a":"15.10","l":[{"d":"2020-01-01"}],"m":{"k":1.5},"n":9223372036854775807}`;
  const schema = "a STRING, l ARRAY<STRUCT<d: DATE>>, m MAP<STRING, DECIMAL(3,1)>, n BIGINT, z INT";
  const [row] = await run(`SELECT from_json('${text}', '${schema}')`);
  const l = [{ d: new CalendarDate(18262) }];
  const m = new Map([["k", new Decimal(15n, 1)]]);
  expect(row).toEqual([{ a: "15.10", l, m, n: 9223372036854775807n, z: null }]);
  expect(await run(`SELECT to_json(from_json('${text}', '${schema}'))`)).toEqual([[text]]);
  expect(await run("SELECT from_json('{', 'a INT')")).toEqual([[{ a: null }]]);
});

test("the hidden metadata of a file is filled from the file", async () => {
  const directory = await folder;
  const schema = types.struct([types.field("id", types.long)]);
  const target = {
    directory,
    schema,
    partitionBy: [],
    compression: "zstd" as const,
    statistics: () => true,
  };
  const [file] = await engine.writeParquet(planOf("SELECT * FROM range(3)"), target, context);
  const metadata = types.struct([
    types.field("file_name", types.string),
    types.field("file_size", types.long),
    types.field("row_index", types.long),
    types.field("file_modification_time", types.timestamp),
  ]);
  const asked = types.struct([types.field("_metadata", metadata, false)]);
  const input: FileFormat = {
    kind: "parquet",
    schema: asked,
    files: [inputFile(file?.path ?? "", file?.size ?? 0)],
  };
  const output = [{ id: 1, name: "_metadata", type: metadata, nullable: false, metadata: {} }];
  const found = await run({ kind: "input", input, output });
  expect(found.map(([value]) => value)).toEqual(
    [0n, 1n, 2n].map((row_index) => ({
      file_name: "a%20b.parquet",
      file_size: BigInt(file?.size ?? 0),
      row_index,
      file_modification_time: new Timestamp(5000n),
    })),
  );
  expect((await stat(file?.path ?? "")).size).toBe(file?.size);
});

test("a file cut short is named", async () => {
  const path = join(await folder, "cut.parquet");
  await writeFile(path, Buffer.alloc(5000, 65));
  await expect(engine.parquetSchema({ path })).rejects.toMatchObject({
    code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
    parameters: { path },
  });
});

test.each([
  ["9223372036854775807L + 1L", "ARITHMETIC_OVERFLOW"],
  ["1 / 0", "DIVIDE_BY_ZERO"],
  ["1 % 0", "REMAINDER_BY_ZERO"],
  ["array(1)[1]", "INVALID_ARRAY_INDEX"],
  ["element_at(array(1), 0)", "INVALID_INDEX_OF_ZERO"],
  ["element_at(array(1), 2)", "INVALID_ARRAY_INDEX_IN_ELEMENT_AT"],
  ["map(1, 2, 1, 3)", "DUPLICATED_MAP_KEY"],
  ["map(cast(null as int), 2)", "NULL_MAP_KEY"],
  ["raise_error('no')", "USER_RAISED_EXCEPTION"],
  ["mask('a')", "ENGINE_UNSUPPORTED_FUNCTION"],
  ["(SELECT id FROM range(2))", "SCALAR_SUBQUERY_TOO_MANY_ROWS"],
])("%s fails with %s", async (sql, code) => {
  await expect(run(`SELECT ${sql}`)).rejects.toMatchObject({ code });
});

test.each([
  ["CAST(10 AS DECIMAL(38,18)) / CAST(3 AS DECIMAL(38,18))", new Decimal(3333333n, 6)],
  ["CAST('NaN' AS DOUBLE) > CAST('Infinity' AS DOUBLE)", true],
  ["substring('hello', -10, 7)", "he"],
  ["'a_c' LIKE 'a\\\\_c'", true],
  ["round(2.5)", new Decimal(3n, 0)],
  ["bround(2.5D)", 2],
  ["try_add(2147483647, 1)", null],
  ["aggregate(array(1, 2, 3), 10, (a, x) -> a + x, a -> a * 2)", 32],
  ["transform(array(5, 6), (x, i) -> x * i)", [0, 6]],
  [
    "date_format(timestamp'2024-02-03 04:05:06.789', 'yyyy/M/d EEE HH:mm:ss.SSS XXX')",
    "2024/2/3 Sat 04:05:06.789 Z",
  ],
  ["exists(array(1, null), x -> x > 1)", null],
  ["sum(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM range(1)", 0n],
  ["avg(CAST(id AS DECIMAL(5,1))) OVER () FROM range(1)", new Decimal(0n, 5)],
  ["collect_list(id) FILTER (WHERE id > 0) OVER () FROM range(1)", []],
])("%s is what Spark says", async (sql, value) => {
  expect(await run(`SELECT ${sql}`)).toEqual([[value]]);
});
