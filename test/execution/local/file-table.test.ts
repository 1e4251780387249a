import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

async function sql(text: string) {
  return (await session.spark.sql(text)).collect();
}

async function files(table: string): Promise<readonly string[]> {
  const folder = join(session.folder, "warehouse/main/default", table);
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  return found.filter((name) => /\.\w+$/.test(name)).sort();
}

describe("tables of files", () => {
  test("parquet: made, added to, overwritten, dropped with its files", async () => {
    await sql("CREATE TABLE t (a INT, b STRING) USING parquet COMMENT 'c'");
    expect(await sql("SELECT * FROM t")).toEqual([]);
    await sql("INSERT INTO t VALUES (1, 'x')");
    await sql("INSERT INTO t (b) VALUES ('y')");
    expect(await sql("SELECT * FROM t ORDER BY b")).toEqual([
      { a: 1, b: "x" },
      { a: null, b: "y" },
    ]);
    expect(await files("t")).toHaveLength(2);
    expect((await files("t"))[0]).toMatch(/^part-00000-[0-9a-f-]{36}-c000\.snappy\.parquet$/);
    await sql("INSERT OVERWRITE t SELECT a + 1, b FROM t WHERE a = 1");
    expect(await sql("SELECT * FROM t")).toEqual([{ a: 2, b: "x" }]);
    await expect(sql("CREATE TABLE t (a INT) USING csv")).rejects.toMatchObject({
      code: "TABLE_OR_VIEW_ALREADY_EXISTS",
    });
    await sql("CREATE TABLE IF NOT EXISTS t (z INT) USING csv");
    await sql("DROP TABLE t");
    expect(await files("t")).toEqual([]);
    await expect(sql("SELECT * FROM t")).rejects.toThrow(/TABLE_OR_VIEW_NOT_FOUND/);
  });

  test("partitions: in folders, last among the columns, overwritten one by one", async () => {
    await sql("CREATE TABLE p (day DATE, a INT) USING parquet PARTITIONED BY (day)");
    await sql("INSERT INTO p VALUES (1, DATE'2024-01-01'), (2, DATE'2024-01-02')");
    expect((await files("p"))[0]).toMatch(/^day=2024-01-01\/part-00000-.*\.c000\.snappy\.parquet$/);
    await sql("INSERT OVERWRITE p PARTITION (day = '2024-01-01') SELECT 7");
    expect(await sql("SELECT a FROM p ORDER BY a")).toEqual([{ a: 2 }, { a: 7 }]);
    await sql("INSERT OVERWRITE p PARTITION (day = '2024-01-02') SELECT 1 WHERE false");
    expect(await sql("SELECT a FROM p")).toEqual([{ a: 7 }]);
    await sql("SET spark.sql.sources.partitionOverwriteMode = DYNAMIC");
    await sql("INSERT OVERWRITE p VALUES (8, DATE'2024-01-03')");
    await sql("RESET spark.sql.sources.partitionOverwriteMode");
    expect(await sql("SELECT a FROM p ORDER BY a")).toEqual([{ a: 7 }, { a: 8 }]);
    await sql("INSERT OVERWRITE p VALUES (9, NULL)");
    expect(await sql("SELECT * FROM p")).toEqual([{ a: 9, day: null }]);
  });

  test("csv, json and text are written as Spark writes them", async () => {
    const values = `1 AS a, 'x,"y"' AS s, 1.0E10D AS d, TIMESTAMP'2024-01-02 03:04:05.6789' AS t,
      DATE'2024-01-02' AS day, CAST(NULL AS STRING) AS n, '' AS e, 0.0000001BD AS z`;
    await sql(`CREATE TABLE c USING csv OPTIONS (Header 'true') AS SELECT ${values}`);
    const read = async (table: string) => {
      const [name = ""] = await files(table);
      return readFile(join(session.folder, "warehouse/main/default", table, name), "utf8");
    };
    expect(await read("c")).toBe(
      'a,s,d,t,day,n,e,z\n1,"x,\\"y\\"",1.0E10,2024-01-02T03:04:05.678Z,2024-01-02,,"",1E-7\n',
    );
    expect(await sql("SELECT a, s, d FROM c")).toEqual([{ a: 1, s: 'x,"y"', d: 1e10 }]);
    await sql(`CREATE TABLE j USING json AS SELECT a, d, t, n, array(d, NULL) AS xs
      FROM (SELECT ${values})`);
    expect(await read("j")).toBe(
      '{"a":1,"d":1.0E10,"t":"2024-01-02T03:04:05.678Z","xs":[1.0E10,null]}\n',
    );
    await sql("CREATE TABLE x (v STRING) USING text");
    await sql("INSERT INTO x VALUES ('a'), (NULL)");
    expect(await read("x")).toBe("a\n\n");
    await expect(sql("CREATE TABLE y USING text AS SELECT 1 AS v")).rejects.toMatchObject({
      code: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
    });
    expect(await files("y")).toEqual([]);
  });

  test("an external table is where it is said to be, and stays there", async () => {
    const folder = join(session.folder, "outside");
    await mkdir(folder);
    await writeFile(join(folder, "1.csv"), "1,a\n");
    await sql(`CREATE TABLE o (a INT, b STRING) USING csv LOCATION '${folder}'`);
    await sql(`CREATE TABLE q USING csv OPTIONS (path '${folder}', inferSchema 'true')`);
    await sql("INSERT INTO o VALUES (2, 'b')");
    expect(await sql("SELECT * FROM o ORDER BY a")).toEqual([
      { a: 1, b: "a" },
      { a: 2, b: "b" },
    ]);
    expect(await sql("SELECT sum(_c0) AS s FROM q")).toEqual([{ s: 3n }]);
    await sql("DROP TABLE o");
    expect((await readdir(folder)).filter((name) => name.endsWith(".csv"))).toHaveLength(2);
  });

  test("rows that do not fit are refused by Spark's names, and nothing is written", async () => {
    await sql("CREATE TABLE f (a INT DEFAULT 4, b STRING) USING json");
    const refused = async (text: string, code: string) => {
      await expect(sql(text)).rejects.toMatchObject({ code });
    };
    await refused(
      "INSERT INTO f VALUES (1)",
      "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS",
    );
    await refused(
      "INSERT INTO f VALUES (1, 2, 3)",
      "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
    );
    await refused(
      "INSERT INTO f SELECT true, 'b'",
      "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
    );
    await refused(
      "INSERT INTO f BY NAME SELECT 1 AS z",
      "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
    );
    await refused("INSERT INTO f PARTITION (a = 1) SELECT 'b'", "NON_PARTITION_COLUMN");
    expect(await files("f")).toEqual([]);
    await sql("INSERT INTO f (b) VALUES ('x')");
    expect(await sql("SELECT * FROM f")).toEqual([{ a: 4, b: "x" }]);
  });

  test("saveAsTable makes, refuses, leaves, adds and redefines", async () => {
    const frame = session.spark.createDataFrame([{ a: 1, b: "x" }]);
    const write = (mode: string) => frame.write.format("json").mode(mode).saveAsTable("s");
    await write("error");
    await expect(write("error")).rejects.toMatchObject({ code: "TABLE_OR_VIEW_ALREADY_EXISTS" });
    await write("ignore");
    await write("append");
    expect(await session.spark.table("s").count()).toBe(2);
    const other = session.spark.createDataFrame([{ c: "y" }]);
    await other.write.format("json").mode("overwrite").saveAsTable("s");
    expect(await sql("SELECT * FROM s")).toEqual([{ c: "y" }]);
    const gone = join(session.folder, "zipped");
    await frame.write.option("compression", "gzip").partitionBy("b").json(gone);
    expect(await session.spark.read.json(gone).collect()).toEqual([{ a: 1n, b: "x" }]);
  });

  test("one FROM fills several tables", async () => {
    await sql("CREATE TABLE even (n BIGINT) USING parquet");
    await sql("CREATE TABLE odd (n BIGINT, more STRING) USING csv");
    await sql(
      `WITH r AS (SELECT id FROM range(5)) FROM r
       INSERT INTO even SELECT id WHERE id % 2 = 0
       INSERT INTO odd (n) SELECT id WHERE id % 2 = 1`,
    );
    expect(await sql("SELECT sum(n) AS s FROM even")).toEqual([{ s: 6n }]);
    expect(await sql("SELECT n, more FROM odd ORDER BY n")).toEqual([
      { n: 1n, more: null },
      { n: 3n, more: null },
    ]);
  });

  test("a schema is dropped with the files of its tables", async () => {
    await sql("CREATE SCHEMA gone");
    await sql("CREATE TABLE gone.t USING json AS SELECT 1 AS a");
    await expect(sql("DROP SCHEMA gone")).rejects.toMatchObject({ code: "SCHEMA_NOT_EMPTY" });
    await sql("DROP DATABASE gone CASCADE");
    await sql("DROP SCHEMA IF EXISTS gone");
    await expect(sql("SELECT * FROM gone.t")).rejects.toMatchObject({
      code: "TABLE_OR_VIEW_NOT_FOUND",
    });
  });
});
