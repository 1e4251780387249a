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
import { code, structBytes } from "../../../../src/engine/duckdb/parquet/thrift.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import * as types from "../../../../src/schema/type.ts";
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

async function written(name: string, query: string): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
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
