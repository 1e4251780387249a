import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

async function described(text: string): Promise<readonly string[]> {
  const rows = await (await session.spark.sql(text)).collect();
  return rows.map((row) => [row["col_name"], row["data_type"]].join(": "));
}

test("a table of files tells its columns as they were said, its partitions and its place", async () => {
  await session.spark.sql(
    `CREATE TABLE t (p INT, c CHAR(3) COMMENT 'x') USING csv OPTIONS (header 'true')
     PARTITIONED BY (p) COMMENT 'about' TBLPROPERTIES ('k' = 'v')`,
  );
  const lines = await described("DESCRIBE EXTENDED t");
  expect(lines.slice(0, 10)).toEqual([
    "c: char(3)",
    "p: int",
    "# Partition Information: ",
    "# col_name: data_type",
    "p: int",
    ": ",
    "# Detailed Table Information: ",
    "Catalog: main",
    "Database: default",
    "Table: t",
  ]);
  expect(lines).toContain("Provider: csv");
  expect(lines).toContain("Table Properties: [k=v]");
  expect(lines).toContain("Storage Properties: [header=true]");
});

test("a view tells its text and how its columns follow", async () => {
  await session.spark.sql("CREATE VIEW v (x) WITH SCHEMA BINDING AS SELECT 1 AS a  ");
  expect((await described("DESCRIBE EXTENDED v")).slice(-6)).toEqual([
    "Type: VIEW",
    "View Text: SELECT 1 AS a",
    "View Original Text: SELECT 1 AS a",
    "View Schema Mode: BINDING",
    "View Catalog and Namespace: main.default",
    "View Query Output Columns: [`a`]",
  ]);
});
