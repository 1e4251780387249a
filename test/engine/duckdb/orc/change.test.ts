import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  ["DATE '1500-03-01'", "STRING", "1500-03-01"],
])("%s is read as %s", async (value, type, expected) => {
  const path = join(folder, `${value}-${type}`.replace(/[^a-zA-Z0-9]/g, "_"));
  await (await spark.sql(`SELECT ${value} AS v`)).write.mode("overwrite").orc(path);
  const [row] = await spark.read.schema(`v ${type}`).orc(path).collect();
  const read = row?.["v"] ?? null;
  expect(type === "DATE" && read !== null ? String(read) : read).toEqual(expected);
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
