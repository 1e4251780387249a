import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeltaTable } from "../../src/session/delta-table.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

const rows = (...ids: bigint[]) => ids.map((id) => ({ id, part: `p${id % 2n}` }));

async function ids(name: string, options: Record<string, string | number> = {}) {
  const frame = session.spark.read.options(options).table(name);
  return (await frame.orderBy("id").collect()).map((row) => row["id"]);
}

describe("df.write", () => {
  test("modes: error by default, append, overwrite, ignore; every version can be read", async () => {
    const { spark } = session;
    const frame = spark.createDataFrame(rows(1n, 2n));
    await frame.write.saveAsTable("modes");
    await expect(frame.write.saveAsTable("modes")).rejects.toThrow(/ALREADY_EXISTS/);
    await frame.write.mode("ignore").saveAsTable("modes");
    await spark.createDataFrame(rows(3n)).write.mode("append").saveAsTable("main.default.modes");
    await spark.createDataFrame(rows(4n)).write.mode("overwrite").saveAsTable("modes");
    expect(await ids("modes")).toEqual([4n]);
    expect(await ids("modes", { versionAsOf: 0 })).toEqual([1n, 2n]);
    expect(await ids("modes", { versionAsOf: 1 })).toEqual([1n, 2n, 3n]);
    await expect(ids("modes", { versionAsOf: 9 })).rejects.toThrow(/VERSION/);
  });

  test("partitioned tables, replaceWhere, insertInto", async () => {
    const { spark } = session;
    await spark
      .createDataFrame(rows(1n, 2n, 3n))
      .write.partitionBy("part")
      .saveAsTable("parted");
    const other = spark.createDataFrame([{ id: 9n, part: "p1" }]);
    await other.write.mode("overwrite").option("replaceWhere", "part = 'p1'").saveAsTable("parted");
    expect(await ids("parted")).toEqual([2n, 9n]);
    const wrong = spark.createDataFrame([{ id: 8n, part: "p0" }]);
    await expect(
      wrong.write.mode("overwrite").option("replaceWhere", "part = 'p1'").saveAsTable("parted"),
    ).rejects.toThrow(/REPLACE_WHERE/);
    await spark.createDataFrame([{ a: 5n, b: "p0" }]).write.insertInto("parted");
    expect(await ids("parted")).toEqual([2n, 5n, 9n]);
  });

  test("another schema is refused with both schemas; mergeSchema adds, overwriteSchema replaces", async () => {
    const { spark } = session;
    await spark.createDataFrame(rows(1n)).write.saveAsTable("evolving");
    const wider = spark.createDataFrame([{ id: 2n, part: "x", more: 1.5 }]);
    await expect(wider.write.mode("append").saveAsTable("evolving")).rejects.toThrow(
      /DELTA_METADATA_MISMATCH[\s\S]*Table schema[\s\S]*Data schema/,
    );
    await wider.write.mode("append").option("mergeSchema", true).saveAsTable("evolving");
    expect(await spark.table("evolving").columns()).toEqual(["id", "part", "more"]);
    const other = spark.createDataFrame([{ only: "this" }]);
    const write = other.write.mode("overwrite").option("overwriteSchema", true);
    await write.saveAsTable("evolving");
    expect(await spark.table("evolving").collect()).toEqual([{ only: "this" }]);
  });

  test("txnAppId and txnVersion write once", async () => {
    const write = () =>
      session.spark
        .createDataFrame(rows(7n))
        .write.mode("append")
        .option("txnAppId", "job")
        .option("txnVersion", 1)
        .saveAsTable("once");
    await write();
    await write();
    expect(await ids("once")).toEqual([7n]);
  });

  test("by path, and what lies there", async () => {
    const { spark, folder } = session;
    const path = join(folder, "by path");
    await spark.createDataFrame(rows(1n)).write.format("delta").save(path);
    expect(await spark.read.format("delta").load(path).count()).toBe(1);
    const [detail] = await DeltaTable.forPath(spark, path).detail().collect();
    expect(detail).toMatchObject({ format: "delta", numFiles: 1n, partitionColumns: [] });
    const [history] = await DeltaTable.forPath(spark, path).history().collect();
    expect(history).toMatchObject({ version: 0n, operation: "WRITE", isBlindAppend: true });
    const file = join(folder, "plain");
    await spark.createDataFrame(rows(1n)).write.parquet(file);
    await expect(spark.read.format("delta").load(file).count()).rejects.toThrow(/DELTA/);
    expect(await spark.read.parquet(file).count()).toBe(1);
  });
});

describe("SQL commands", () => {
  const sql = async (text: string) => (await session.spark.sql(text)).collect();

  test("CREATE TABLE, INSERT, DESCRIBE, SHOW, DROP", async () => {
    await sql(
      "CREATE TABLE t (id BIGINT NOT NULL, name STRING COMMENT 'who', day DATE) PARTITIONED BY (day)",
    );
    await sql("INSERT INTO t VALUES (1, 'Ada', DATE'2026-01-01'), (2, NULL, NULL)");
    await sql("INSERT INTO t (name, id) SELECT 'Bob', 3");
    expect(await sql("SELECT * FROM t ORDER BY id")).toMatchObject([
      { id: 1n, name: "Ada" },
      { id: 2n, name: null, day: null },
      { id: 3n, name: "Bob", day: null },
    ]);
    await expect(sql("INSERT INTO t (name) VALUES ('x')")).rejects.toThrow(/NOT_NULL|null/i);
    const described = await sql("DESCRIBE t");
    expect(described.slice(0, 3)).toEqual([
      { col_name: "id", data_type: "bigint", comment: null },
      { col_name: "name", data_type: "string", comment: "who" },
      { col_name: "day", data_type: "date", comment: null },
    ]);
    expect(await sql("SHOW TABLES LIKE 't'")).toMatchObject([{ tableName: "t" }]);
    expect(await sql("SHOW COLUMNS IN t")).toEqual([
      { col_name: "id" },
      { col_name: "name" },
      { col_name: "day" },
    ]);
    await sql("DROP TABLE t");
    await expect(sql("SELECT * FROM t")).rejects.toThrow(/TABLE_OR_VIEW_NOT_FOUND/);
  });

  test("CREATE TABLE AS SELECT, OR REPLACE, external tables, schemas", async () => {
    await sql("CREATE SCHEMA lab");
    await sql("CREATE TABLE lab.squares AS SELECT id, id * id AS square FROM range(4)");
    await sql("CREATE OR REPLACE TABLE lab.squares AS SELECT id FROM range(2)");
    expect(await sql("SELECT max(id) AS top FROM main.lab.squares")).toEqual([{ top: 1n }]);
    const path = join(session.folder, "external");
    await session.spark.range(3).write.format("delta").save(path);
    await sql(`CREATE TABLE ext USING delta LOCATION '${path}'`);
    expect(await session.spark.table("ext").count()).toBe(3);
    await sql("DROP TABLE ext");
    expect(await session.spark.read.format("delta").load(path).count()).toBe(3);
    await sql("USE lab");
    expect(await session.spark.table("squares").count()).toBe(2);
    await sql("USE default");
  });

  test("CREATE TABLE delta.`path` makes a table that no catalog keeps", async () => {
    const path = join(session.folder, "loose");
    await sql(`CREATE TABLE delta.\`${path}\` (id INT)`);
    await sql(`INSERT INTO delta.\`${path}\` VALUES (1)`);
    expect(await sql(`SELECT * FROM delta.\`${path}\``)).toEqual([{ id: 1 }]);
    await sql(`CREATE TABLE IF NOT EXISTS delta.\`${path}\` (id INT)`);
    await expect(sql(`CREATE TABLE delta.\`${path}\` (id INT)`)).rejects.toThrow(/ALREADY_EXISTS/);
  });

  test("SET changes the session, and shows", async () => {
    await sql("SET spark.sql.session.timeZone = Europe/Oslo");
    expect(await sql("SET spark.sql.session.timeZone")).toEqual([
      { key: "spark.sql.session.timeZone", value: "Europe/Oslo" },
    ]);
    await sql("RESET spark.sql.session.timeZone");
    expect(session.spark.conf.get("spark.sql.session.timeZone")).toBe("UTC");
  });
});
