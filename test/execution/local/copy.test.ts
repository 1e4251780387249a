import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SparkSession } from "../../../src/index.ts";

let folder: string;
let spark: SparkSession;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-copy-"));
  await mkdir(join(folder, "in", "sub"), { recursive: true });
  spark = await open();
  await rowsOf("CREATE TABLE t (id INT, name STRING) USING delta");
});
afterEach(async () => {
  await spark.stop();
  await rm(folder, { recursive: true });
});

const open = () =>
  SparkSession.builder().config("spark.sql.warehouse.dir", join(folder, "warehouse")).create();
const rowsOf = async (text: string) => (await spark.sql(text)).collect();
const land = (name: string, text: string) => writeFile(join(folder, "in", name), text);
const ids = async () =>
  (await rowsOf("SELECT id FROM t ORDER BY id")).map((row) => Number(row["id"]));

async function copy(rest = "", from = `'${folder}/in'`): Promise<number> {
  const rows = await rowsOf(`COPY INTO t FROM ${from} FILEFORMAT = JSON ${rest}`);
  expect(Object.keys(rows[0]!)).toEqual([
    "num_affected_rows",
    "num_inserted_rows",
    "num_skipped_corrupt_files",
  ]);
  expect(rows[0]!["num_affected_rows"]).toBe(rows[0]!["num_inserted_rows"]);
  return Number(rows[0]!["num_inserted_rows"]);
}

/** The table with a property, and a checkpoint of every version. */
async function create(property: string): Promise<void> {
  await rowsOf("DROP TABLE t");
  const properties = `'delta.checkpointInterval' = '1', ${property}`;
  await rowsOf(`CREATE TABLE t (id INT, name STRING) TBLPROPERTIES (${properties})`);
}

async function remove(from: string, names: RegExp): Promise<void> {
  for (const name of await readdir(from)) if (names.test(name)) await rm(join(from, name));
}

describe("COPY INTO", () => {
  test("loads each file once, also one that was written over", async () => {
    await land("a.json", '{"id":1,"name":"x"}\n{"id":2,"name":"y"}\n');
    expect(await copy()).toBe(2);
    expect(await copy()).toBe(0);
    await land("b.json", '{"id":3}\n');
    await land("a.json", '{"id":9,"name":"changed"}\n');
    expect(await copy()).toBe(1);
    await spark.stop();
    spark = await open();
    expect(await copy()).toBe(0);
    expect(await ids()).toEqual([1, 2, 3]);
    const history = await rowsOf("DESCRIBE HISTORY t");
    expect(history.map((row) => row["operation"])).toEqual([
      "COPY INTO",
      "COPY INTO",
      "CREATE TABLE",
    ]);
    expect(await copy("COPY_OPTIONS ('force' = 'true')")).toBe(2);
    expect(await ids()).toEqual([1, 2, 3, 3, 9]);
  });

  test("takes the files that are named, or those of a pattern", async () => {
    for (const [at, name] of ["a1.json", "a2.json", "b1.json", "sub/a3.json"].entries()) {
      await land(name, `{"id":${at}}\n`);
    }
    expect(await copy("FILES = ('b1.json', 'sub/a3.json')")).toBe(2);
    expect(await copy("PATTERN = 'a*.json'")).toBe(2);
    expect(await copy()).toBe(0);
    expect(await ids()).toEqual([0, 1, 2, 3]);
  });

  test("computes what is selected, and casts text to the table's types", async () => {
    await land("a.json", '{"n":"41","who":"x"}\n');
    const from = `(SELECT CAST(n AS INT) + 1 AS id, upper(who) AS name FROM '${folder}/in')`;
    expect(await copy("", from)).toBe(1);
    await land("c.csv", "id,name\n7,seven\n");
    const csv = `COPY INTO t FROM '${folder}/in' FILEFORMAT = CSV PATTERN = '*.csv'`;
    await rowsOf(`${csv} FORMAT_OPTIONS ('header' = 'true')`);
    await land("d.csv", "8,eight\n");
    await rowsOf(`COPY INTO t BY POSITION FROM '${folder}/in' FILEFORMAT = CSV PATTERN = 'd.csv'`);
    await land("e.csv", "nine,9\n");
    await rowsOf(`COPY INTO t (name, id) FROM '${folder}/in' FILEFORMAT = CSV FILES = ('e.csv')`);
    expect(await rowsOf("SELECT * FROM t ORDER BY id")).toEqual([
      { id: 7, name: "seven" },
      { id: 8, name: "eight" },
      { id: 9, name: "nine" },
      { id: 42, name: "X" },
    ]);
  });

  test("adds columns only where that is asked for, and a load that fails loads nothing", async () => {
    await land("a.json", '{"id":1,"more":true}\n');
    await expect(copy()).rejects.toMatchObject({ code: "DELTA_METADATA_MISMATCH" });
    expect(await copy("COPY_OPTIONS ('mergeSchema' = 'true')")).toBe(1);
    expect(await rowsOf("SELECT * FROM t")).toEqual([{ id: 1, name: null, more: true }]);
  });

  test("counts the files that ignoreCorruptFiles passes over", async () => {
    await land("a.json", '{"id":1}\n');
    await land("b.json.gz", "no gzip");
    await land("c.json.gz", "nor this");
    const text = `COPY INTO t FROM '${folder}/in' FILEFORMAT = JSON`;
    await expect(rowsOf(text)).rejects.toMatchObject({ code: "FAILED_READ_FILE.NO_HINT" });
    expect(await rowsOf(`${text} FORMAT_OPTIONS ('ignoreCorruptFiles' = 'true')`)).toEqual([
      { num_affected_rows: 1n, num_inserted_rows: 1n, num_skipped_corrupt_files: 2n },
    ]);
    expect(await ids()).toEqual([1]);
  });

  test("validates without loading", async () => {
    await land("a.json", '{"id":1}\n{"id":2}\n{"id":3}\n');
    const text = `COPY INTO t FROM '${folder}/in' FILEFORMAT = JSON VALIDATE`;
    expect(await rowsOf(`${text} 2 ROWS`)).toHaveLength(2);
    expect(await rowsOf(`${text} ALL`)).toHaveLength(3);
    expect(await ids()).toEqual([]);
    expect(await copy()).toBe(3);
  });

  test("of several sessions at once loads each file once", async () => {
    for (let at = 0; at < 12; at++) await land(`${at}.json`, `{"id":${at}}\n`);
    const sessions = await Promise.all([open(), open(), open()]);
    const text = `COPY INTO t FROM '${folder}/in' FILEFORMAT = JSON`;
    const counts = await Promise.all(
      sessions.map(async (one) =>
        Number((await (await one.sql(text)).collect())[0]!["num_inserted_rows"]),
      ),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(12);
    expect(await ids()).toEqual(Array.from({ length: 12 }, (_, at) => at));
    await Promise.all(sessions.map((one) => one.stop()));
    const log = join(folder, "warehouse", "main", "default", "t", "_delta_log", "_copy_into_log");
    expect((await readdir(log)).length).toBeGreaterThan(0);
  });

  test("is remembered though the table forgets old transactions", async () => {
    await create("'delta.setTransactionRetentionDuration' = 'interval 1 millisecond'");
    await land("a.json", '{"id":1}\n');
    expect(await copy()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await rowsOf("INSERT INTO t VALUES (2, 'x')");
    const log = join(folder, "warehouse", "main", "default", "t", "_delta_log");
    const names = await readdir(log);
    expect(names).toContain("00000000000000000002.checkpoint.parquet");
    await remove(log, /^0+[01]\./);
    await spark.stop();
    spark = await open();
    expect(await copy()).toBe(0);
    expect(await ids()).toEqual([1, 2]);
  });

  test("loads nothing where the table has forgotten what it has loaded", async () => {
    await create("'a' = 'b'");
    await land("a.json", '{"id":1}\n');
    expect(await copy()).toBe(1);
    const log = join(folder, "warehouse", "main", "default", "t", "_delta_log");
    const commit = join(log, "00000000000000000001.json");
    const lines = (await readFile(commit, "utf8")).split("\n");
    await spark.stop();
    // As after a checkpoint by a writer that drops transactions, of a log that is cleaned up.
    await writeFile(commit, lines.filter((line) => !line.startsWith('{"txn"')).join("\n"));
    await remove(log, /checkpoint|\.crc$/);
    spark = await open();
    await rowsOf("INSERT INTO t VALUES (2, 'x')");
    await spark.stop();
    await remove(log, /^0+[01]\./);
    spark = await open();
    await expect(copy()).rejects.toMatchObject({ code: "COPY_INTO_LOG_LOST" });
    await rm(join(log, "_copy_into_log"), { recursive: true });
    expect(await copy()).toBe(1);
    expect(await ids()).toEqual([1, 1, 2]);
  });

  test("goes on after a first load that failed, and commits by others", async () => {
    await land("a.json", '{"id":1,"more":true}\n');
    await expect(copy()).rejects.toMatchObject({ code: "DELTA_METADATA_MISMATCH" });
    await rowsOf("INSERT INTO t VALUES (2, 'x')");
    expect(await copy("COPY_OPTIONS ('mergeSchema' = 'true')")).toBe(1);
    expect(await ids()).toEqual([1, 2]);
  });

  test("refuses what it does not know, by name", async () => {
    await land("a.json", "{}\n");
    for (const [text, code] of [
      [`COPY INTO t FROM '${folder}/in' FILEFORMAT = delta`, "INVALID_OPTION_VALUE"],
      [`COPY INTO t FROM '${folder}/in' FILEFORMAT = nothing`, "DATA_SOURCE_NOT_FOUND"],
      [`COPY INTO u FROM '${folder}/in' FILEFORMAT = json`, "TABLE_OR_VIEW_NOT_FOUND"],
      [`COPY INTO t FROM '${folder}/in'`, "PARSE_SYNTAX_ERROR"],
    ] as const) {
      await expect(rowsOf(text)).rejects.toMatchObject({ code });
    }
  });
});
