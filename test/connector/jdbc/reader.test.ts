import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SparkSession } from "../../../src/index.ts";

const folder = await mkdtemp(join(tmpdir(), "millrace-jdbc-"));
const url = `jdbc:duckdb:${join(folder, "it's.duckdb")}`;
const session = await SparkSession.builder().create();
await session.range(0, 100).selectExpr("id", "id % 7 AS m", "'x' AS name").write.jdbc(url, "t");
afterAll(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

test("explain says what the database is asked", async () => {
  const frame = session.read.jdbc(url, "t");
  await frame.filter("m = 3 AND name = 'x'").select("id").createOrReplaceTempView("asked");
  const [row] = await (await session.sql("EXPLAIN SELECT id FROM asked")).collect();
  expect(row?.["plan"]).toContain(
    'JDBCRelation(t): SELECT CAST("id" AS BIGINT), CAST("m" AS BIGINT), CAST("name" AS VARCHAR) ' +
      `FROM t WHERE (("m" = 3)) AND (("name" = 'x'))`,
  );
  const options = { url, dbtable: "t", pushDownPredicate: false };
  await session.read
    .format("jdbc")
    .options(options)
    .load()
    .filter("m = 3")
    .createOrReplaceTempView("all_of_it");
  const [all] = await (await session.sql("EXPLAIN SELECT id FROM all_of_it")).collect();
  expect(all?.["plan"]).not.toContain("WHERE");
});

test("explain says what the database answers itself, and what the engine does over it", async () => {
  await session.read.jdbc(url, "t").createOrReplaceTempView("answered");
  const plan = async (sql: string): Promise<string> => {
    const [row] = await (await session.sql(`EXPLAIN ${sql}`)).collect();
    return String(row?.["plan"]).split("JDBCRelation(t): ")[1] ?? "";
  };
  expect(await plan("SELECT m, max(id) + 1 FROM answered WHERE id > 3 GROUP BY m")).toBe(
    'SELECT CAST("c0" AS BIGINT), CAST("c1" AS BIGINT) FROM ' +
      '(SELECT "m" AS "c0", MAX("id") AS "c1" FROM t WHERE (("id" > 3)) GROUP BY "m") ' +
      "SPARK_GEN_SUBQ_1",
  );
  expect(await plan("SELECT id FROM answered ORDER BY m, m LIMIT 2")).toMatch(
    / FROM t ORDER BY "m" ASC NULLS FIRST LIMIT 2$/,
  );
  expect(await plan("SELECT id FROM answered OFFSET 98")).toMatch(/ FROM t OFFSET 98$/);
  expect(await plan("SELECT sum(id) FROM answered")).toBe('SELECT CAST("id" AS BIGINT) FROM t');
});

test("parts, conditions and a limit are one answer", async () => {
  expect(await session.read.jdbc(url, "t", "id", 0, 100, 7).filter("m < 3").count()).toBe(44);
  expect(await session.read.jdbc(url, "t", ["id < 50", "id >= 90"]).count()).toBe(60);
  expect(await session.read.jdbc(url, "t", "m", 0, 7, 3).limit(4).collect()).toHaveLength(4);
});

test("a view of SQL reads a database, its options without case", async () => {
  await session.sql(
    `CREATE TEMPORARY VIEW v USING jdbc OPTIONS (URL '${url.replace("'", "\\'")}', dbTable 't')`,
  );
  expect(await session.table("v").filter("id >= 98").count()).toBe(2);
});

test("a schema is refused: the database has it", async () => {
  const read = session.read.format("jdbc").options({ url, dbtable: "t" }).schema("id BIGINT");
  await expect(read.load().collect()).rejects.toMatchObject({
    code: "USER_SPECIFIED_SCHEMA_NOT_ALLOWED",
  });
});

test("a write needs a table by name", async () => {
  const write = session.range(1).write.format("jdbc").option("url", url);
  await expect(write.save()).rejects.toMatchObject({ code: "MISSING_OPTION" });
});
