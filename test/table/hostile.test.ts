import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodePath } from "../../src/log/path.ts";
import { schemaJson } from "../../src/schema/json.ts";
import { field, integer, string, struct } from "../../src/schema/type.ts";
import { col, lit } from "../../src/session/functions.ts";
import type { SparkSession } from "../../src/session/spark-session.ts";
import { openSession, type TestSession } from "../session/session.ts";

let session: TestSession;
let spark: SparkSession;
/** Holds the tables; nothing here may come to be that a test did not put here. */
let folder: string;

beforeAll(async () => {
  session = await openSession();
  spark = session.spark;
  folder = await mkdtemp(join(tmpdir(), "millrace-hostile-"));
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

let tables = 0;

interface Hostile {
  readonly column?: string;
  readonly partition?: string;
  readonly value?: string | null;
  readonly configuration?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly stats?: string;
  /** Where the data file lies, from the table on. */
  readonly file?: string;
  /** What the log calls it, if it is not that. */
  readonly path?: string;
}

/** A table of one file with the rows 1 and 2 whose log is written by hand. */
async function tableOf(hostile: Hostile): Promise<string> {
  const { column = "id", partition = "p", value = "x", file = "part-0.parquet" } = hostile;
  const path = join(folder, `t${tables++}`);
  const made = join(folder, `made${tables}`);
  // No writer can put NUL into a name: such a column is in no file.
  const data = struct([field(column.includes("\0") ? "other" : column, integer)]);
  await spark
    .createDataFrame([[1], [2]], data)
    .write.format("parquet")
    .save(made);
  const part = readdirSync(made).find((name) => name.endsWith(".parquet"))!;
  await mkdir(join(path, "_delta_log"), { recursive: true });
  await mkdir(join(path, file, ".."), { recursive: true });
  await rename(join(made, part), join(path, file));
  await rm(made, { recursive: true });
  const schema = struct([
    { ...field(column, integer), metadata: hostile.metadata ?? {} },
    field(partition, string),
  ]);
  const add = {
    path: hostile.path ?? encodePath(file),
    partitionValues: JSON.parse(`{${JSON.stringify(partition)}:${JSON.stringify(value)}}`),
    ...{
      size: 1,
      modificationTime: 1,
      dataChange: true,
      stats: hostile.stats ?? '{"numRecords":2,"nullCount":{}}',
    },
  };
  const metaData = {
    id: "hostile",
    format: { provider: "parquet", options: {} },
    schemaString: schemaJson(schema),
    partitionColumns: [partition],
    configuration: hostile.configuration ?? {},
  };
  const protocol = { minReaderVersion: 1, minWriterVersion: 3 };
  const lines = [{ protocol }, { metaData }, { add }].map((line) => JSON.stringify(line));
  await writeFile(join(path, "_delta_log", "00000000000000000000.json"), lines.join("\n"));
  return path;
}

async function rowsOf(path: string): Promise<unknown[][]> {
  const rows = await spark.read.format("delta").load(path).collect();
  return rows.map((row) => Object.values(row)).sort();
}

function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

const pwned = (): string => join(folder, "pwned");

/** Texts that mean something to a parser, a shell, a path or JavaScript. */
const texts: readonly string[] = [
  "'); COPY (SELECT 1) TO '$PWNED'; --",
  `"); COPY (SELECT 1) TO '$PWNED'; --`,
  "x' OR '1'='1",
  "\" FROM read_text('/etc/hostname') --",
  "`; DROP TABLE t; --",
  "a.b",
  "a`b",
  'a"b',
  "a'b",
  "..",
  "../..",
  "/etc/passwd",
  "\u0024{process.exit(1)}",
  "{{7*7}}",
  "$1",
  "?",
  "%",
  "%2e%2e%2f",
  "a\nb",
  "a\r\n--b",
  "a\tb",
  "a\u0000b",
  "\u0001",
  "\u{1f600}",
  "e\u0301",
  "\u202e",
  "__proto__",
  "constructor",
  "toString",
  "k0",
  "c1",
  "t",
  "file_row_number",
  "filename",
  "_metadata2",
  " ",
  "NULL",
  "*",
];

describe("texts of a log are never run", () => {
  test.each(texts)("%j as a column, a partition column and its value", async (raw) => {
    const text = raw.replace("$PWNED", pwned());
    const stored = !text.includes("\0");
    const asColumn = await tableOf({ column: text });
    expect(await rowsOf(asColumn)).toEqual([
      [stored ? 1 : null, "x"],
      [stored ? 2 : null, "x"],
    ]);
    const frame = spark.read.format("delta").load(asColumn);
    const condition = stored ? col(quoted(text)).eq(2) : col("p").eq("x");
    const [filtered] = await frame.filter(condition).collect();
    expect(Object.entries(filtered ?? {})).toEqual([
      [text, stored ? 2 : null],
      ["p", "x"],
    ]);
    const asPartition = await tableOf({ partition: text, value: text });
    expect(await rowsOf(asPartition)).toEqual([
      [1, text],
      [2, text],
    ]);
    const parted = spark.read.format("delta").load(asPartition);
    expect(await parted.filter(col(quoted(text)).eq(lit(text))).count()).toBe(2);
    expect(await parted.filter(col(quoted(text)).eq(lit(`${text}.`))).count()).toBe(0);
    expect(existsSync(pwned())).toBe(false);
  });

  const streamed = [
    "'); COPY (SELECT 1) TO '$PWNED'; --",
    "a`b\"c'd",
    "a\n--b",
    "__proto__",
    "t.*",
  ];
  test.each(streamed)("%j in a stream", async (raw) => {
    const text = raw.replace("$PWNED", pwned());
    const seen: unknown[] = [];
    const frame = spark.readStream
      .format("delta")
      .load(await tableOf({ column: text, partition: `${text}2`, value: text }));
    const query = await frame.writeStream
      .foreachBatch(async (batch) => {
        for (const row of await batch.collect()) seen.push(Object.entries(row));
      })
      .option("checkpointLocation", join(folder, `checkpoint${tables}`))
      .trigger({ availableNow: true })
      .start();
    await query.awaitTermination();
    expect(seen).toEqual(
      [1, 2].map((id) => [
        [text, id],
        [`${text}2`, text],
      ]),
    );
    expect(existsSync(pwned())).toBe(false);
  });

  test("constraints, generated columns, defaults and invariants are shown, not computed", async () => {
    const text = "1); COPY (SELECT 1) TO '$PWNED'; --".replace("$PWNED", pwned());
    const path = await tableOf({
      configuration: { "delta.constraints.c": text, note: text },
      metadata: {
        "delta.generationExpression": text,
        CURRENT_DEFAULT: text,
        comment: text,
        "delta.invariants": JSON.stringify({ expression: { expression: text } }),
      },
    });
    expect(await rowsOf(path)).toHaveLength(2);
    const [detail] = await (await spark.sql(`DESCRIBE DETAIL delta.\`${path}\``)).collect();
    const properties = detail?.["properties"] as ReadonlyMap<string, string>;
    expect(properties.get("delta.constraints.c")).toBe(text);
    const append = spark.createDataFrame([[3, "x"]], "id int, p string").write.format("delta");
    await expect(append.mode("append").save(path)).rejects.toThrow(/^\[/);
    expect(existsSync(pwned())).toBe(false);
  });
});

describe("paths of a log", () => {
  const names = [
    "a'b.parquet",
    'a"b.parquet',
    "a*b.parquet",
    "[ab].parquet",
    "a?b.parquet",
    "{a,b}.parquet",
    "a b.parquet",
    "a%20b.parquet",
    "a#b.parquet",
    "a..b.parquet",
    "-rf.parquet",
    "a\nb.parquet",
    "a;b.parquet",
    "p=1/q='/x.parquet",
    "~/x.parquet",
    "$HOME.parquet",
    "http:/x.parquet",
  ];
  test.each(names)("%j is one file, and no pattern", async (file) => {
    const path = await tableOf({
      file,
      ...(file.startsWith("http:") ? { path: `./${file}` } : {}),
    });
    for (const other of ["ab.parquet", "axb.parquet", "a.parquet", "b.parquet"]) {
      await cp(join(path, file), join(path, other));
    }
    expect(await rowsOf(path)).toEqual([
      [1, "x"],
      [2, "x"],
    ]);
  });

  test("an absolute path is followed: so shallow clones name what they share", async () => {
    const other = await tableOf({});
    const path = await tableOf({ path: `file://${join(other, "part-0.parquet")}` });
    await rm(join(path, "part-0.parquet"));
    expect(await rowsOf(path)).toHaveLength(2);
  });

  test("a path that names a folder is not all the files in it", async () => {
    const path = await tableOf({ path: "inner" });
    await mkdir(join(path, "inner"));
    await cp(join(path, "part-0.parquet"), join(path, "inner", "x.parquet"));
    const code = "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER";
    await expect(rowsOf(path)).rejects.toMatchObject({ code });
  });

  const leaving = ["../made/x.parquet", "%2e%2e/x.parquet", "a/../../x.parquet", ".."];
  test.each(leaving)("%j leads out of the table and is refused", async (path) => {
    const table = await tableOf({ path });
    await expect(rowsOf(table)).rejects.toMatchObject({ code: "DELTA_INVALID_FILE_PATH" });
  });

  test("a change file out of the table is refused", async () => {
    const table = await tableOf({ configuration: { "delta.enableChangeDataFeed": "true" } });
    const cdc = { path: "../x.parquet", partitionValues: { p: "x" }, size: 1, dataChange: false };
    const lines = [{ commitInfo: { operation: "UPDATE" } }, { cdc }].map((one) =>
      JSON.stringify(one),
    );
    await writeFile(join(table, "_delta_log", "00000000000000000001.json"), lines.join("\n"));
    const reader = spark.read.format("delta").option("readChangeFeed", "true");
    const changes = reader.option("startingVersion", 0).load(table).collect();
    await expect(changes).rejects.toMatchObject({ code: "DELTA_INVALID_FILE_PATH" });
  });

  test("`..` that stays in the table is followed", async () => {
    expect(await rowsOf(await tableOf({ path: "a/../part-0.parquet" }))).toHaveLength(2);
  });

  test.each(["http://example.com/x.parquet", "s3://bucket/x.parquet", "hf://datasets/x.parquet"])(
    "%s is in another store",
    async (path) => {
      const table = await tableOf({ path });
      await expect(rowsOf(table)).rejects.toMatchObject({ code: "DELTA_UNSUPPORTED_FILE_PATH" });
    },
  );

  test.each([
    ["NUL", "a\u0000.parquet"],
    ["an encoded NUL", "%00"],
    ["a name no system has room for", "x".repeat(5000)],
    ["nothing", ""],
    ["the table's folder", "."],
  ])("%s names no file", async (_, path) => {
    await expect(rowsOf(await tableOf({ path }))).rejects.toMatchObject({
      name: "MillraceError",
      kind: expect.not.stringMatching("internal"),
    });
  });
});

describe("statistics that are none", () => {
  test.each([
    ["no JSON", "{"],
    ["no object", "[1]"],
    ["null", "null"],
    ["a text for a count", '{"numRecords":"x","nullCount":{"id":"x"}}'],
    ["no count that can be", '{"numRecords":-1,"nullCount":{"id":-5}}'],
    ["an object for a value", '{"minValues":{"id":{"a":1}},"maxValues":{"id":[]}}'],
    ["a text for a number", '{"minValues":{"id":"b"},"maxValues":{"id":"a"}}'],
    ["a value for all of them", '{"minValues":1,"maxValues":"x","nullCount":null}'],
    ["members of JavaScript's own", '{"minValues":{"__proto__":{"id":9}},"constructor":1}'],
    ["very deep", `${'{"minValues":'.repeat(5000)}1${"}".repeat(5000)}`],
  ])("%s: no row is lost by them", async (_, stats) => {
    const frame = spark.read.format("delta").load(await tableOf({ stats }));
    for (const condition of ["id = 2", "id <=> 2", "id IN (2, 5)", "id > 1", "NOT id = 1"]) {
      expect([condition, await frame.filter(condition).count()]).toEqual([condition, 1]);
    }
    expect(await frame.filter("id IS NULL").count()).toBe(0);
    expect(await frame.filter("id IS NOT NULL").count()).toBe(2);
  });
});
