import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { types } from "../../../src/index.ts";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
let url: string;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

let databases = 0;
beforeEach(async () => {
  databases += 1;
  url = `jdbc:duckdb:${join(session.folder, `of-tables-${databases}.duckdb`)}`;
  const rows = session.spark.range(3).selectExpr("nullif(id, -1) AS id", "concat('n', id) AS name");
  await rows.write.jdbc(url, "there");
  await sql("DROP TABLE IF EXISTS t");
});

async function sql(text: string) {
  return (await session.spark.sql(text)).collect();
}

async function described(name: string): Promise<Readonly<Record<string, unknown>>> {
  const rows = await sql(`DESCRIBE EXTENDED ${name}`);
  return Object.fromEntries(rows.map((row) => [row["col_name"], row["data_type"]]));
}

const options = (dbtable = "there") =>
  `OPTIONS (url '${url}', dbtable '${dbtable}', password 'hush', fetchsize 7)`;

test("a table of a database is read, added to, and overwritten", async () => {
  await sql(`CREATE TABLE t USING jdbc ${options()}`);
  expect(await sql("SELECT * FROM t WHERE id > 1")).toEqual([{ id: 2n, name: "n2" }]);
  expect(await sql("SELECT t.name FROM main.default.t WHERE t.id = 0")).toEqual([{ name: "n0" }]);
  await sql("INSERT INTO t VALUES (3, 'n3')");
  await sql("INSERT INTO t (name) SELECT 'nobody'");
  await expect(sql("INSERT INTO t VALUES (1)")).rejects.toMatchObject({
    code: "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
  });
  const [counted] = await sql("SELECT count(*) AS n, count(id) AS ids FROM t");
  expect(counted).toEqual({ n: 5n, ids: 4n });
  expect(await session.spark.read.jdbc(url, "there").count()).toBe(5);
  await sql("INSERT OVERWRITE t SELECT 9, 'nine'");
  expect(await sql("SELECT * FROM t")).toEqual([{ id: 9n, name: "nine" }]);
  await expect(sql("TRUNCATE TABLE t")).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.TABLE_OPERATION",
  });
  await expect(sql("ALTER TABLE t ADD COLUMNS (more INT)")).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.TABLE_OPERATION",
  });
  await sql("DROP TABLE t");
  expect(await session.spark.read.jdbc(url, "there").count()).toBe(1);
});

test("the catalog keeps what was said, and shows no secret of it", async () => {
  await sql(`CREATE TABLE t USING org.apache.spark.sql.jdbc ${options()} COMMENT 'c'`);
  const shown = await described("t");
  expect(shown).toMatchObject({ id: "bigint", name: "string", Type: "EXTERNAL", Comment: "c" });
  expect(shown).not.toHaveProperty("Location");
  const secret = "*********(redacted)";
  expect(shown["Storage Properties"]).toBe(
    `[url=${secret},dbtable=there,password=${secret},fetchsize=7]`,
  );
  const [created] = await sql("SHOW CREATE TABLE t");
  const text = String(created?.["createtab_stmt"]);
  expect(text).toContain("USING org.apache.spark.sql.jdbc\nOPTIONS (");
  for (const word of ["hush", "duckdb", "LOCATION"]) expect(text).not.toContain(word);
  const warehouse = join(session.folder, "warehouse");
  await using other = await openSession({ "spark.sql.warehouse.dir": warehouse });
  expect(await other.spark.table("t").count()).toBe(3);
});

test("columns that are said must be the source's, now and later", async () => {
  const mismatch = { code: "SOURCE_TABLE_SCHEMA_MISMATCH" };
  const create = `CREATE TABLE t (id BIGINT, name STRING) USING jdbc ${options()}`;
  await expect(sql(create.replace("BIGINT", "INT"))).rejects.toMatchObject(mismatch);
  await sql(create);
  await session.spark.range(1).write.mode("overwrite").jdbc(url, "there");
  await expect(sql("SELECT * FROM t")).rejects.toMatchObject(mismatch);
  await expect(sql("INSERT INTO t VALUES (1, 'x')")).rejects.toMatchObject(mismatch);
});

test("AS SELECT and saveAsTable make the table where it is, and the name", async () => {
  await sql(`CREATE TABLE t USING jdbc ${options("made")} AS SELECT 7 AS n`);
  expect(await session.spark.read.jdbc(url, "made").collect()).toEqual([{ n: 7 }]);
  await expect(
    sql(`CREATE TABLE again USING jdbc ${options("made")} AS SELECT 8 AS n`),
  ).rejects.toMatchObject({ code: "TABLE_OR_VIEW_ALREADY_EXISTS" });
  const write = (mode: "append" | "overwrite", columns: string) =>
    session.spark
      .range(1)
      .selectExpr(columns)
      .write.format("jdbc")
      .options({ url, dbtable: "saved" })
      .mode(mode)
      .saveAsTable("saved");
  await write("append", "id");
  await write("append", "id + 1 AS id");
  expect(await sql("SELECT id FROM saved ORDER BY id")).toEqual([{ id: 0n }, { id: 1n }]);
  await write("overwrite", "'x' AS other");
  expect(await sql("SELECT * FROM saved")).toEqual([{ other: "x" }]);
  await sql("DROP TABLE saved");
});

test("a temporary view of a database is inserted into", async () => {
  await sql(`CREATE OR REPLACE TEMPORARY VIEW v USING org.apache.spark.sql.jdbc ${options()}`);
  await sql("INSERT INTO v VALUES (7, 'seven')");
  expect(await sql("SELECT name FROM v WHERE id = 7")).toEqual([{ name: "seven" }]);
  await sql("CREATE OR REPLACE TEMPORARY VIEW w AS SELECT * FROM v");
  await expect(sql("INSERT INTO w VALUES (8, 'x')")).rejects.toMatchObject({
    code: "INSERT_INTO_VIEW",
  });
});

test("a stream goes into a table of a database by its name", async () => {
  await sql(`CREATE TABLE t USING jdbc ${options()}`);
  const source = join(session.folder, `streamed-${databases}`);
  await session.spark
    .range(5, 7)
    .selectExpr("id", "'s' AS name")
    .write.format("delta")
    .save(source);
  const query = await session.spark.readStream
    .format("delta")
    .load(source)
    .writeStream.option("checkpointLocation", join(source, "_checkpoint"))
    .trigger({ availableNow: true })
    .toTable("t");
  await query.awaitTermination();
  expect(await sql("SELECT count(*) AS n FROM t WHERE name = 's'")).toEqual([{ n: 2n }]);
});

test("a connector of the program's has tables where it says so", async () => {
  const schema = types.struct([types.field("n", types.long)]);
  session.spark.dataSource.register({
    names: ["numbers"],
    tables: "read",
    reader: async ({ options: { upto = "0" } }) => ({
      ...{ name: "numbers", schema, hidden: [], streaming: false },
      scan: async () => ({
        ...{ kind: "rows", schema },
        rows: Array.from({ length: Number(upto) }, (_, n) => [BigInt(n)]),
      }),
    }),
  });
  await sql("CREATE TABLE t USING Numbers OPTIONS (upTo 4)");
  expect(await sql("SELECT sum(n) AS s FROM t WHERE n > 1")).toEqual([{ s: 5n }]);
  await expect(sql("INSERT INTO t VALUES (9)")).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.TABLE_OPERATION",
  });
  await sql("DROP TABLE t");
});

test("what has no tables is refused", async () => {
  await expect(sql("CREATE TABLE t USING noop")).rejects.toMatchObject({
    code: "CREATE_TABLE_PROVIDER_NOT_BUILT",
  });
  await expect(
    sql(`CREATE TABLE t USING jdbc ${options()} PARTITIONED BY (id)`),
  ).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE.TABLE_OPERATION" });
});
