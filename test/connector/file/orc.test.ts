import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isError } from "../../../src/error/error.ts";
import { SparkSession } from "../../../src/session/spark-session.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-orc-"));
let spark: SparkSession;
beforeAll(async () => {
  spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", join(folder, "warehouse"))
    .create();
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});

const everyType = `SELECT id, id % 3 = 0 AS bool, CAST(id % 100 AS TINYINT) AS tiny,
  CAST(id AS SMALLINT) AS small, CAST(id * 7 AS INT) AS whole, id * 97000000679 AS big,
  CAST(id / 3 AS FLOAT) AS single, id / 7.0D AS real, CAST(id % 100 AS DECIMAL(4, 1)) AS d4,
  CAST(id AS DECIMAL(9, 2)) AS d9, CAST(-id AS DECIMAL(18, 3)) AS d18,
  CAST(id * 12345678901 AS DECIMAL(38, 5)) AS d38,
  CASE WHEN id % 5 = 0 THEN NULL ELSE concat('nämé', id % 10) END AS repeated,
  concat('a text that is like no other: ', id) AS alone, CAST(concat('b', id) AS BINARY) AS bytes,
  date_add(DATE '1000-01-01', CAST(id * 500 AS INT)) AS day,
  TIMESTAMP '1583-01-01 00:00:00' + make_interval(0, 0, 0, CAST(id * 90 AS INT), 0, 0, id / 8) AS at,
  TIMESTAMP_NTZ '2020-01-01 01:02:03' AS clock, TIME '10:11:12.345' AS time,
  INTERVAL '1-2' YEAR TO MONTH AS months, INTERVAL '1 2:03:04' DAY TO SECOND AS span,
  array(id, NULL, id + 1) AS list, map(concat('k', id), id, 'n', NULL) AS entries,
  named_struct('x', id, 'y', CASE WHEN id % 2 = 0 THEN NULL ELSE 'z' END) AS pair,
  CASE WHEN id % 4 = 0 THEN NULL ELSE array(named_struct('q', array(concat('a', id)))) END AS deep,
  CASE WHEN id > 0 THEN NULL ELSE 'x' END AS mostly
  FROM range(ROWS)`;

function query(rows: number): string {
  return everyType.replace("ROWS", String(rows));
}

function file(path: string): string {
  return join(path, readdirSync(path).find((name) => name.endsWith(".orc")) ?? "");
}

describe.each(["zstd", "none", "snappy", "zlib", "lz4", "brotli"])("%s", (codec) => {
  test("what is written is read, with its types", async () => {
    const path = join(folder, codec);
    // More than a row group, whose runs end in the middle of what they hold.
    const rows = codec === "zstd" ? 10_403 : 300;
    const frame = await spark.sql(query(rows));
    await frame.write.option("compression", codec).orc(path);
    const back = spark.read.orc(path);
    expect((await back.schema()).fields.map(({ type }) => type)).toEqual(
      (await frame.schema()).fields.map(({ type }) => expect.objectContaining({ type: type.type })),
    );
    const [own, read] = [await frame.collect(), await back.collect()];
    expect(read).toEqual(own);
    const ending = codec === "none" ? "" : `.${codec}`;
    expect(file(path)).toMatch(new RegExp(`/part-00000-[0-9a-f-]{36}-c000\\${ending}.orc$`));
  }, 60_000);
});

test("stripes are left out by their statistics, and rows are not", async () => {
  const path = join(folder, "stripes");
  const frame = await spark.sql("SELECT id, CAST(id AS STRING) s, id / 10.0D r FROM range(300000)");
  await frame.write.option("orc.stripe.size", "1000000").orc(path);
  const all = `orc.\`${path}\``;
  for (const [condition, count] of [
    ["id = 299999", 1n],
    ["id > 150000 AND id <= 150010", 10n],
    ["r < 1", 10n],
    ["id IS NULL", 0n],
    ["NOT (id < 299990)", 10n],
  ] as const) {
    const [row] = await (
      await spark.sql(`SELECT count(*) n FROM ${all} WHERE ${condition}`)
    ).collect();
    expect([condition, row?.["n"]]).toEqual([condition, count]);
  }
});

describe("schema on read", () => {
  const path = join(folder, "evolve");
  beforeAll(async () => {
    const text =
      "SELECT id AS Whole, CAST(id AS STRING) AS text, named_struct('a', id) AS s FROM range(3)";
    await (await spark.sql(text)).write.orc(path);
  });

  test("names are found whatever their case, what is absent is null, types change", async () => {
    const schema = "whole STRING, TEXT INT, missing DATE, s STRUCT<b: INT, A: INT>";
    const rows = await spark.read.schema(schema).orc(path).collect();
    expect(rows[2]).toEqual({ whole: "2", TEXT: 2, missing: null, s: { b: null, A: 2 } });
  });

  test("a type that cannot be changed is refused by name", async () => {
    await expect(spark.read.schema("whole DATE").orc(path).collect()).rejects.toMatchObject({
      code: "UNSUPPORTED_FEATURE.ORC_TYPE_CAST",
    });
  });

  test("_metadata tells of the file", async () => {
    const rows = await spark.read.orc(path).select("_metadata.file_name").collect();
    expect(rows).toHaveLength(3);
    expect(rows[0]?.["file_name"]).toBe(file(path).split("/").at(-1));
  });
});

test("a column of files that is called _metadata is read, whatever its type", async () => {
  const frame = await spark.sql(
    "SELECT 7 AS _metadata UNION ALL SELECT CAST(NULL AS INT) AS _metadata",
  );
  const member = await spark.sql("SELECT named_struct('file_name', 'own') AS _metadata");
  for (const format of ["orc", "parquet", "json"]) {
    const path = join(folder, `metadata-${format}`);
    await frame.write.format(format).save(path);
    const rows = await spark.read.format(format).schema("_metadata INT").load(path).collect();
    expect(rows.map((row) => row["_metadata"])).toEqual([7, null]);
    const inner = join(folder, `metadata-member-${format}`);
    await member.write.format(format).save(inner);
    expect(await spark.read.format(format).load(inner).collect()).toEqual([
      { _metadata: { file_name: "own" } },
    ]);
  }
});

test("partitioned folders are written and read", async () => {
  const path = join(folder, "parts");
  const frame = await spark.sql("SELECT id, id % 2 AS part FROM range(6)");
  await frame.write.partitionBy("part").orc(path);
  const rows = await spark.read.orc(path).where("part = 1").collect();
  expect(rows.map((row) => row["id"]).sort()).toEqual([1n, 3n, 5n]);
});

test("an instant that the format would change is refused by name", async () => {
  const frame = await spark.sql("SELECT TIMESTAMP '1969-12-31 23:59:59.5Z' AS t");
  await expect(frame.write.orc(join(folder, "second"))).rejects.toMatchObject({
    code: "UNSUPPORTED_FEATURE.ORC_TIMESTAMP",
  });
});

describe("damage", () => {
  test("an empty file has no rows", async () => {
    const path = join(folder, "empty.orc");
    writeFileSync(path, "");
    expect(await spark.read.schema("a INT").orc(path).collect()).toEqual([]);
    await expect(spark.read.orc(path).collect()).rejects.toMatchObject({
      code: "UNABLE_TO_INFER_SCHEMA",
    });
  });

  test("bytes that are changed give rows or an error by name, and it can be passed over", async () => {
    const path = join(folder, "whole");
    await (await spark.sql(query(300))).write.option("compression", "none").orc(path);
    const bytes = readFileSync(file(path));
    const schema = await spark.read.orc(path).schema();
    let seed = 7;
    const below = (most: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % most;
    };
    let failures = 0;
    for (let turn = 0; turn < 60; turn++) {
      const changed = Buffer.from(bytes);
      for (let i = 0; i < 3; i++) changed[below(changed.length)] = below(256);
      const cut = turn % 6 === 0 ? changed.subarray(0, below(changed.length)) : changed;
      const broken = join(folder, `broken-${turn}.orc`);
      writeFileSync(broken, cut);
      const failure = await spark.read
        .schema(schema)
        .orc(broken)
        .collect()
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (failure === undefined) continue;
      failures++;
      const named = [
        "FAILED_READ_FILE.NO_HINT",
        "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
        "UNSUPPORTED_FEATURE.ORC_TYPE_CAST",
        "UNSUPPORTED_FEATURE.ORC_ENCRYPTION",
        "AMBIGUOUS_REFERENCE",
      ] as const;
      expect(isError(failure, ...named) ? "named" : failure).toBe("named");
      if (!isError(failure, "FAILED_READ_FILE.NO_HINT")) continue;
      const lenient = spark.read.schema(schema).option("ignoreCorruptFiles", "true").orc(broken);
      await expect(lenient.collect()).resolves.toBeInstanceOf(Array);
    }
    expect(failures).toBeGreaterThan(10);
  }, 60_000);
});

test("a stream reads the files of a folder", async () => {
  const path = join(folder, "streamed");
  await (await spark.sql("SELECT id, 'x' AS s FROM range(5)")).write.orc(path);
  const out = join(folder, "streamed-out");
  const run = async () => {
    const query = await spark.readStream
      .schema("id LONG, s STRING")
      .orc(path)
      .writeStream.option("checkpointLocation", join(folder, "streamed-state"))
      .trigger({ availableNow: true })
      .start(out);
    await query.awaitTermination();
    return (await spark.read.format("delta").load(out).collect()).length;
  };
  expect(await run()).toBe(5);
  await (await spark.sql("SELECT id, 'y' AS s FROM range(3)")).write.mode("append").orc(path);
  expect(await run()).toBe(8);
});
