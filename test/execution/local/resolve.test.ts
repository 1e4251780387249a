import { afterAll, beforeAll, expect, test } from "vitest";
import { answerOf, openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  await answerOf(session.spark, [
    "CREATE TABLE t (id INT) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
    "INSERT INTO t VALUES (1), (2)",
    "INSERT OVERWRITE t VALUES (3)",
    "CREATE TABLE lines (id INT) USING json",
    "CREATE TEMPORARY VIEW v AS SELECT * FROM t",
    "CREATE VIEW kept AS SELECT id, _change_type FROM table_changes('t', 1)",
  ]);
});
afterAll(() => session[Symbol.asyncDispose]());

const changes = (from: string) =>
  answerOf(session.spark, [`SELECT id, _change_type FROM ${from} ORDER BY _change_type, id`]);

test("the change feed of a table is read by SQL and by options", async () => {
  const all = [
    [1, "delete"],
    [2, "delete"],
    [1, "insert"],
    [2, "insert"],
    [3, "insert"],
  ];
  expect(await changes("table_changes('t', 0)")).toEqual(all);
  expect(await changes("table_changes('main.default.t', 2, 2)")).toEqual([
    [1, "delete"],
    [2, "delete"],
    [3, "insert"],
  ]);
  expect(await changes("kept")).toEqual(all);
  expect(await changes("t WITH (readChangeFeed = true, startingVersion = 1)")).toEqual(all);
  const read = session.spark.read.option("readChangeFeed", true).option("startingVersion", 1);
  expect(await read.table("t").count()).toBe(5);
  const filtered = await answerOf(session.spark, [
    "SELECT c._commit_version v, count(*) FROM table_changes('t', 0) c WHERE id > 1 GROUP BY v ORDER BY v",
  ]);
  expect(filtered).toEqual([
    [1n, 1n],
    [2n, 2n],
  ]);
});

test.each(["table_changes('v', 0)", "table_changes('lines', 0)", "table_changes('kept', 0)"])(
  "%s is refused: only a Delta table has changes",
  async (from) => {
    await expect(changes(from)).rejects.toMatchObject({ code: "DELTA_TABLE_ONLY_OPERATION" });
  },
);
