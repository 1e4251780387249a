import { copyFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../../../../src/engine/engine.ts";
import type { InputFile } from "../../../../../src/plan/input.ts";
import { field, long, string, struct } from "../../../../../src/schema/type.ts";

const golden = new URL("../../../../golden/parquet/lz4hadoop.parquet", import.meta.url);
const schema = struct([field("id", long), field("codec", string), field("r", string)]);
const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  engine = openEngine({ tempDirectory: folder });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

async function read(path: string): Promise<unknown[]> {
  const { size, mtimeMs } = await stat(path);
  const file: InputFile = {
    ...{ path, uri: `file://${path}`, size, modificationTime: mtimeMs },
    partition: {},
  };
  const output = schema.fields.map((one, at) => ({ ...one, id: at + 1 }));
  const input = { kind: "parquet", schema, files: [file, file] } as const;
  await using result = await engine.query({ kind: "input", input, output }, context);
  const rows: unknown[] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row]));
    }
  }
  return rows;
}

test("Hadoop's LZ4 is read, once rewritten for all queries", async () => {
  const path = fileURLToPath(golden);
  const rows = await read(path);
  expect(rows.length).toBe(100);
  expect(rows.slice(0, 2)).toEqual([
    [0n, "lz4", "00000000000000000000"],
    [1n, "lz4", "11111111111111111111"],
  ]);
  expect(rows[99]).toEqual(rows[49]);
  expect(await Promise.all([read(path), read(path)])).toEqual([rows, rows]);
  const [kept = ""] = (await readdir(folder)).filter((name) => name.startsWith("millrace-lz4-"));
  expect((await readdir(join(folder, kept))).length).toBe(1);
});

test("a file whose name tells another codec is left to the engine, which says what it finds", async () => {
  const path = join(folder, "part-0.snappy.parquet");
  await copyFile(golden, path);
  await expect(read(path)).rejects.toThrow(/Unsupported compression codec/);
  await rm(path);
});
