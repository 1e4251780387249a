import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

const rows = async (sql: string): Promise<unknown> => (await session.spark.sql(sql)).collect();

test("a table of files loses its rows, or those of the partitions named", async () => {
  await rows("CREATE TABLE p (a INT, x INT, day DATE) USING parquet PARTITIONED BY (x, day)");
  await rows("INSERT INTO p VALUES (1, 1, DATE'2024-01-01'), (2, 1, DATE'2024-01-02')");
  await rows("INSERT INTO p VALUES (3, 2, DATE'2024-01-01')");
  await rows("TRUNCATE TABLE p PARTITION (day = '2024-01-01', x = 1)");
  expect(await rows("SELECT a FROM p ORDER BY a")).toEqual([{ a: 2 }, { a: 3 }]);
  await rows("TRUNCATE TABLE p PARTITION (x = 2)");
  expect(await rows("SELECT a FROM p")).toEqual([{ a: 2 }]);
  await rows("TRUNCATE TABLE p");
  expect(await rows("SELECT a FROM p")).toEqual([]);
  await rows("INSERT INTO p VALUES (4, 1, NULL)");
  expect(await rows("SELECT a FROM p")).toEqual([{ a: 4 }]);
});

test("a Delta table is emptied by one commit, and has its rows in the version before", async () => {
  await rows("CREATE TABLE d (a INT)");
  await rows("INSERT INTO d VALUES (1), (2)");
  await rows("TRUNCATE TABLE d");
  expect(await rows("SELECT * FROM d")).toEqual([]);
  expect(await rows("SELECT * FROM d VERSION AS OF 1")).toHaveLength(2);
  const [last] = (await rows("DESCRIBE HISTORY d LIMIT 1")) as { operation: string }[];
  expect(last).toMatchObject({ version: 2n, operation: "TRUNCATE" });
  await rows("TRUNCATE TABLE d");
  expect(await rows("DESCRIBE HISTORY d")).toHaveLength(3);
});

test("an append-only table, a view and a partition of a Delta table stay as they are", async () => {
  await rows("CREATE TABLE o (a INT) TBLPROPERTIES ('delta.appendOnly' = 'true')");
  await rows("INSERT INTO o VALUES (1)");
  await rows("CREATE TEMPORARY VIEW v AS SELECT 1");
  await expect(rows("TRUNCATE TABLE o")).rejects.toThrow("DELTA_CANNOT_MODIFY_APPEND_ONLY");
  await expect(rows("TRUNCATE TABLE v")).rejects.toThrow("EXPECT_TABLE_NOT_VIEW");
  await expect(rows("TRUNCATE TABLE o PARTITION (a = 1)")).rejects.toThrow("TABLE_OPERATION");
  expect(await rows("SELECT * FROM o")).toEqual([{ a: 1 }]);
});
