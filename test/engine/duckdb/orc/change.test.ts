import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { replaceEnv } from "../../../../src/env.ts";
import { SparkSession } from "../../../../src/session/spark-session.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-orc-change-"));
let spark: SparkSession;
beforeAll(async () => {
  const warehouse = join(folder, "warehouse");
  spark = await SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});

// What ORC's readers for Java make of them (ConvertTreeReaderFactory): null where it does not fit.
test.each([
  ["CAST(300 AS INT)", "TINYINT", null],
  ["CAST(-128 AS INT)", "TINYINT", -128],
  ["CAST(7 AS INT)", "BIGINT", 7n],
  ["CAST(7 AS TINYINT)", "DOUBLE", 7],
  ["CAST(0 AS INT)", "BOOLEAN", false],
  ["CAST(12 AS BIGINT)", "STRING", "12"],
  ["true", "STRING", "TRUE"],
  ["X'00FF41'", "STRING", "00 ff 41"],
  ["X''", "STRING", ""],
  ["true", "INT", 1],
  ["1.9D", "INT", 1],
  ["1e30D", "BIGINT", null],
  ["CAST('NaN' AS DOUBLE)", "STRING", null],
  ["0.1D", "FLOAT", Math.fround(0.1)],
  ["CAST(1.50 AS DECIMAL(5, 2))", "STRING", "1.5"],
  ["CAST(-1.50 AS DECIMAL(5, 2))", "INT", -1],
  ["'12'", "INT", 12],
  ["' 12'", "INT", null],
  ["'99999999999'", "INT", null],
  ["'1.5e1'", "DOUBLE", 15],
  ["'x'", "DOUBLE", null],
  ["'2024-02-29'", "DATE", "2024-02-29"],
  ["'2024-2-9'", "DATE", null],
  ["'2024-02-30'", "DATE", "2024-02-29"],
  ["'2024-02-32'", "DATE", null],
  ["1709210096789012L", "TIMESTAMP_NTZ", "2024-02-29T12:34:56.789012"],
  ["TIMESTAMP_NTZ '2024-02-29 12:34:56.789012'", "STRING", "1709210096789012"],
  ["DATE '1500-03-01'", "STRING", "1500-03-01"],
])("%s is read as %s", async (value, type, expected) => {
  const path = join(folder, `${value}-${type}`.replace(/[^a-zA-Z0-9]/g, "_"));
  await (await spark.sql(`SELECT ${value} AS v`)).write.mode("overwrite").orc(path);
  const [row] = await spark.read.schema(`v ${type}`).orc(path).collect();
  const read = row?.["v"] ?? null;
  expect(read !== null && typeof read === "object" ? String(read) : read).toEqual(expected);
});

test.each([
  ["CAST(1.25 AS DECIMAL(5, 2))", "DECIMAL(5, 1)", "1.3"],
  ["CAST(123 AS INT)", "DECIMAL(5, 2)", "123.00"],
  ["'7.5'", "DECIMAL(5, 2)", "7.50"],
])("%s is read as %s", async (value, type, expected) => {
  const path = join(folder, `d_${value}-${type}`.replace(/[^a-zA-Z0-9]/g, "_"));
  await (await spark.sql(`SELECT ${value} AS v`)).write.mode("overwrite").orc(path);
  const [row] = await spark.read.schema(`v ${type}`).orc(path).collect();
  expect(String(row?.["v"])).toBe(expected);
});

// What Spark 4.2 gives in a process of each zone.
const instants: Readonly<Record<string, readonly (readonly [string, string, unknown])[]>> = {
  UTC: [
    ["TIMESTAMP '2024-02-29 12:34:56.789012'", "BOOLEAN", true],
    ["TIMESTAMP '2024-02-29 12:34:56.789012'", "SMALLINT", null],
    ["TIMESTAMP '2024-02-29 12:34:56.789012'", "FLOAT", 1.70921011e9],
    ["TIMESTAMP '2024-02-29 12:34:56.789012'", "DECIMAL(10,0)", "1709210097"],
    ["TIMESTAMP '1969-12-31 12:00:00.5'", "INT", -43200],
    ["TIMESTAMP '1969-12-31 12:00:00.5'", "STRING", "1969-12-31 12:00:00.5"],
    ["TIMESTAMP '1500-03-01 01:02:03'", "INT", null],
    ["TIMESTAMP '1500-03-01 01:02:03'", "BIGINT", -14825804277n],
    ["TIMESTAMP '1500-03-01 01:02:03'", "DECIMAL(10,0)", null],
    ["TIMESTAMP '1500-03-01 01:02:03'", "STRING", "1500-03-01 01:02:03"],
    ["TIMESTAMP '1500-03-01 01:02:03'", "DATE", "1500-03-01"],
    ["TIMESTAMP '2024-01-01 00:00:00'", "STRING", "2024-01-01 00:00:00"],
    ["-5L", "TIMESTAMP", "1969-12-31T23:59:55.000000Z"],
    ["CAST(7 AS TINYINT)", "TIMESTAMP", "1970-01-01T00:00:07.000000Z"],
    ["true", "TIMESTAMP", "1970-01-01T00:00:01.000000Z"],
    ["-1.25D", "TIMESTAMP", "1969-12-31T23:59:58.750000Z"],
    ["1e30D", "TIMESTAMP", null],
    ["CAST('NaN' AS DOUBLE)", "TIMESTAMP", null],
    ["1709210096.123456789D", "TIMESTAMP", "2024-02-29T12:34:56.123000Z"],
    ["CAST('1234567890123456789012345.5' AS DECIMAL(38,4))", "TIMESTAMP", null],
    ["'2024-02-29'", "TIMESTAMP", null],
    ["'2024-02-29T12:34:56Z'", "TIMESTAMP", null],
    ["' 2024-02-29 12:34:56'", "TIMESTAMP", null],
    ["'2024-2-9 1:2:3'", "TIMESTAMP", null],
    ["'2024-02-29 12:34'", "TIMESTAMP", "2024-02-29T12:34:00.000000Z"],
    ["'1500-03-01 01:02:03'", "TIMESTAMP", "1500-03-01T01:02:03.000000Z"],
    ["'2024-02-29 12:34:56.123456789'", "TIMESTAMP", "2024-02-29T12:34:56.123456Z"],
    ["'2024-02-30 12:34:56'", "TIMESTAMP", "2024-02-29T12:34:56.000000Z"],
    ["DATE '1500-03-01'", "TIMESTAMP", "1500-03-01T00:00:00.000000Z"],
  ],
  "America/New_York": [
    ["TIMESTAMP '2024-07-29 22:34:56.789012'", "BIGINT", 1722306896n],
    ["TIMESTAMP '2024-07-29 22:34:56.789012'", "DOUBLE", 1.722306896789012e9],
    ["TIMESTAMP '1969-12-31 12:00:00.5'", "DECIMAL(20,6)", "-25199.500000"],
    ["TIMESTAMP '1500-03-01 01:02:03'", "BIGINT", -14825786277n],
    ["TIMESTAMP '1500-03-01 01:02:03'", "STRING", "1500-03-01 01:06:01"],
    ["TIMESTAMP '1500-03-01 01:02:03'", "DATE", "1500-03-01"],
    ["TIMESTAMP '1850-03-01 01:02:03'", "BIGINT", -3781706277n],
    ["TIMESTAMP '1850-03-01 01:02:03'", "STRING", "1850-03-01 01:06:01"],
    ["1709210096L", "TIMESTAMP", "2024-02-29 12:34:56"],
    ["-15000000000L", "TIMESTAMP", "1494-08-23 21:20:00"],
    ["-4000000000L", "TIMESTAMP", "1843-03-31 16:53:20"],
    ["1709210096.25D", "TIMESTAMP", "2024-02-29 12:34:56.25"],
    ["CAST(1709210096.1234567 AS DECIMAL(20,7))", "TIMESTAMP", "2024-02-29 12:34:56.123456"],
    ["'2024-07-29 12:34:56.789'", "TIMESTAMP", "2024-07-29 12:34:56.789"],
    ["'1850-03-01 01:02:03'", "TIMESTAMP", "1850-03-01 00:58:05"],
    ["'2024-03-10 02:30:00'", "TIMESTAMP", "2024-03-10 03:30:00"],
    ["'2024-02-29 24:00:00'", "TIMESTAMP", null],
    ["'2024-02-29 12:34:56.'", "TIMESTAMP", "2024-02-29 12:34:56"],
    ["'2024-04-31 12:34'", "TIMESTAMP", "2024-04-30 12:34:00"],
    ["'12024-04-30 12:34'", "TIMESTAMP", null],
    ["'+12024-04-30 12:34'", "TIMESTAMP", "+12024-04-30 12:34:00"],
    ["'0000-04-30 12:34'", "TIMESTAMP", "0000-04-30 12:30:02"],
    ["DATE '2024-07-29'", "TIMESTAMP", "2024-07-29 00:00:00"],
    ["DATE '1850-03-01'", "TIMESTAMP", "1850-03-01 00:00:00"],
  ],
};

test.each(Object.keys(instants))("instants and others: %s", async (zone) => {
  const back = replaceEnv({ zone: () => zone });
  spark.conf.set("spark.sql.session.timeZone", zone);
  try {
    const path = join(folder, zone.slice(0, 3));
    const cases = instants[zone]!;
    const columns = cases.map(([value], at) => `${value} AS v${at}`);
    await (await spark.sql(`SELECT ${columns.join(", ")}`)).write.orc(path);
    const schema = cases.map(([, type], at) => `v${at} ${type}`).join(", ");
    const frame = spark.read.schema(schema).orc(path);
    const shown = cases.map(([, type], at) =>
      type === "TIMESTAMP" && zone !== "UTC" ? `CAST(v${at} AS STRING) AS v${at}` : `v${at}`,
    );
    const [row] = await frame.selectExpr(...shown).collect();
    const read = cases.map(([value, type], at) => {
      const found = row?.[`v${at}`] ?? null;
      return [value, type, found !== null && typeof found === "object" ? String(found) : found];
    });
    expect(read).toEqual(
      cases.map(([value, type, known]) => {
        return [value, type, type === "FLOAT" ? Math.fround(known as number) : known];
      }),
    );
  } finally {
    spark.conf.unset("spark.sql.session.timeZone");
    back();
  }
});

test.each([
  ["TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP_NTZ"],
  ["TIMESTAMP '2024-01-01 00:00:00'", "BINARY"],
  ["TIMESTAMP_NTZ '2024-01-01 00:00:00'", "TIMESTAMP"],
  ["TIMESTAMP_NTZ '2024-01-01 00:00:00'", "DATE"],
  ["DATE '2024-01-01'", "TIMESTAMP_NTZ"],
  ["1L", "DATE"],
  ["X'41'", "TIMESTAMP"],
])("%s is refused as %s", async (value, type) => {
  const path = join(folder, `r_${value}-${type}`.replace(/[^a-zA-Z0-9]/g, "_"));
  await (await spark.sql(`SELECT ${value} AS v`)).write.orc(path);
  await expect(spark.read.schema(`v ${type}`).orc(path).collect()).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.ORC_TYPE_CAST",
  });
});

test("seconds that no instant of Spark's has are an error by name", async () => {
  const path = join(folder, "far");
  await (await spark.sql("SELECT 900000000000000L AS v")).write.orc(path);
  await expect(spark.read.schema("v TIMESTAMP").orc(path).collect()).rejects.toMatchObject({
    code: "FAILED_READ_FILE.NO_HINT",
  });
});
