import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import { rowTexts, sorted } from "./canonical.ts";
import { openPlace, type Place } from "./session.ts";
import { noSpark, theSpark } from "./system.ts";

let place: Place;
let back: () => void;
beforeAll(async () => {
  place = await openPlace();
  // As the Spark of the run.
  back = replaceEnv({ zone: () => "UTC" });
});
afterAll(async () => {
  back();
  await place[Symbol.asyncDispose]();
});

const every = `SELECT id, id % 3 = 0 AS bool, CAST(id % 100 AS TINYINT) AS tiny,
  CAST(id AS SMALLINT) AS small, CAST(id * 7 AS INT) AS whole, id * 97000000679 AS big,
  CAST(id AS FLOAT) AS single, id / 8D AS real, CAST(id % 100 AS DECIMAL(4, 1)) AS d4,
  CAST(id AS DECIMAL(9, 2)) AS d9, CAST(-id AS DECIMAL(18, 3)) AS d18,
  CAST(id * 12345678901 AS DECIMAL(38, 5)) AS d38,
  CASE WHEN id % 5 = 0 THEN NULL ELSE concat('nämé', id % 10) END AS repeated,
  concat('a text that is like no other: ', id) AS alone, CAST(concat('b', id) AS BINARY) AS bytes,
  date_add(DATE '1500-01-01', CAST(id * 100 AS INT)) AS day,
  TIMESTAMP '1583-01-01 00:00:00' + make_interval(0, 0, 0, CAST(id * 90 AS INT), 0, 0, id / 8) AS at,
  TIMESTAMP_NTZ '2020-01-01 01:02:03' AS clock,
  array(id, NULL, id + 1) AS list, map(concat('k', id), id, 'n', NULL) AS entries,
  named_struct('x', id, 'y', CASE WHEN id % 2 = 0 THEN NULL ELSE 'z' END) AS pair,
  CASE WHEN id % 4 = 0 THEN NULL ELSE array(named_struct('q', array(concat('a', id)))) END AS deep
  FROM range(COUNT)`;

/** More than a row group of one codec; the others differ in no more than the codec. */
function rowsFor(codec: string): string {
  return every.replace("COUNT", codec === "zstd" ? "10500" : "500");
}

const codecs = ["none", "snappy", "zlib", "lz4", "zstd"];

const write =
  "spark.sql(given[0]).coalesce(1).write.mode('overwrite').option('compression', given[1]).orc(given[2])";

const bloomed = [
  "w = spark.sql(given[0]).coalesce(1).write.option('orc.row.index.stride', 1000)",
  "w.option('orc.bloom.filter.columns', given[1]).option('orc.compress.size', 4096).orc(given[2])",
].join("\n");

describe.skipIf(noSpark)("ORC", () => {
  test.each(codecs)("Spark reads what is written here: %s", async (codec) => {
    const path = place.path(`ours-${codec}`);
    await (await place.spark.sql(rowsFor(codec))).write.option("compression", codec).orc(path);
    const own = rowTexts(await place.spark.read.orc(path).collect());
    const theirs = await theSpark.sql(`SELECT * FROM orc.\`${path}\``);
    expect(sorted(theirs.rows)).toEqual(own);
  });

  test("Spark skips row groups of ours, and no rows", async () => {
    const path = place.path("groups");
    const text = "SELECT id, CAST(id AS STRING) s, id % 7 = 0 AS b FROM range(50000)";
    await (await place.spark.sql(text)).write.orc(path);
    for (const condition of ["id = 34567", "s = '34567'", "id BETWEEN 19995 AND 20005"]) {
      const query = `SELECT id, s, b FROM orc.\`${path}\` WHERE ${condition}`;
      const own = rowTexts(await (await place.spark.sql(query)).collect());
      expect(own.length).toBeGreaterThan(0);
      expect(sorted((await theSpark.sql(query)).rows)).toEqual(own);
    }
  });

  test.each(codecs)("what Spark writes is read here: %s", async (codec) => {
    const path = place.path(`theirs-${codec}`);
    await theSpark.python(write, [rowsFor(codec), codec, path]);
    const theirs = sorted((await theSpark.sql(`SELECT * FROM orc.\`${path}\``)).rows);
    expect(rowTexts(await place.spark.read.orc(path).collect())).toEqual(theirs);
  });

  test("row groups and bloom filters of Spark's leave rows out, and none too many", async () => {
    const path = place.path("theirs-groups");
    const columns = "id,big,real,s,d,day,at";
    const text = `SELECT id, id * 97000000679 % 100003 AS big, id / 8D AS real,
      concat('näme ', id * 7) AS s, CAST(id AS DECIMAL(12, 2)) / 4 AS d,
      date_add(DATE '1560-01-01', CAST(id AS INT)) AS day, array(id, NULL) AS list,
      TIMESTAMP '1969-12-31 23:00:00' + make_interval(0, 0, 0, 0, 0, 0, id) AS at
      FROM range(30000)`;
    await theSpark.python(bloomed, [text, columns, path]);
    for (const condition of [
      ...["id = 12345", "big = 77", "big IN (5, 99999, 100004)", "real = 1500.125D", "d = 0.25"],
      ...["s = 'näme 70007'", "s = 'none'", "day = DATE '1582-10-15'", "day < DATE '1560-02-01'"],
      ...["at = TIMESTAMP '1970-01-01 02:00:00'", "at < TIMESTAMP '1970-01-01 00:00:00'"],
    ]) {
      const query = `SELECT * FROM orc.\`${path}\` WHERE ${condition}`;
      const own = rowTexts(await (await place.spark.sql(query)).collect());
      expect([condition, own]).toEqual([condition, sorted((await theSpark.sql(query)).rows)]);
    }
  });

  test("Spark finds what it looks for by bloom filters of ours", async () => {
    const path = place.path("ours-bloomed");
    const text = "SELECT id, id * 97 % 100003 AS big, concat('s', id) AS s FROM range(25000)";
    const written = (await place.spark.sql(text)).write;
    await written.option("orc.bloom.filter.columns", "big,s").orc(path);
    for (const condition of ["big = 97", "s = 's24999'", "s IN ('s1', 's12345')", "big = 5"]) {
      const query = `SELECT id, big, s FROM orc.\`${path}\` WHERE ${condition}`;
      const own = rowTexts(await (await place.spark.sql(query)).collect());
      expect([condition, sorted((await theSpark.sql(query)).rows)]).toEqual([condition, own]);
    }
  });
});
