import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { loadDuck } from "../../../../src/engine/duckdb/module.ts";
import {
  id,
  isFramed,
  localFooter,
  structsOf,
} from "../../../../src/engine/duckdb/parquet/footer.ts";
import { sparkSchemaKey } from "../../../../src/engine/duckdb/parquet/spark-schema.ts";
import { code, structBytes } from "../../../../src/engine/duckdb/parquet/thrift.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { parseSchema } from "../../../../src/schema/ddl.ts";
import { dataTypeJson } from "../../../../src/schema/json.ts";
import { formatValue } from "../../../../src/schema/text.ts";
import * as types from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import { inputFile } from "../file.ts";

const framed = join("test", "golden", "parquet", "lz4hadoop.parquet");

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-footer-"));
  engine = openEngine({ tempDirectory: folder });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function written(name: string, query: string, option = ""): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${option && `, ${option}`})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

/** Makes the first column one of no type (UNKNOWN), which keeps its statistics. */
async function withoutType(path: string): Promise<void> {
  const footer = (await localFooter(path))!;
  const element = structsOf(footer.metadata, id.file.schema)[1]!;
  const unknown = new Map([[11, { type: code.struct, value: new Map() }]]);
  element.delete(id.element.converted);
  element.set(id.element.logicalType, { type: code.struct, value: unknown });
  const ordered = new Map([...element].sort(([a], [b]) => a - b));
  element.clear();
  for (const [key, value] of ordered) element.set(key, value);
  const plain = structBytes(footer.metadata);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(plain.length);
  tail.write("PAR1", 4);
  const data = (await readFile(path)).subarray(0, footer.start);
  await writeFile(path, Buffer.concat([data, plain, tail]));
}

async function read(path: string, schema: types.StructType): Promise<unknown[][]> {
  const file = inputFile(path, (await stat(path)).size);
  const output = schema.fields.map((field, at) => ({ ...field, id: at + 1 }));
  const input = { kind: "parquet", schema, files: [file] } as const;
  const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
  await using result = await engine.query({ kind: "input", input, output }, context);
  const chunk = await result.next();
  return Array.from({ length: chunk?.rows ?? 0 }, (_, row) =>
    (chunk?.columns ?? []).map((column) => column[row]),
  );
}

test("tells which files have Hadoop's LZ4, and that a file which is none has no footer", async () => {
  expect(isFramed((await localFooter(framed))!)).toBe(true);
  const plain = await written("plain", "SELECT 1 AS a");
  expect(isFramed((await localFooter(plain))!)).toBe(false);
  const none = join(folder, "none.parquet");
  await writeFile(none, "no Parquet at all");
  expect(await localFooter(none)).toBeUndefined();
  await expect(localFooter(join(folder, "gone.parquet"))).rejects.toThrow(/FILE_NOT_EXIST/);
});

test("a column of no type with statistics does not end the database, whoever asks for what", async () => {
  const path = await written("unknown", "SELECT 7 AS n, 1 AS a");
  await withoutType(path);
  const [n, a] = [types.field("n", types.integer), types.field("a", types.integer)];
  expect(await read(path, types.struct([a]))).toEqual([[1]]);
  expect(await read(path, types.struct([types.field("other", types.string)]))).toEqual([[null]]);
  expect(await read(path, types.struct([n, a]))).toEqual([[null, 1]]);
});

test("intervals beside what is read are no harm", async () => {
  const path = await written("interval", "SELECT INTERVAL 1 DAY AS i, 1 AS a");
  expect(await read(path, types.struct([types.field("a", types.integer)]))).toEqual([[1]]);
  const binary = types.struct([types.field("i", types.binary)]);
  await expect(read(path, binary)).rejects.toThrow(/PARQUET_COLUMN_DATA_TYPE_MISMATCH/);
  expect(await read(path, types.struct([types.field("a", types.integer)]))).toEqual([[1]]);
});

test("what Spark wrote as intervals is read as them, and their texts are Spark's", async () => {
  const parts = "a INTERVAL DAY TO SECOND, b INTERVAL YEAR TO MONTH, c INTERVAL MINUTE, n BIGINT";
  const own = parseSchema(`${parts}, d ARRAY<INTERVAL HOUR>, e STRUCT<x: INTERVAL MONTH>`);
  const values = "[3600000000] AS d, {'x': 3::INTEGER} AS e, 7::BIGINT AS n";
  const numbers = `93784500000 AS a, (-14)::INTEGER AS b, 300000000::BIGINT AS c, ${values}`;
  const metadata = JSON.stringify(dataTypeJson(own)).replaceAll("'", "''");
  const told = `KV_METADATA {"${sparkSchemaKey}": '${metadata}'}`;
  const path = await written("spark", `SELECT ${numbers}`, told);
  const { schema } = await engine.parquetSchema({ path });
  const names = ["a", "b", "c", "d", "e", "n"];
  const found = names.map((name) => schema.fields.find((one) => one.name === name)!);
  expect(found.map(({ type }) => type)).toEqual(
    names.map((name) => own.fields.find((one) => one.name === name)!.type),
  );
  const [row] = await read(path, types.struct(found));
  const texts = row!.map((value, at) => formatValue(value as Value, found[at]!.type));
  expect(texts).toEqual([
    ...["INTERVAL '1 02:03:04.5' DAY TO SECOND", "INTERVAL '-1-2' YEAR TO MONTH"],
    ...["INTERVAL '05' MINUTE", "[INTERVAL '01' HOUR]", "{INTERVAL '3' MONTH}", "7"],
  ]);
});

test("intervals are no texts, wherever they stand", async () => {
  const nested = "{'x': INTERVAL 1 DAY, 'y': 'a'} AS s, [INTERVAL 1 DAY] AS l, MAP {'k': 'v'} AS m";
  const path = await written("text", `SELECT INTERVAL 1 DAY AS i, 'b' AS a, ${nested}`);
  for (const ddl of ["i STRING", "s STRUCT<x: STRING>", "l ARRAY<STRING>", "I STRING, a STRING"]) {
    const failed = expect(read(path, parseSchema(ddl))).rejects;
    await failed.toThrow(/PARQUET_COLUMN_DATA_TYPE_MISMATCH/);
  }
  const sound = parseSchema("a STRING, s STRUCT<y: STRING>, m MAP<STRING, STRING>, z STRING");
  expect(await read(path, sound)).toEqual([["b", { y: "a" }, new Map([["k", "v"]]), null]]);
});
