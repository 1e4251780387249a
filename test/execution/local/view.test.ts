import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession, type TestSession } from "../../session/session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
  await sql("CREATE TABLE t (a INT COMMENT 'the a', b STRING) USING parquet");
  await sql("INSERT INTO t VALUES (1, 'x'), (2, 'y')");
});
afterAll(() => session[Symbol.asyncDispose]());

async function sql(text: string) {
  return (await session.spark.sql(text)).collect();
}

async function refused(text: string, code: string) {
  await expect(sql(text)).rejects.toMatchObject({ code });
}

describe("views of a catalog", () => {
  test("mean what they meant, wherever they are read", async () => {
    await sql("CREATE VIEW v (c COMMENT 'see', d) AS SELECT a, b FROM t WHERE a > 1");
    await sql("CREATE VIEW over AS SELECT v.c + 1 AS e FROM v JOIN default.v AS w ON v.c = w.c");
    await sql("CREATE SCHEMA other");
    await sql("USE other");
    expect(await sql("SELECT * FROM default.over")).toEqual([{ e: 3 }]);
    expect(await sql("SELECT main.default.v.d FROM default.v")).toEqual([{ d: "y" }]);
    await sql("USE default");
    expect(await session.spark.catalog.tableExists("v")).toBe(true);
    expect((await session.spark.catalog.listTables()).map((each) => each.name)).toContain("over");
    expect(await sql("SHOW VIEWS LIKE 'v*'")).toEqual([
      { namespace: "default", viewName: "v", isTemporary: false },
    ]);
  });

  test("keep the settings that give them their meaning", async () => {
    await sql("SET spark.sql.ansi.enabled = false");
    await sql("CREATE VIEW lenient AS SELECT CAST('q' AS INT) AS n");
    await sql("CREATE TEMPORARY VIEW own AS SELECT CAST('q' AS INT) AS n");
    await sql("RESET spark.sql.ansi.enabled");
    expect(await sql("SELECT * FROM lenient")).toEqual([{ n: null }]);
    expect(await sql("SELECT * FROM own")).toEqual([{ n: null }]);
    await refused("SELECT CAST('q' AS INT)", "CAST_INVALID_INPUT");
  });

  test("are replaced, altered, renamed and dropped", async () => {
    await sql("CREATE VIEW r COMMENT 'c' TBLPROPERTIES ('k' = '1') AS SELECT 1 AS a");
    await refused("CREATE VIEW r AS SELECT 2", "TABLE_OR_VIEW_ALREADY_EXISTS");
    await sql("CREATE VIEW IF NOT EXISTS r AS SELECT 2 AS a");
    await sql("ALTER VIEW r AS SELECT 3 AS z");
    expect(await sql("SELECT * FROM r")).toEqual([{ z: 3 }]);
    await sql("ALTER VIEW r SET TBLPROPERTIES ('l' = '2', 'password' = 'x')");
    await sql("ALTER VIEW r UNSET TBLPROPERTIES ('k')");
    expect(await sql("SHOW TBLPROPERTIES r")).toEqual([
      { key: "l", value: "2" },
      { key: "password", value: "*********(redacted)" },
    ]);
    await sql("ALTER VIEW r RENAME TO s");
    await refused("SELECT * FROM r", "TABLE_OR_VIEW_NOT_FOUND");
    const [made] = await sql("SHOW CREATE TABLE s");
    expect(made?.["createtab_stmt"]).toMatch(
      /^CREATE VIEW default\.s \(\n {2}z\)\nCOMMENT 'c'\n[\s\S]*WITH SCHEMA COMPENSATION\nAS SELECT 3 AS z\n$/,
    );
    await refused("DROP TABLE s", "WRONG_COMMAND_FOR_OBJECT_TYPE");
    await sql("DROP VIEW s");
    await sql("DROP VIEW IF EXISTS s");
    await refused("DROP VIEW t", "WRONG_COMMAND_FOR_OBJECT_TYPE");
  });

  test("share their names with tables, and hold no rows", async () => {
    await sql("CREATE VIEW n AS SELECT 1 AS a");
    await refused("CREATE TABLE n (a INT) USING parquet", "TABLE_OR_VIEW_ALREADY_EXISTS");
    await refused("CREATE TABLE n (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS");
    await refused("CREATE OR REPLACE VIEW t AS SELECT 1", "EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE");
    await refused("INSERT INTO n VALUES (2)", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE");
    await refused("DESCRIBE HISTORY n", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE");
  });

  test("read nothing of a session, and not themselves", async () => {
    await sql("CREATE TEMPORARY VIEW mine AS SELECT 1 AS a");
    await refused("CREATE VIEW x AS SELECT * FROM mine", "INVALID_TEMP_OBJ_REFERENCE");
    await refused(
      "CREATE VIEW x AS SELECT 1 WHERE EXISTS (SELECT 1 FROM mine)",
      "INVALID_TEMP_OBJ_REFERENCE",
    );
    await sql("CREATE VIEW x AS WITH mine AS (SELECT 2 AS a) SELECT * FROM mine");
    await sql("CREATE VIEW y AS SELECT * FROM x");
    await refused("ALTER VIEW x AS SELECT * FROM y", "RECURSIVE_VIEW");
    await refused("CREATE VIEW z (a, b) AS SELECT 1", arity("NOT_ENOUGH_DATA_COLUMNS"));
    await refused("CREATE VIEW z (a) AS SELECT 1, 2", arity("TOO_MANY_DATA_COLUMNS"));
    await refused("CREATE VIEW z AS SELECT 1 AS a, 2 AS A", "COLUMN_ALREADY_EXISTS");
    expect(await session.spark.catalog.tableExists("z")).toBe(false);
  });

  test("follow what they read as far as WITH SCHEMA lets them", async () => {
    const modes = ["BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"];
    const named = (mode: string) => `w_${mode.replace(" ", "_")}`;
    await sql("CREATE TABLE u (a INT, b INT) USING parquet");
    for (const mode of modes) {
      await sql(`CREATE VIEW ${named(mode)} WITH SCHEMA ${mode} AS SELECT * FROM u`);
    }
    const columns = async (mode: string) => {
      const frame = await session.spark.sql(`SELECT * FROM ${named(mode)}`);
      const { fields } = await frame.schema();
      return fields.map(({ name, type }) => `${name} ${type.type}`).join(", ");
    };
    const remade = async (ddl: string) => {
      await sql("DROP TABLE u");
      await sql(`CREATE TABLE u (${ddl}) USING parquet`);
    };
    await remade("z INT, b STRING, a SMALLINT");
    await expect(columns("BINDING")).rejects.toMatchObject({ code: "CANNOT_UP_CAST_DATATYPE" });
    expect(await columns("COMPENSATION")).toBe("a integer, b integer");
    expect(await columns("TYPE EVOLUTION")).toBe("a short, b string");
    expect(await columns("EVOLUTION")).toBe("z integer, b string, a short");
    await remade("a INT");
    await expect(columns("TYPE EVOLUTION")).rejects.toMatchObject({
      code: "INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
    });
    expect(await columns("EVOLUTION")).toBe("a integer");
  });

  test("of a session are checked as those of a catalog are", async () => {
    await sql("CREATE TABLE w (a INT) USING parquet");
    await sql("CREATE TEMPORARY VIEW of_w AS SELECT * FROM w");
    await sql("DROP TABLE w");
    await sql("CREATE TABLE w (b INT) USING parquet");
    await refused("SELECT * FROM of_w", "INCOMPATIBLE_VIEW_SCHEMA_CHANGE");
  });

  test("are there for the next session of the warehouse", async () => {
    await sql("CREATE VIEW kept AS SELECT max(a) AS m FROM t");
    const warehouse = session.spark.conf.get("spark.sql.warehouse.dir");
    await using later = await openSession({ "spark.sql.warehouse.dir": warehouse });
    expect(await (await later.spark.sql("SELECT * FROM kept")).collect()).toEqual([{ m: 2 }]);
  });
});

function arity(reason: string): string {
  return `CREATE_VIEW_COLUMN_ARITY_MISMATCH.${reason}`;
}
