import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { SparkSession } from "../../../../src/index.ts";
import { isMysql, type Place, places } from "./place.ts";

const session = await SparkSession.builder()
  .config("spark.sql.session.timeZone", "America/New_York")
  .create();
afterAll(() => session.stop());

/** Rows that databases could mean something else by: nulls, texts of either case, negatives. */
const rows = session
  .range(-10, 50)
  .selectExpr(
    "id",
    "CASE WHEN id % 5 <> 0 THEN CAST(id % 7 AS INT) END AS i",
    "CAST(id AS DECIMAL(9,2)) / 4 AS d",
    "CASE WHEN id % 4 > 0 THEN concat(if(id % 2 = 0, 'N', 'n'), CAST(id % 3 AS STRING)) END AS name",
    "date_add(DATE '2024-01-01', CAST(id AS INT)) AS day",
    "TIMESTAMP '2024-01-01 00:00:00' + make_dt_interval(CAST(id AS INT)) AS at",
    "CAST(id AS DOUBLE) / 3 AS f",
  );
await rows.createOrReplaceTempView("own");

/** What a query over `t` has in the statement that the database gets. */
const pushed: readonly (readonly [sql: string, ...words: string[]])[] = [
  ["SELECT id FROM t ORDER BY id DESC LIMIT 3", "ORDER BY", "LIMIT 3"],
  ["SELECT id, name FROM t ORDER BY i, id LIMIT 14", "ORDER BY", "LIMIT 14"],
  ["SELECT id FROM t ORDER BY i DESC NULLS FIRST, id LIMIT 14", "ORDER BY", "LIMIT 14"],
  ["SELECT id FROM t ORDER BY i NULLS LAST, id DESC LIMIT 50", "ORDER BY", "LIMIT 50"],
  ["SELECT id * 2 AS n FROM t WHERE i = 3 ORDER BY id LIMIT 2", "i = 3", "LIMIT 2"],
  ["SELECT id FROM t ORDER BY id LIMIT 3 OFFSET 5", "LIMIT 3 OFFSET 5"],
  ["SELECT id, name FROM t WHERE i > 2 ORDER BY id OFFSET 10", "i > 2", "OFFSET 10"],
  ["SELECT concat(name, 'x') FROM t ORDER BY id LIMIT 4 OFFSET 1", "LIMIT 4 OFFSET 1"],
  [
    "SELECT count(*), count(i), count(name), count(DISTINCT i) FROM t",
    "COUNT(*)",
    "COUNT(DISTINCT",
  ],
  ["SELECT min(id), max(i) + 1, max(id) - min(i) FROM t WHERE id < 20", "MIN(id)", "id < 20"],
  ["SELECT count(*), max(id) FROM t WHERE id > 999", "COUNT(*)", "MAX(id)"],
  ["SELECT i, count(*) AS n, max(id) FROM t GROUP BY i HAVING n > 5", "GROUP BY i"],
  ["SELECT i + 1, count(*) FROM t GROUP BY i ORDER BY 1", "GROUP BY i"],
  ["SELECT DISTINCT i FROM t WHERE id IN (1, 2, 8)", "GROUP BY i"],
  ["SELECT count(*) FROM (SELECT id FROM t WHERE i IS NULL)", "COUNT(*)", "i IS NULL"],
];

/** Times and decimals: SQLite has none. */
const typed: typeof pushed = [
  ["SELECT min(d), max(d), count(DISTINCT d) FROM t", "MIN(d)"],
  ["SELECT min(day), max(at) FROM t", "MIN(", "MAX("],
  ["SELECT id FROM t ORDER BY at DESC LIMIT 4", "ORDER BY", "LIMIT 4"],
  ["SELECT day, count(*) FROM t WHERE day < DATE '2024-01-05' GROUP BY day", "GROUP BY"],
];

/** What a database may have another meaning of. */
const kept: readonly string[] = [
  "SELECT sum(id), avg(i), sum(d) FROM t",
  "SELECT min(name), max(name) FROM t",
  "SELECT min(f), max(f) FROM t",
  "SELECT count(DISTINCT name) FROM t",
  "SELECT name, count(*) FROM t GROUP BY name",
  "SELECT count(*) FROM t WHERE name = 'n1'",
  "SELECT count(*) FILTER (WHERE i > 2) FROM t",
  "SELECT count(DISTINCT i, id) FROM t",
  "SELECT i % 2, count(*) FROM t GROUP BY i % 2",
  "SELECT id FROM t WHERE name = 'n1' ORDER BY id LIMIT 2",
  "SELECT id FROM t ORDER BY name, id LIMIT 5",
  "SELECT id FROM t ORDER BY f DESC, id LIMIT 5",
  "SELECT id FROM t ORDER BY id % 3, id LIMIT 5",
  "SELECT id FROM t ORDER BY name, id LIMIT 5 OFFSET 3",
  "SELECT id FROM t WHERE id % 2 = 0 ORDER BY id LIMIT 5 OFFSET 3",
];
const ofDatabase = /COUNT\(|MIN\(|MAX\(|GROUP BY|LIMIT|OFFSET|SUM\(|AVG\(/;

for (const [name, find] of Object.entries(places)) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`what ${name} does of a query`, () => {
    let place: Place;
    beforeEach(async () => {
      place = (await find()) as Place;
      await rows.write.jdbc(place.url, "t");
    });
    afterEach(() => place[Symbol.asyncDispose]());

    const define = async (options: Readonly<Record<string, string | number>> = {}) => {
      const reader = session.read.format("jdbc").options({ url: place.url, dbtable: "t" });
      await reader.options(options).load().createOrReplaceTempView("t");
    };
    const ran = async (sql: string) => {
      const collected = (await (await session.sql(sql)).collect()).map((row) => Object.values(row));
      return sql.includes("ORDER BY") ? collected : collected.map(String).sort();
    };
    /** What the database is asked, without quotes. */
    const asked = async (sql: string): Promise<string> => {
      const [row] = await (await session.sql(`EXPLAIN ${sql}`)).collect();
      const text = String(row?.["plan"]).split("JDBCRelation(t): ")[1] ?? "";
      return text.replace(/[`"]/g, "");
    };
    const same = async (sql: string): Promise<void> => {
      const own = sql.replaceAll("FROM t", "FROM own");
      expect([sql, await ran(sql)]).toEqual([sql, await ran(own)]);
    };

    test("it counts, groups, orders and leaves out as Spark does", async () => {
      await define();
      for (const [sql, ...words] of name === "SQLite" ? pushed : [...pushed, ...typed]) {
        await same(sql);
        const text = await asked(sql);
        for (const word of words) expect(text).toContain(word);
      }
      if (!place.log) return;
      const log = (await place.log()).replace(/[`"]/g, "");
      expect(log).toContain("LIMIT 3 OFFSET 5");
      expect(log).toMatch(/SELECT c0, c1, c2 FROM \(SELECT i AS c0, COUNT\(\*\) AS c1, MAX\(id\)/);
    });

    test("what it may mean something else by is left to the engine", async () => {
      await define();
      for (const sql of kept) {
        await same(sql);
        expect([sql, (await asked(sql)).match(ofDatabase)]).toEqual([sql, null]);
      }
    });

    test("rows in parts are counted whole, unless their conditions are the user's", async () => {
      await define({ partitionColumn: "id", lowerBound: 0, upperBound: 40, numPartitions: 4 });
      const counted = "SELECT i, count(*), min(id) FROM t GROUP BY i";
      const top = "SELECT id FROM t ORDER BY id DESC LIMIT 3";
      const later = "SELECT id FROM t ORDER BY id LIMIT 5 OFFSET 30";
      for (const sql of [counted, top, later]) await same(sql);
      expect((await asked(top)).match(/LIMIT 3/g)).toHaveLength(4);
      expect((await asked(counted)).match(/GROUP BY/g)).toHaveLength(1);
      const twice = session.read.jdbc(place.url, "t", ["id < 5", "id < 5"]);
      await twice.createOrReplaceTempView("t");
      expect(await ran("SELECT count(*), max(id) FROM t")).toEqual(["30,4"]);
      expect(await ran("SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1")).toEqual([[-10n], [-9n]]);
    });

    test("each can be left to the engine by its option", async () => {
      const count = "SELECT count(*) FROM t WHERE id > 3";
      const [limited, later] = ["SELECT id FROM t LIMIT 3", "SELECT id FROM t OFFSET 3"];
      await define({ pushDownAggregate: "false", pushDownLimit: "false", pushDownOffset: "false" });
      for (const sql of [count, limited, later]) {
        expect(await ran(sql)).toHaveLength((await ran(sql.replace("FROM t", "FROM own"))).length);
        expect(await asked(sql)).not.toMatch(ofDatabase);
      }
      await define({ pushDownPredicate: "false" });
      await same(count);
      expect(await asked(count)).not.toMatch(ofDatabase);
    });

    test.skipIf(name !== "PostgreSQL")("times without end are what they are read as", async () => {
      await place.rows("DROP TABLE t");
      await place.rows("CREATE TABLE t (id BIGINT, day DATE, at TIMESTAMPTZ)");
      await place.rows(
        "INSERT INTO t VALUES (1, 'infinity', 'infinity'), (2, '9999-12-31', '2024-01-01'), " +
          "(3, '-infinity', '-infinity'), (4, NULL, NULL)",
      );
      await define();
      const groups = "SELECT CAST(day AS STRING), count(*) FROM t GROUP BY day";
      expect(await ran(groups)).toEqual([",1", "0001-01-01,1", "9999-12-31,2"]);
      expect(await asked(groups)).toContain("GROUP BY CASE day");
      const latest = await ran("SELECT id FROM t ORDER BY at DESC LIMIT 2");
      expect(latest).toEqual([[1n], [2n]]);
    });

    test.skipIf(!isMysql(name))("an aggregate under a hint is asked for with it", async () => {
      await define({ hint: "/*+ MAX_EXECUTION_TIME(9000) */" });
      expect(await asked("SELECT count(*) FROM t")).toMatch(
        /^SELECT \/\*\+ MAX_EXEC.* COUNT\(\*\)/,
      );
      await same("SELECT count(*) FROM t");
    });
  });
}
