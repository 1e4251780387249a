import { afterAll, describe, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { isMysql, type Place, places } from "./place.ts";

const session = await SparkSession.builder()
  .config("spark.sql.session.timeZone", "Europe/Berlin")
  .create();
afterAll(() => session.stop());

/** Rows of every type that all databases have. */
const everything = `
  SELECT id, CAST(id AS INT) AS i, CAST(id % 100 AS SMALLINT) AS s, CAST(id % 100 AS TINYINT) AS y,
    'it''s \\\\ ' || id AS \`na"m\`\`e\`, CAST(id AS DECIMAL(10, 4)) / 3 AS small,
    CAST('12345678901234567890.123456789' AS DECIMAL(38, 9)) + id AS big,
    TIMESTAMP '2024-07-01 12:00:00.123456' + make_dt_interval(0, 12 * id) AS at,
    TIMESTAMP_NTZ '2024-03-31 02:30:00.000001' AS wall, DATE '1900-02-03' AS day,
    X'00ff5c27' AS bytes, id % 2 = 0 AS even, CAST(id AS DOUBLE) / 7 AS d,
    CAST(1.1 * id AS FLOAT) AS f, CASE WHEN id % 3 = 0 THEN 'tab\\tline\\nend' END AS maybe,
    CAST(NULL AS TIMESTAMP) AS never
  FROM range(300)`;

for (const [name, find] of Object.entries(places)) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`writing to ${name}`, () => {
    const made = async (): Promise<Place> => (await find()) as Place;
    const ids = async (place: Place, table: string): Promise<readonly number[]> =>
      (await place.rows(`SELECT id FROM ${table} ORDER BY id`)).map(([id]) => Number(id));
    const range = (start: number, end: number) => session.range(start, end);

    test("what is written is what is read, of every type", async () => {
      await using place = await made();
      const table = place.quote("My T");
      const frame = await session.sql(everything);
      await frame.write.jdbc(place.url, table);
      const read = session.read
        .option("customSchema", "wall TIMESTAMP_NTZ, y TINYINT, f FLOAT")
        .jdbc(place.url, table);
      expect(await read.count()).toBe(300);
      expect(await frame.exceptAll(read).collect()).toEqual([]);
    });

    test("an absent table is made, whatever the mode; one that is there by the mode", async () => {
      await using place = await made();
      const table = "numbers";
      await range(0, 2).write.jdbc(place.url, table);
      await expect(range(2, 4).write.jdbc(place.url, table)).rejects.toMatchObject({
        code: "TABLE_OR_VIEW_ALREADY_EXISTS",
      });
      await range(2, 4).write.mode("ignore").jdbc(place.url, table);
      expect(await ids(place, table)).toEqual([0, 1]);
      await range(2, 4).write.mode("append").jdbc(place.url, table);
      expect(await ids(place, table)).toEqual([0, 1, 2, 3]);
      await range(4, 6).write.mode("overwrite").jdbc(place.url, table);
      expect(await ids(place, table)).toEqual([4, 5]);
    });

    test("overwrite makes the table anew, and with truncate it stays what it was", async () => {
      await using place = await made();
      const table = place.quote("Kept");
      await place.rows(`CREATE TABLE ${table} (other INTEGER, ${place.quote("ID")} BIGINT)`);
      const write = () => range(1, 3).write.format("jdbc").mode("overwrite");
      await write().option("truncate", true).jdbc(place.url, table);
      expect(await place.rows(`SELECT * FROM ${table} ORDER BY 2`)).toHaveLength(2);
      expect((await place.rows(`SELECT * FROM ${table}`))[0]).toHaveLength(2);
      await write().jdbc(place.url, table);
      expect((await place.rows(`SELECT * FROM ${table}`))[0]).toHaveLength(1);
    });

    test("a write that fails leaves what was there", async () => {
      await using place = await made();
      await range(0, 2).write.jdbc(place.url, "kept");
      const bad = await session.sql("SELECT id, raise_error('no') AS e FROM range(10)");
      await expect(bad.write.mode("append").jdbc(place.url, "kept")).rejects.toThrow();
      const failing = await session.sql("SELECT 1 / (id - 5) AS id FROM range(10)");
      await expect(failing.write.mode("append").jdbc(place.url, "kept")).rejects.toThrow();
      expect(await ids(place, "kept")).toEqual([0, 1]);
      if (isMysql(name)) return;
      await expect(failing.write.mode("overwrite").jdbc(place.url, "kept")).rejects.toThrow();
      expect(await ids(place, "kept")).toEqual([0, 1]);
    });

    test("columns go by name, whatever their case; one the table lacks is refused", async () => {
      await using place = await made();
      await place.rows("CREATE TABLE two (b VARCHAR(10), A INTEGER)");
      const frame = await session.sql("SELECT 1 AS a, 'x' AS B");
      await frame.write.mode("append").jdbc(place.url, "two");
      expect(await place.rows("SELECT a, b FROM two")).toEqual([[1, "x"]]);
      const more = await session.sql("SELECT 1 AS a, 'x' AS c");
      await expect(more.write.mode("append").jdbc(place.url, "two")).rejects.toMatchObject({
        code: "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
      });
    });

    test.skipIf(name !== "PostgreSQL")(
      "a table that others refer to is emptied by cascadeTruncate alone",
      async () => {
        await using place = await made();
        await place.rows("CREATE TABLE parent (id BIGINT PRIMARY KEY)");
        await place.rows("CREATE TABLE child (id BIGINT REFERENCES parent)");
        await place.rows("INSERT INTO parent VALUES (9)");
        await place.rows("INSERT INTO child VALUES (9)");
        const write = () => range(1, 3).write.mode("overwrite").option("truncate", true);
        await expect(write().jdbc(place.url, "parent")).rejects.toThrow(/foreign key/);
        expect(await ids(place, "parent")).toEqual([9]);
        await write().option("cascadeTruncate", true).jdbc(place.url, "parent");
        expect(await ids(place, "parent")).toEqual([1, 2]);
        expect(await ids(place, "child")).toEqual([]);
      },
    );

    test.skipIf(name !== "PostgreSQL" && name !== "DuckDB")(
      "arrays go where there are some",
      async () => {
        await using place = await made();
        const frame = await session.sql(
          "SELECT array('a\"b', NULL, '{') AS texts, array(1, NULL) AS numbers, " +
            "array(TIMESTAMP '2024-07-01 12:00:00') AS times, CAST(NULL AS ARRAY<INT>) AS none",
        );
        await frame.write.jdbc(place.url, "arrays");
        expect(await session.read.jdbc(place.url, "arrays").collect()).toEqual(
          await frame.collect(),
        );
      },
    );

    test("types of columns can be given, and must be of columns there are", async () => {
      await using place = await made();
      const frame = await session.sql("SELECT 'x' AS name, 1 AS n");
      const write = () => frame.write.format("jdbc");
      await write()
        .options({ createTableColumnTypes: "NAME VARCHAR(17)", batchsize: 1 })
        .jdbc(place.url, "typed");
      expect(await place.rows("SELECT name FROM typed")).toEqual([["x"]]);
      await expect(
        write().option("createTableColumnTypes", "other INT").jdbc(place.url, "again"),
      ).rejects.toMatchObject({ code: "INVALID_OPTION_VALUE" });
    });

    test.skipIf(name === "SQLite" || name === "DuckDB")(
      "options of the table, its comment, and the isolation of the transaction",
      async () => {
        await using place = await made();
        const options = name === "PostgreSQL" ? "WITH (fillfactor = 70)" : "AUTO_INCREMENT = 77";
        await range(0, 2)
          .write.format("jdbc")
          .options({ createTableOptions: options, tableComment: "it's \\ a comment" })
          .option("isolationLevel", "SERIALIZABLE")
          .jdbc(place.url, "commented");
        const [[comment] = []] = await place.rows(
          name === "PostgreSQL"
            ? "SELECT obj_description('commented'::regclass)"
            : "SELECT table_comment FROM information_schema.tables WHERE table_name = 'commented'",
        );
        expect(comment).toBe("it's \\ a comment");
        const log = await place.log!();
        expect(log).toContain(options);
        expect(log).toContain("ISOLATION LEVEL SERIALIZABLE");
      },
    );

    test("a type that the database has no column for is refused before anything is done", async () => {
      await using place = await made();
      const frame = await session.sql("SELECT map('a', 1) AS m");
      await expect(frame.write.jdbc(place.url, "maps")).rejects.toMatchObject({
        code: "JDBC_TYPE_UNSUPPORTED",
      });
    });
  });
}
