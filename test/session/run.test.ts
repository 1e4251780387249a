import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import * as F from "../../src/session/functions.ts";
import { SparkSession } from "../../src/session/spark-session.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

test("the session's zone is any of Java's: an offset, a short name, an interval", async () => {
  const { spark } = session;
  const noon = async (): Promise<unknown> => {
    const frame = await spark.sql("SELECT CAST(timestamp'2021-01-01 12:00:00' AS LONG) AS a");
    return (await frame.collect())[0]?.["a"];
  };
  const utc = 1_609_502_400n;
  await spark.sql("SET TIME ZONE INTERVAL '-3:30' HOUR TO MINUTE");
  expect(await noon()).toBe(utc + 12_600n);
  await spark.sql("SET TIME ZONE 'PST'");
  expect(await noon()).toBe(utc + 28_800n);
  expect(() => spark.conf.set("spark.sql.session.timeZone", "nope")).toThrow("TIME_ZONE");
  await spark.sql("SET TIME ZONE LOCAL");
  expect(await noon()).toBe(utc);
});

test("spark.sql.timestampType is what TIMESTAMP means in SQL and in the text of expressions", async () => {
  const { spark } = session;
  const schema = async (): Promise<string> => {
    const frame = await spark.sql("SELECT TIMESTAMP'2024-01-01' AS a");
    const fields = (await frame.selectExpr("a", "CAST(a AS TIMESTAMP) AS b").schema()).fields;
    return fields.map(({ type }) => type.type).join(" ");
  };
  expect(await schema()).toBe("timestamp timestamp");
  spark.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ");
  expect(await schema()).toBe("timestamp_ntz timestamp_ntz");
  const made = await spark.createDataFrame([], "a TIMESTAMP, b TIMESTAMP_LTZ").schema();
  expect(made.fields.map(({ type }) => type.type)).toEqual(["timestamp_ntz", "timestamp"]);
  spark.conf.unset("spark.sql.timestampType");
});

describe("abort", () => {
  const endless = () =>
    session.spark
      .range(3_000_000)
      .crossJoin(session.spark.range(3_000_000).withColumnRenamed("id", "other"))
      .agg(F.sum(F.expr("sqrt(id * other)")).as("sum"));

  test.each([
    ["collect", (signal: AbortSignal) => endless().collect({ signal })],
    ["count", (signal: AbortSignal) => endless().count({ signal })],
    ["show", (signal: AbortSignal) => endless().show(5, { signal })],
    ["toArrow", (signal: AbortSignal) => endless().toArrow({ signal })],
  ])("ends %s with an AbortError, and the engine is free again", async (_, run) => {
    const controller = new AbortController();
    const running = run(controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    await expect(run(AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    expect(await session.spark.range(3).count()).toBe(3);
  });
});

test("aggregates by the names of functions", async () => {
  const frame = session.spark.createDataFrame([
    { k: "a", n: 1n },
    { k: "a", n: 5n },
  ]);
  expect(await frame.groupBy("k").agg({ n: "MAX", "*": "count" }).collect()).toEqual([
    { k: "a", "max(n)": 5n, "count(1)": 2n },
  ]);
  expect(await frame.agg({ n: "sum" }).collect()).toEqual([{ "sum(n)": 6n }]);
});

test("show(n), show(n, false), show(n, width) print Spark's table", async () => {
  const lines: string[] = [];
  const restore = replaceEnv({ print: (line) => void lines.push(`${line}\n`) });
  try {
    const frame = session.spark.createDataFrame([{ text: "a".repeat(25) }, { text: null }]);
    await frame.show();
    await frame.show(1, false);
    await frame.show(2, 5);
  } finally {
    restore();
  }
  const bar = (width: number) => `+${"-".repeat(width)}+\n`;
  expect(lines).toEqual([
    `${bar(20)}|                text|\n${bar(20)}|${"a".repeat(17)}...|\n|                NULL|\n${bar(20)}\n`,
    `${bar(25)}|text${" ".repeat(21)}|\n${bar(25)}|${"a".repeat(25)}|\n${bar(25)}only showing top 1 row\n\n`,
    `${bar(5)}| text|\n${bar(5)}|aa...|\n| NULL|\n${bar(5)}\n`,
  ]);
});

describe("to(schema)", () => {
  test("takes columns and members by name, adds nullable ones, casts as a table would", async () => {
    const frame = session.spark.createDataFrame(
      [{ extra: true, s: { b: 1, a: "x" }, id: 7n }],
      "extra BOOLEAN, s STRUCT<b: INT, a: STRING>, id BIGINT",
    );
    const rows = await frame.to("ID INT, s STRUCT<a: STRING, b: BIGINT, c: DATE>, more DOUBLE");
    expect(await rows.collect()).toEqual([{ ID: 7, s: { a: "x", b: 1n, c: null }, more: null }]);
  });

  test.each([
    ["id INT", "id STRING", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`id`.*STRING.*INT/],
    ["id BIGINT NOT NULL", "id BIGINT", /NULLABLE_COLUMN_OR_FIELD.*`id`/],
    ["x INT NOT NULL", "id BIGINT", /UNRESOLVED_COLUMN.*`x`/],
    ["s STRUCT<a: INT NOT NULL>", "s STRUCT<a: INT>", /NULLABLE_COLUMN_OR_FIELD.*`s`\.`a`/],
    ["l ARRAY<INT>", "l ARRAY<STRING>", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`l`/],
  ])("%s of %s is refused", async (wanted, given, message) => {
    const frame = session.spark.createDataFrame([], given);
    await expect(frame.to(wanted).schema()).rejects.toThrow(message);
  });

  test("a value that does not fit is an error, not another value", async () => {
    const frame = session.spark.createDataFrame([{ id: 2n ** 40n }]).to("id INT");
    await expect(frame.collect()).rejects.toThrow(/CAST_OVERFLOW/);
  });
});

test("createDataFrame takes names of columns", async () => {
  const frame = session.spark.createDataFrame(
    [
      [1n, "a"],
      [2n, null],
    ],
    ["id", "name"],
  );
  expect(await frame.collect()).toEqual([
    { id: 1n, name: "a" },
    { id: 2n, name: null },
  ]);
});

test("getOrCreate opens one session however many ask at once", async () => {
  const [one, two] = await Promise.all([
    SparkSession.builder().getOrCreate(),
    SparkSession.builder().config("spark.app.name", "twice").getOrCreate(),
  ]);
  expect(two).toBe(one);
  expect(one.conf.get("spark.app.name")).toBe("twice");
  await one.stop();
  const next = await SparkSession.builder().getOrCreate();
  expect(next).not.toBe(one);
  await next.stop();
});

test("a hundred thousand rows go in and out within seconds of a core, exact", async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ({
    id: BigInt(index),
    name: `n${index}`,
    half: index / 2,
  }));
  const before = process.cpuUsage();
  const frame = session.spark.createDataFrame(rows, "id BIGINT, name STRING, half DOUBLE");
  const back = await frame.collect();
  expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
  expect(back).toHaveLength(rows.length);
  expect([back[0], back[77_777], back.at(-1)]).toEqual([rows[0], rows[77_777], rows.at(-1)]);
});
