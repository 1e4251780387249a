import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SparkSession } from "../../src/index.ts";
import { schemaJson } from "../../src/schema/json.ts";
import {
  array,
  date,
  field,
  long,
  type StructField,
  struct,
  timestamp,
} from "../../src/schema/type.ts";
import { recency } from "../../src/table/calendar.ts";
import { sharedPath, sharedReason } from "../shared.ts";

const written = fileURLToPath(new URL("../golden/calendar/table", import.meta.url));

let folder: string;
let session: SparkSession;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-test-"));
  session = await SparkSession.builder()
    .config("spark.sql.session.timeZone", "America/Los_Angeles")
    .getOrCreate();
});
afterAll(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

async function texts(sql: string): Promise<string[]> {
  const rows = await (await session.sql(sql)).collect();
  return rows.map((row) => Object.values(row).map(String).join(" "));
}

describe("a table whose files count as Java 7 does", () => {
  const table = `delta.\`${written}\``;

  test("shows the days that its writer saw, at every depth, as Spark does", async () => {
    expect(
      await texts(`SELECT id, d, ts, s.d AS sd, a[0] AS ad FROM ${table} ORDER BY id`),
    ).toEqual([
      "1 1001-01-01 1001-01-01T08:55:01.123456Z 1001-01-01 1001-01-01",
      "2 2020-02-03 2020-02-03T12:05:06.500000Z 2020-02-03 2020-02-03",
      "3 1200-05-06 1880-01-01T07:52:58.000000Z 1582-10-15 1582-10-15",
    ]);
  });

  test("is pruned by statistics, which are of what is shown", async () => {
    for (const [condition, ids] of [
      ["d = DATE'1001-01-01'", ["1"]],
      ["d < DATE'1300-01-01'", ["1", "3"]],
      ["s.d = DATE'1001-01-01'", ["1"]],
      ["ts = TIMESTAMP'1001-01-01 01:02:03.123456'", ["1"]],
      ["d > DATE'1582-10-15'", ["2"]],
    ] as const) {
      expect(await texts(`SELECT id FROM ${table} WHERE ${condition} ORDER BY id`)).toEqual(ids);
    }
  });

  test("tells of its changes alike", async () => {
    const changes = session.read
      .format("delta")
      .options({ readChangeFeed: "true", startingVersion: "0" })
      .load(written)
      .selectExpr("_commit_version || ' ' || _change_type || ' ' || d AS c")
      .orderBy("c");
    expect((await changes.collect()).map(({ c }) => c)).toEqual([
      "0 insert 1001-01-01",
      "1 insert 2020-02-03",
      "2 insert 1582-10-15",
      "3 update_postimage 1200-05-06",
      "3 update_preimage 1582-10-15",
    ]);
  });

  test("keeps them where its rows are written anew", async () => {
    const copy = `delta.\`${join(folder, "copy")}\``;
    await session.sql(`CREATE TABLE ${copy} USING delta AS SELECT * FROM ${table}`);
    expect(await texts(`SELECT id, d, ts FROM ${copy} ORDER BY d LIMIT 1`)).toEqual([
      "1 1001-01-01 1001-01-01T08:55:01.123456Z",
    ]);
  });
});

const place = "corpus/spark-test-data";
const odd = sharedPath(place);

describe.skipIf(odd === undefined)(odd ? "files of Spark 2.4" : sharedReason(place), () => {
  async function tableOf(file: string, columns: readonly StructField[]): Promise<string> {
    const path = join(folder, file);
    await mkdir(join(path, "_delta_log"), { recursive: true });
    await copyFile(join(odd!, file), join(path, "part-0.parquet"));
    const { size } = await stat(join(path, "part-0.parquet"));
    const metaData = {
      ...{ id: "0", format: { provider: "parquet", options: {} }, partitionColumns: [] },
      ...{ schemaString: schemaJson(struct(columns)), configuration: {}, createdTime: 0 },
    };
    const add = { path: "part-0.parquet", partitionValues: {}, size, modificationTime: 0 };
    const actions = [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData },
      { add: { ...add, dataChange: true } },
    ];
    const text = actions.map((action) => `${JSON.stringify(action)}\n`).join("");
    await writeFile(join(path, "_delta_log", `${"0".padStart(20, "0")}.json`), text);
    return `delta.\`${path}\``;
  }

  test.each(["micros", "millis", "int96_plain", "int96_dict"])("timestamps in %s", async (kind) => {
    const columns = [field("dict", timestamp), field("plain", timestamp)];
    const table = await tableOf(`before_1582_timestamp_${kind}_v2_4_6.snappy.parquet`, columns);
    const column = kind === "int96_plain" ? "plain" : "dict";
    const [shown] = await texts(`SELECT min(CAST(${column} AS STRING)) FROM ${table}`);
    expect(shown).toMatch(/^1001-01-0[12] 01:02:03\.123/);
  });

  test("days, by the footer's version, and by the session's mode where it has none", async () => {
    const columns = [field("dict", date), field("plain", date)];
    const marked = await tableOf("before_1582_date_v2_4_6.snappy.parquet", columns);
    const days = (table: string): Promise<string[]> =>
      texts(`SELECT min(dict), min(plain) FROM ${table}`);
    expect(await days(marked)).toEqual(["1001-01-01 1001-01-01"]);
    const bare = await tableOf("before_1582_date_v2_4_5.snappy.parquet", columns);
    expect(await days(bare)).toEqual(["1001-01-07 1001-01-07"]);
    const key = "spark.sql.parquet.datetimeRebaseModeInRead";
    session.conf.set(key, "LEGACY");
    try {
      expect(await days(bare)).toEqual(["1001-01-01 1001-01-01"]);
    } finally {
      session.conf.unset(key);
    }
  });
});

test("statistics tell which files have nothing old; what they do not tell may be", () => {
  const isRecent = recency([field("id", long), field("d", date)])!;
  expect(isRecent({ numRecords: 2, minValues: { d: "1901-01-01" } })).toBe(true);
  expect(isRecent({ numRecords: 2, minValues: { d: "+12000-01-01" } })).toBe(true);
  expect(isRecent({ numRecords: 2, minValues: {}, nullCount: { d: 2 } })).toBe(true);
  expect(isRecent({ numRecords: 2, minValues: {}, nullCount: { d: 1 } })).toBe(false);
  expect(isRecent({ numRecords: 2, minValues: { d: "1900-12-31" } })).toBe(false);
  expect(isRecent({ numRecords: 2, minValues: { d: "-2000-01-01" } })).toBe(false);
  expect(isRecent({ numRecords: 2, minValues: { id: 1 } })).toBe(false);
  expect(isRecent(undefined)).toBe(false);
  expect(recency([field("id", long), field("a", array(long))])).toBeUndefined();
  const stats = { numRecords: 1, minValues: { a: "2020-01-01" } };
  expect(recency([field("a", array(date))])!(stats)).toBe(false);
  const nested = recency([field("s", struct([field("t", timestamp)]))])!;
  expect(nested({ minValues: { s: { t: "2020-01-01T00:00:00.000Z" } } })).toBe(true);
  expect(nested({ minValues: { t: "2020-01-01T00:00:00.000Z" } })).toBe(false);
});
