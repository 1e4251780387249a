import { afterAll, describe, expect, test } from "vitest";
import { functions, SparkSession } from "../../../../src/index.ts";
import { formatDataType } from "../../../../src/schema/ddl.ts";
import { isMysql, type Place, places } from "./place.ts";

const session = await SparkSession.builder()
  .config("spark.sql.session.timeZone", "America/New_York")
  .create();
afterAll(() => session.stop());

/** A column of a database: its definition, a value in SQL, the type it is read as, and the text. */
type Sample = readonly [definition: string, value: string, type: string, text: string | null];

const postgres: readonly Sample[] = [
  ["smallint", "-32768", "SMALLINT", "-32768"],
  ["integer", "2147483647", "INT", "2147483647"],
  ["bigint", "-9223372036854775808", "BIGINT", "-9223372036854775808"],
  ["oid", "4294967295", "BIGINT", "4294967295"],
  ["real", "0.1", "FLOAT", "0.1"],
  ["double precision", "'NaN'", "DOUBLE", "NaN"],
  [
    "numeric(30,10)",
    "12345678901234567890.0123456789",
    "DECIMAL(30,10)",
    "12345678901234567890.0123456789",
  ],
  ["numeric", "1.5", "DECIMAL(38,18)", "1.500000000000000000"],
  ["numeric(5,-2)", "12345", "DECIMAL(7,0)", "12300"],
  ["boolean", "true", "BOOLEAN", "true"],
  ["bit(1)", "B'1'", "BOOLEAN", "true"],
  [
    "text",
    "E'tab\\tback\\\\slash\\nline ''quote'' \u{1f600}'",
    "STRING",
    "tab\tback\\slash\nline 'quote' \u{1f600}",
  ],
  ["varchar(5)", "'\\N'", "STRING", "\\N"],
  ["char(4)", "'ab'", "STRING", "ab  "],
  ["bytea", "'\\x00ff0a5c'", "BINARY", "00FF0A5C"],
  ["date", "'2024-02-29'", "DATE", "2024-02-29"],
  ["date", "'0044-03-15 BC'", "DATE", "-0043-03-15"],
  ["date", "'infinity'", "DATE", "9999-12-31"],
  ["timestamptz", "'2024-07-01 12:00:00.123456+02'", "TIMESTAMP", "2024-07-01 06:00:00.123456"],
  ["timestamp", "'2024-07-01 12:00:00.5'", "TIMESTAMP", "2024-07-01 12:00:00.5"],
  ["time", "'12:34:56.789'", "TIMESTAMP", "1970-01-01 12:34:56.789"],
  ["interval", "'1 day'", "STRING", "1 day"],
  ["json", `'{"a": 1}'`, "STRING", '{"a": 1}'],
  [
    "uuid",
    "'6f1b9d2e-0000-4000-8000-000000000001'",
    "STRING",
    "6f1b9d2e-0000-4000-8000-000000000001",
  ],
  ["money", "'1.50'", "STRING", "$1.50"],
  ["integer[]", "'{1,NULL,3}'", "ARRAY<INT>", "[1, null, 3]"],
  [
    "text[]",
    `'{"a,b","NULL",NULL,"q\\"",{}'`.replace(",{}", "}"),
    "ARRAY<STRING>",
    '[a,b, NULL, null, q"]',
  ],
  [
    "numeric(4,2)[][]",
    "'{{1,2},{3,4}}'",
    "ARRAY<ARRAY<DECIMAL(4,2)>>",
    "[[1.00, 2.00], [3.00, 4.00]]",
  ],
  ["timestamptz[]", `'{"2024-07-01 12:00:00+00"}'`, "ARRAY<TIMESTAMP>", "[2024-07-01 08:00:00]"],
  ["integer", "NULL", "INT", null],
];

/** Of MySQL and MariaDB alike. */
const common: readonly Sample[] = [
  ["TINYINT(1)", "2", "BOOLEAN", "true"],
  ["TINYINT(1)", "0", "BOOLEAN", "false"],
  ["TINYINT(1) UNSIGNED", "255", "SMALLINT", "255"],
  ["TINYINT", "-128", "TINYINT", "-128"],
  ["TINYINT UNSIGNED", "255", "SMALLINT", "255"],
  ["SMALLINT UNSIGNED", "65535", "INT", "65535"],
  ["MEDIUMINT", "8388607", "INT", "8388607"],
  ["INT UNSIGNED", "4294967295", "BIGINT", "4294967295"],
  ["BIGINT", "-9223372036854775808", "BIGINT", "-9223372036854775808"],
  ["BIGINT UNSIGNED", "18446744073709551615", "DECIMAL(20,0)", "18446744073709551615"],
  ["FLOAT", "16777215", "FLOAT", "1.6777215E7"],
  ["DOUBLE", "0.1", "DOUBLE", "0.1"],
  [
    "DECIMAL(30,10)",
    "12345678901234567890.0123456789",
    "DECIMAL(30,10)",
    "12345678901234567890.0123456789",
  ],
  ["DECIMAL(5,0) UNSIGNED", "12345", "DECIMAL(5,0)", "12345"],
  ["BIT(1)", "b'1'", "BOOLEAN", "true"],
  // Its digits.
  ["BIT(9)", "b'000000101'", "BINARY", "303030303030313031"],
  ["BIT(64)", "~0", "BINARY", "31".repeat(64)],
  ["CHAR(4)", "'\u00e9\u00e9 '", "STRING", "\u00e9\u00e9  "],
  ["CHAR(3) CHARACTER SET latin1", "'abc'", "STRING", "abc"],
  ["CHAR(3) COLLATE utf8mb4_bin", "''", "STRING", "   "],
  ["SET('a','b')", "'a,b'", "STRING", "a,b"],
  ["VARCHAR(50) CHARACTER SET latin1", "'caf\u00e9 ''x'' \\\\'", "STRING", "caf\u00e9 'x' \\"],
  ["LONGTEXT CHARACTER SET utf8mb4", "'\u{1f600}'", "STRING", "\u{1f600}"],
  ["ENUM('a','b')", "'b'", "STRING", "b"],
  ["JSON", `'{"a": 1}'`, "STRING", '{"a": 1}'],
  ["VARBINARY(9)", "x'00ff0a5c'", "BINARY", "00FF0A5C"],
  ["BLOB", "x'00'", "BINARY", "00"],
  ["DATE", "'2024-02-29'", "DATE", "2024-02-29"],
  ["TIMESTAMP(6) NULL", "'2024-07-01 12:00:00.123456'", "TIMESTAMP", null],
  ["DATETIME(6)", "'2024-07-01 12:00:00.123456'", "TIMESTAMP", "2024-07-01 12:00:00.123456"],
  ["TIME", "'12:34:56'", "TIMESTAMP", "1970-01-01 12:34:56"],
  ["YEAR", "2024", "DATE", "2024-01-01"],
];

const mariadb: readonly Sample[] = [
  ...common,
  ["INET6", "'::1'", "STRING", "::1"],
  [
    "UUID",
    "'6f1b9d2e-0000-4000-8000-000000000001'",
    "STRING",
    "6f1b9d2e-0000-4000-8000-000000000001",
  ],
];

const mysql: readonly Sample[] = [
  ...common,
  ["DECIMAL(5,2) UNSIGNED", "1.5", "DECIMAL(5,2)", "1.50"],
  ["POINT", "ST_GeomFromText('POINT(0 0)')", "BINARY", `000000000101${"0".repeat(38)}`],
  ["JSON", `'["a", null]'`, "STRING", '["a", null]'],
];

const sqlite: readonly Sample[] = [
  ["INTEGER", "2147483647", "INT", "2147483647"],
  ["BIGINT", "-9223372036854775808", "BIGINT", "-9223372036854775808"],
  ["SMALLINT", "'12'", "SMALLINT", "12"],
  ["BOOLEAN", "1", "BOOLEAN", "true"],
  ["REAL", "0.1", "DOUBLE", "0.1"],
  ["DECIMAL(10,2)", "1.5", "DECIMAL(10,2)", "1.50"],
  ["VARCHAR(10)", "'it''s'", "STRING", "it's"],
  ["", "7", "BIGINT", "7"],
  ["BLOB", "x'00ff'", "BINARY", "00FF"],
  ["DATE", "'2024-02-29'", "DATE", "2024-02-29"],
  ["TIMESTAMP", "'2024-07-01 12:00:00.5'", "TIMESTAMP", "2024-07-01 12:00:00.5"],
  ["TIMESTAMP", "'2024-07-01 12:00:00Z'", "TIMESTAMP", "2024-07-01 08:00:00"],
  ["DATETIME", "1719835200000", "TIMESTAMP", "2024-07-01 08:00:00"],
];

const duckdb: readonly Sample[] = [
  ["UTINYINT", "255", "SMALLINT", "255"],
  ["UBIGINT", "18446744073709551615", "DECIMAL(20,0)", "18446744073709551615"],
  ["HUGEINT", "12345678901234567890", "DECIMAL(38,0)", "12345678901234567890"],
  ["DECIMAL(18,3)", "1.5", "DECIMAL(18,3)", "1.500"],
  ["VARCHAR", "'it''s'", "STRING", "it's"],
  [
    "UUID",
    "'6f1b9d2e-0000-4000-8000-000000000001'",
    "STRING",
    "6f1b9d2e-0000-4000-8000-000000000001",
  ],
  ["DATE", "'2024-02-29'", "DATE", "2024-02-29"],
  ["TIMESTAMPTZ", "'2024-07-01 12:00:00+00'", "TIMESTAMP", "2024-07-01 08:00:00"],
  ["TIMESTAMP", "'2024-07-01 12:00:00.5'", "TIMESTAMP", "2024-07-01 12:00:00.5"],
  ["TIME", "'12:34:56'", "TIMESTAMP", "1970-01-01 12:34:56"],
  ["INTEGER[]", "[1, NULL]", "ARRAY<INT>", "[1, null]"],
  ["STRUCT(a INTEGER)", "{'a': 1}", "STRING", "{'a': 1}"],
];

const samples = {
  PostgreSQL: postgres,
  MariaDB: mariadb,
  MySQL: mysql,
  SQLite: sqlite,
  DuckDB: duckdb,
};

for (const [name, find] of Object.entries(places)) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`reading from ${name}`, () => {
    const made = async (): Promise<Place> => (await find()) as Place;
    const read = (place: Place, options: Readonly<Record<string, string | number>>) =>
      session.read
        .format("jdbc")
        .options({ url: place.url, ...options })
        .load();

    test("every type is read as Spark's, and every value", async () => {
      await using place = await made();
      const all = samples[name as keyof typeof samples];
      const columns = all.map(([definition], at) => `c${at} ${definition}`);
      await place.rows(`CREATE TABLE typed (${columns.join(", ")})`);
      await place.rows(`INSERT INTO typed VALUES (${all.map(([, value]) => value).join(", ")})`);
      const frame = read(place, { dbtable: "typed" });
      const { fields } = await frame.schema();
      expect(fields.map(({ type }) => formatDataType(type).toUpperCase())).toEqual(
        all.map((one) => one[2]),
      );
      const texts = fields.map(({ name: column, type }) =>
        type.type === "binary"
          ? functions.hex(functions.col(column)).as(column)
          : functions.col(column).cast("string").as(column),
      );
      const [row] = await frame.select(...texts).collect();
      const known = all.map((one, at) =>
        one[3] === null && one[1] !== "NULL" ? Object.values(row!)[at] : one[3],
      );
      expect(Object.values(row!)).toEqual(known);
    });

    test.skipIf(name !== "PostgreSQL" && !isMysql(name))(
      "a CHAR is as long as it is declared, and equal to what it is without its blanks",
      async () => {
        await using place = await made();
        await place.rows("CREATE TABLE chars (id BIGINT, c CHAR(4))");
        await place.rows("INSERT INTO chars VALUES (1, 'ab'), (2, 'abcd'), (3, NULL)");
        const frame = read(place, { dbtable: "chars" });
        expect(await frame.filter("c = 'ab'").selectExpr("id", "length(c) AS n").collect()).toEqual(
          [{ id: 1n, n: 4 }],
        );
        // What is written is a text of any length.
        await frame.selectExpr("id", "c").write.jdbc(place.url, "copies");
        const longer = await session.sql("SELECT 4L AS id, 'longer' AS c");
        await longer.write.mode("append").jdbc(place.url, "copies");
        expect(await read(place, { dbtable: "copies" }).filter("c = 'longer'").count()).toBe(1);
      },
    );

    test("a column that is asked for under another type is read as it", async () => {
      await using place = await made();
      await place.rows("CREATE TABLE custom (id BIGINT, amount DECIMAL(10,2))");
      await place.rows("INSERT INTO custom VALUES (7, 1.5)");
      const frame = read(place, {
        dbtable: "custom",
        customSchema: "ID STRING, amount DECIMAL(5,1)",
      });
      expect(await frame.collect()).toMatchObject([
        { id: "7", amount: { unscaled: 15n, scale: 1 } },
      ]);
      // DuckDB rounds the number itself.
      if (name === "DuckDB") return;
      const bad = read(place, { dbtable: "custom", customSchema: "amount INT" });
      await expect(bad.collect()).rejects.toMatchObject({ code: "JDBC_VALUE_INVALID" });
    });

    test("times without a zone are walls where that is preferred, and are compared as such", async () => {
      await using place = await made();
      const rows = await session.sql(
        "SELECT id, TIMESTAMP_NTZ '2024-03-10 01:00:00' + make_dt_interval(0, 0, 20 * id) AS wall, " +
          "TIMESTAMP '2024-03-10 01:00:00' + make_dt_interval(0, 0, 20 * id) AS at FROM range(9)",
      );
      await rows.write.jdbc(place.url, "walls");
      const frame = read(place, { dbtable: "walls", preferTimestampNTZ: "true" });
      const types = (await frame.schema()).fields.map(({ type }) => type.type);
      expect(types).toEqual(["long", "timestamp_ntz", "timestamp"]);
      expect(await rows.exceptAll(frame).collect()).toEqual([]);
      // New York has no such hour on this day.
      const condition =
        "wall >= TIMESTAMP_NTZ '2024-03-10 02:20:00' AND at < TIMESTAMP '2024-03-10 04:00:00'";
      const ids = async (of: typeof frame) =>
        (await of.filter(condition).collect()).map(({ id }) => id);
      expect((await ids(frame)).sort()).toEqual((await ids(rows)).sort());
      expect(await ids(frame)).toHaveLength(2);
    });

    test("a query, a subquery, and rows in parts by a column or by conditions", async () => {
      await using place = await made();
      await session
        .range(0, 1000)
        .selectExpr("id", "nullif(id, 500) AS n")
        .write.jdbc(place.url, "t");
      const all = Array.from({ length: 1000 }, (_, id) => BigInt(id));
      const sorted = async (frame: ReturnType<typeof read>) =>
        (await frame.collect()).map((row) => row["id"] as bigint).sort((a, b) => Number(a - b));
      const few = "SELECT id FROM t WHERE id < 10";
      expect(await read(place, { query: `${few} -- few` }).count()).toBe(10);
      expect(await read(place, { query: ` ${few};; ` }).count()).toBe(10);
      expect(await read(place, { dbtable: "(SELECT id FROM t WHERE id < 9) AS s" }).count()).toBe(
        9,
      );
      const parts = {
        partitionColumn: place.quote("N"),
        lowerBound: 100,
        upperBound: 900,
        numPartitions: 5,
      };
      expect(await sorted(read(place, { dbtable: "t", ...parts, fetchsize: 7 }))).toEqual(all);
      expect(await sorted(session.read.jdbc(place.url, "t", "id", 0, 1000, 3))).toEqual(all);
      const conditions = ["id < 400", "id >= 400"];
      expect(await sorted(session.read.jdbc(place.url, "t", conditions))).toEqual(all);
      expect(await read(place, { dbtable: "t" }).filter("id > 990").count()).toBe(9);
      expect(await read(place, { dbtable: "t" }).limit(3).collect()).toHaveLength(3);
    });

    test("conditions that are pushed down lose nothing, and let nothing more through", async () => {
      await using place = await made();
      const rows = session
        .range(0, 60)
        .selectExpr(
          "id",
          "CAST(id % 7 AS INT) AS i",
          "CAST(id AS DECIMAL(9,2)) / 4 AS d",
          "CASE WHEN id % 5 > 0 THEN concat('Name ', CAST(id % 10 AS STRING)) END AS name",
          "date_add(DATE '2024-01-01', CAST(id AS INT)) AS day",
          "id % 2 = 0 AS even",
          "TIMESTAMP '2024-01-01 00:00:00' + make_dt_interval(CAST(id AS INT)) AS at",
        );
      await rows.write.jdbc(place.url, "t");
      const frame = read(place, { dbtable: "t" });
      for (const condition of [
        "id = 7",
        "7 < id",
        "id <= 7 OR i = 3",
        "NOT (id > 7 AND i <> 2)",
        "id IN (1, 2, 99)",
        "name = 'name 3'",
        "name = 'Name 3'",
        "name <> 'Name 3'",
        "name < 'Name 4'",
        "NOT (name = 'NAME 3')",
        "name IS NULL",
        "name IS NOT NULL AND i > 3",
        "name <=> NULL",
        "NOT (name <=> 'Name 3')",
        "day > DATE '2024-01-20'",
        "day IN (DATE '2024-01-02')",
        "d >= 7.25",
        "d = 7.5",
        "even",
        "NOT even",
        "even = true",
        "at < TIMESTAMP '2024-01-05'",
        "i NOT IN (1, 2)",
        "i > NULL",
        "id + 1 = 8",
        "name LIKE 'Name%' AND id < 20",
      ]) {
        const wanted = (await rows.filter(condition).collect()).map(({ id }) => id);
        const got = (await frame.filter(condition).collect()).map(({ id }) => id).sort();
        expect([condition, got]).toEqual([condition, wanted.sort()]);
      }
    });

    test.skipIf(name === "SQLite" || name === "DuckDB")(
      "statements before a read, before its SELECT, and for how long at most",
      async () => {
        await using place = await made();
        const set = name === "PostgreSQL" ? "SET lock_timeout = 1234" : "SET @mine = 1234";
        const get =
          name === "PostgreSQL" ? "current_setting('lock_timeout')" : "CAST(@mine AS CHAR)";
        const init = { sessionInitStatement: set, query: `SELECT ${get} AS v` };
        expect(await read(place, init).collect()).toEqual([
          { v: name === "PostgreSQL" ? "1234ms" : "1234" },
        ]);
        const prepared = { prepareQuery: "WITH w AS (SELECT 1 AS one)", query: "SELECT * FROM w" };
        expect(await read(place, prepared).collect()).toHaveLength(1);
        const sleep = name === "PostgreSQL" ? "pg_sleep(20)" : "SLEEP(20)";
        const asleep = {
          query: `SELECT 1 AS one FROM (SELECT ${sleep} AS s) AS t`,
          queryTimeout: 1,
        };
        const waits = async () => read(place, asleep).filter("one > 0").collect();
        if (name === "PostgreSQL") await expect(waits()).rejects.toThrow(/timeout/);
        else
          await expect(waits()).rejects.toThrow(/max_statement_time|maximum statement execution/);
      },
    );

    test.skipIf(name !== "MySQL")("a password is proven, over TLS and without", async () => {
      await using place = await made();
      const [[database] = []] = await place.rows("SELECT database()");
      await place.rows(`CREATE USER '${database}' IDENTIFIED BY 'it''s & secret'`);
      const cipher =
        "SELECT VARIABLE_VALUE AS v FROM performance_schema.session_status " +
        "WHERE VARIABLE_NAME = 'Ssl_cipher'";
      const login = {
        url: place.url.replace(/\/try_.*/, "/"),
        user: String(database),
        query: cipher,
      };
      const proven = { ...login, password: "it's & secret" };
      expect(await read(place, proven).collect()).toEqual([{ v: "" }]);
      const [row] = await read(place, { ...proven, sslMode: "REQUIRED" }).collect();
      expect(row?.["v"]).toMatch(/AES/);
      await expect(
        read(place, { ...proven, sslMode: "VERIFY_CA" }).collect(),
      ).rejects.toMatchObject({ code: "FAILED_JDBC.UNCLASSIFIED" });
      await expect(read(place, { ...login, password: "other" }).collect()).rejects.toThrow(
        /denied/,
      );
      await place.rows(`DROP USER '${database}'`);
    });

    test.skipIf(name === "SQLite" || name === "DuckDB")(
      "a database that is not there is told, by its server's words",
      async () => {
        await using place = await made();
        const url = place.url.replace(/\/(postgres|try_\w+)\?/, "/no_such?");
        await expect(read(place, { url, query: "SELECT 1" }).collect()).rejects.toThrow(
          /FAILED_JDBC.UNCLASSIFIED.*no_such/s,
        );
      },
    );

    test("hints are of MySQL alone", async () => {
      await using place = await made();
      const hinted = read(place, {
        query: "SELECT 1 AS one",
        hint: "/*+ MAX_EXECUTION_TIME(9000) */",
      });
      if (isMysql(name)) expect(await hinted.count()).toBe(1);
      else
        await expect(hinted.count()).rejects.toMatchObject({
          code: "HINT_UNSUPPORTED_FOR_JDBC_DIALECT",
        });
    });

    test("a statement that fails is told with what the database says", async () => {
      await using place = await made();
      await expect(read(place, { dbtable: "no_such" }).schema()).rejects.toMatchObject({
        code: "FAILED_JDBC.UNCLASSIFIED",
      });
      await place.rows("CREATE TABLE victim (id INTEGER)");
      for (const dbtable of [
        "victim; DROP TABLE victim",
        "victim WHERE 1=1; DROP TABLE victim; --",
      ]) {
        await expect(read(place, { dbtable }).collect()).rejects.toThrow();
      }
      expect(await place.rows("SELECT COUNT(*) FROM victim")).toHaveLength(1);
    });

    test.skipIf(name === "SQLite" || name === "DuckDB")(
      "columns, conditions and limits are in what the database is asked",
      async () => {
        await using place = await made();
        await session
          .range(0, 50)
          .selectExpr("id", "id % 7 AS m", "'x' AS name")
          .write.jdbc(place.url, "asked");
        const frame = read(place, { dbtable: "asked" });
        expect(
          await frame.filter("m = 3 AND name = 'x' AND id + m > 6").select("id").collect(),
        ).toHaveLength(6);
        expect(await frame.select("name").limit(4).collect()).toHaveLength(4);
        expect(
          await read(place, {
            dbtable: "asked",
            pushDownPredicate: "false",
            pushDownLimit: "false",
          })
            .filter("m = 5")
            .limit(1)
            .collect(),
        ).toHaveLength(1);
        const log = (await place.log!()).split("\n").filter((line) => line.includes("FROM asked"));
        const plain = log.map((line) => line.replace(/[`"]/g, ""));
        const text = isMysql(name) ? "_utf8mb4'x'" : "'x'";
        const where = `WHERE ((m = 3)) AND ((name = ${text}))`;
        const asked = (part: string) => plain.some((line) => line.includes(part));
        expect(asked(`SELECT id, m, name FROM asked ${where}`)).toBe(true);
        expect(asked("SELECT name FROM asked LIMIT 4")).toBe(true);
        expect(plain.some((line) => line.includes("m = 5") || line.includes("LIMIT 1)"))).toBe(
          false,
        );
      },
    );
  });
}
