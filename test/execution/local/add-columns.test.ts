import { afterAll, beforeAll, expect, test } from "vitest";
import { DeltaTable } from "../../../src/session/delta-table.ts";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

const rows = async (sql: string): Promise<unknown> => (await session.spark.sql(sql)).collect();

test("columns come at the end of a Delta table, null in the rows that are there", async () => {
  await rows("CREATE TABLE d (id INT)");
  await rows("INSERT INTO d VALUES (1)");
  await rows("ALTER TABLE d ADD COLUMNS (note STRING COMMENT 'free', n BIGINT)");
  await rows("INSERT INTO d VALUES (2, 'x', 3)");
  expect(await rows("SELECT * FROM d ORDER BY id")).toEqual([
    { id: 1, note: null, n: null },
    { id: 2, note: "x", n: 3n },
  ]);
  const [, added] = (await DeltaTable.forName(session.spark, "d").history().collect())
    .reverse()
    .slice(1);
  expect(added).toMatchObject({ operation: "ADD COLUMNS" });
  await expect(rows("ALTER TABLE d ADD COLUMN NOTE INT")).rejects.toThrow("FIELD_ALREADY_EXISTS");
});

test("columns come before the folders' columns of a table of files", async () => {
  await rows("CREATE TABLE f (id INT, day STRING) USING parquet PARTITIONED BY (day)");
  await rows("INSERT INTO f VALUES (1, 'mo')");
  await rows("ALTER TABLE f ADD COLUMN note STRING");
  await rows("INSERT INTO f VALUES (2, 'x', 'tu')");
  expect(await rows("SELECT * FROM f ORDER BY id")).toEqual([
    { id: 1, note: null, day: "mo" },
    { id: 2, note: "x", day: "tu" },
  ]);
});

test.each([
  ["ALTER TABLE nowhere ADD COLUMN a INT", "TABLE_OR_VIEW_NOT_FOUND"],
  ["ALTER TABLE d ADD COLUMN a INT NOT NULL", "UNSUPPORTED_FEATURE.SQL"],
  ["ALTER TABLE d ADD COLUMN a INT FIRST", "UNSUPPORTED_FEATURE.SQL"],
  ["ALTER TABLE d ADD COLUMN s.a INT", "UNSUPPORTED_FEATURE.SQL"],
  ['ALTER TABLE d ADD COLUMN "a" INT', "PARSE_SYNTAX_ERROR"],
  ["ALTER TABLE d DROP COLUMN id", "UNSUPPORTED_FEATURE.SQL"],
])("%s fails with %s", async (sql, code) => {
  await expect(rows(sql)).rejects.toThrow(code);
});
