import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDamage, type Wanted } from "../../../../src/engine/duckdb/parquet/damage.ts";
import {
  chunksOf,
  footerAt,
  id,
  localFooter,
  structsOf,
} from "../../../../src/engine/duckdb/parquet/footer.ts";
import { type Struct, structBytes } from "../../../../src/engine/duckdb/parquet/thrift.ts";
import { field, long, struct } from "../../../../src/schema/type.ts";

const whole = struct([field("inner", long), field("other", long)]);
const stored = struct([field("outer", whole), field("plain", long)]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const rows = "SELECT {'inner': 1, 'other': 2} AS \"outer\", 3 AS plain FROM range(3)";
  const ids = '{"outer": {__duckdb_field_id: 1, "inner": 2}, plain: 3}';
  await connection.run(
    `COPY (${rows}) TO '${folder}/file.parquet' (FORMAT parquet, FIELD_IDS ${ids})`,
  );
  const wide = Array.from({ length: 2_000 }, (_, at) => `${at} AS "a long name of column ${at}"`);
  await connection.run(`COPY (SELECT ${wide.join(", ")}, 1 AS plain) TO '${folder}/wide.parquet'`);
  connection.closeSync();
  instance.closeSync();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Known {
  readonly path: string;
  readonly present: readonly string[][];
}

const fileOf = (name: string, ...present: string[][]): Known => ({
  path: join(folder, name),
  present,
});

function check({ path, present }: Known, wanted: Wanted = { stored, match: "name" }): void {
  checkDamage({ uri: `file:${path}`, present }, footerAt(path)!, wanted);
}

/** The file with another name in place of one of its columns, as long. */
async function renamed(from: string, to: string): Promise<string> {
  const bytes = await readFile(join(folder, "file.parquet"));
  const text = bytes.toString("latin1").replaceAll(from, to);
  await writeFile(join(folder, "renamed.parquet"), Buffer.from(text, "latin1"));
  return "renamed.parquet";
}

const all = [["outer", "inner"], ["outer", "other"], ["plain"]];

test("a file that has its columns passes, whatever their case", async () => {
  check(fileOf("file.parquet", ...all));
  const name = await renamed("plain", "PLAIN");
  check(fileOf(name, ...all));
});

test.each([
  ["plain", "plaio", "plain"],
  ["inner", "innes", "outer.inner"],
  ["outer", "outes", "outer.inner"],
])("a file without %s is refused", async (from, to, column) => {
  const name = await renamed(from, to);
  const file = fileOf(name, ...all);
  expect(() => check(file)).toThrow(
    expect.objectContaining({
      code: "FAILED_READ_FILE.PARQUET_COLUMN_MISSING",
      message: expect.stringContaining(`no column ${column}`),
    }),
  );
});

test("what is not known to have values may be absent", async () => {
  const name = await renamed("plain", "plaio");
  check(fileOf(name, ["outer", "inner"]));
});

test("by id a column has any name", async () => {
  const key = "parquet.field.id";
  const withIds = (plain: number) => struct([{ ...field("p", long), metadata: { [key]: plain } }]);
  const file = fileOf("file.parquet", ["p"]);
  check(file, { stored: withIds(3), match: "id" });
  expect(() => check(file, { stored: withIds(4), match: "id" })).toThrow("no column p");
});

/** The file with another number in a field of its footer. */
async function changed(change: (metadata: Struct) => void): Promise<Known> {
  const path = join(folder, "file.parquet");
  const { bytes, metadata, start } = (await localFooter(path))!;
  change(metadata);
  const footer = structBytes(metadata);
  expect(footer.length).toBe(bytes.length);
  const whole = await readFile(path);
  await writeFile(
    join(folder, "changed.parquet"),
    whole.fill(footer, start, start + footer.length),
  );
  return fileOf("changed.parquet", ["plain"]);
}

test("row groups that do not have all rows, and chunks over each other, are refused", async () => {
  const groupOf = (metadata: Struct): Struct => structsOf(metadata, id.file.rowGroups)[0]!;
  const add = (struct: Struct, at: number, more: bigint): void => {
    const { type, value } = struct.get(at)!;
    struct.set(at, { type, value: (value as bigint) + more });
  };
  check(await changed(() => {}));
  const fewer = await changed((metadata) => add(groupOf(metadata), id.rowGroup.rows, -1n));
  expect(() => check(fewer)).toThrow("it has 3 rows, and its row groups have 2");
  const more = await changed((metadata) => add(metadata, id.file.rows, 1n));
  expect(() => check(more)).toThrow("it has 4 rows, and its row groups have 3");
  for (const [at, by] of [
    [0, 1n],
    [1, -1n],
    [2, 1n],
  ] as const) {
    const file = await changed((metadata) => {
      const chunk = chunksOf(metadata)[at]!;
      for (const part of [id.column.data, id.column.dictionary]) {
        if (chunk.has(part)) add(chunk, part, by);
      }
    });
    expect(() => check(file)).toThrow("chunks of its columns lie");
  }
});

test("a footer longer than the first bytes read is found", async () => {
  const file = fileOf("wide.parquet", ["plain"]);
  check(file);
  const absent = struct([field("absent", long)]);
  const other = fileOf("wide.parquet", ["absent"]);
  expect(() => check(other, { stored: absent, match: "name" })).toThrow("no column absent");
});
