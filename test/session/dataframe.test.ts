import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Decimal, LocalTimestamp, Timestamp } from "../../src/schema/value.ts";
import { VariantVal } from "../../src/schema/variant/variant.ts";
import * as F from "../../src/session/functions.ts";
import { Window } from "../../src/session/window.ts";
import { openSession, type TestSession } from "./session.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

const people = [
  { id: 1n, name: "Ada", team: "a", score: 3.5 },
  { id: 2n, name: "Bob", team: "b", score: 1 },
  { id: 3n, name: "Cy", team: "a", score: null },
];

describe("building", () => {
  test("is lazy: a wrong name comes at the first awaited call", async () => {
    const frame = session.spark.createDataFrame(people).select("nobody");
    await expect(frame.schema()).rejects.toThrow(/UNRESOLVED_COLUMN/);
  });

  test("select, filter, withColumn, rename, drop", async () => {
    const rows = await session.spark
      .createDataFrame(people)
      .filter("score IS NOT NULL")
      .withColumn("double", F.col("score").multiply(2))
      .withColumnRenamed("name", "who")
      .drop("team", "absent")
      .orderBy(F.col("id").desc())
      .collect();
    expect(rows).toEqual([
      { id: 2n, who: "Bob", score: 1, double: 2 },
      { id: 1n, who: "Ada", score: 3.5, double: 7 },
    ]);
  });

  test("groupBy, agg, count, avg", async () => {
    const frame = session.spark.createDataFrame(people).groupBy("team");
    const rows = await frame
      .agg(F.count("*").as("n"), F.avg("score").as("mean"))
      .orderBy("team")
      .collect();
    expect(rows).toEqual([
      { team: "a", n: 2n, mean: 3.5 },
      { team: "b", n: 1n, mean: 1 },
    ]);
    expect(await (await frame.count()).columns()).toEqual(["team", "count"]);
  });

  test("joins by name and by condition", async () => {
    const teams = session.spark.createDataFrame([
      { team: "a", city: "Oslo" },
      { team: "c", city: "Lima" },
    ]);
    const frame = session.spark.createDataFrame(people);
    const left = await frame.join(teams, "team", "left").orderBy("id").collect();
    expect(left.map((row) => row["city"])).toEqual(["Oslo", null, "Oslo"]);
    expect(await frame.join(teams, "team", "anti").count()).toBe(1);
    const condition = F.col("p.team").eq(F.col("t.team"));
    expect(await frame.as("p").join(teams.as("t"), condition, "inner").count()).toBe(2);
  });

  test("set operations, distinct, dropDuplicates, limit, offset", async () => {
    const frame = session.spark.createDataFrame(people);
    expect(await frame.union(frame).count()).toBe(6);
    expect(await frame.union(frame).distinct().count()).toBe(3);
    expect(await frame.dropDuplicates(["team"]).orderBy("id").collect()).toMatchObject([
      { id: 1n },
      { id: 2n },
    ]);
    expect(await frame.orderBy("id").offset(1).limit(1).first()).toMatchObject({ id: 2n });
    const other = session.spark.createDataFrame([{ name: "Di", extra: true }]);
    const merged = frame.unionByName(other, true);
    expect(await merged.columns()).toEqual(["id", "name", "team", "score", "extra"]);
    expect(await merged.filter("extra").first()).toMatchObject({ id: null, name: "Di" });
  });

  test("window functions", async () => {
    const byTeam = Window.partitionBy("team").orderBy("id");
    const rows = await session.spark
      .createDataFrame(people)
      .withColumn("rank", F.row_number().over(byTeam))
      .withColumn("before", F.lag("name").over(byTeam))
      .orderBy("id")
      .collect();
    expect(rows.map((row) => [row["rank"], row["before"]])).toEqual([
      [1, null],
      [1, null],
      [2, "Ada"],
    ]);
  });

  test("texts are read and written with options, by a schema that another text tells", async () => {
    const schema = F.schema_of_xml("<p><d>02.01.2020</d></p>", { dateFormat: "dd.MM.yyyy" });
    const read = F.from_xml("x", schema, { dateFormat: "d.M.yyyy", mode: "FAILFAST" });
    const row = await session.spark
      .createDataFrame([{ x: "<p><d>3.4.2020</d></p>", j: '{"a": 1}' }])
      .select(
        F.to_xml(read, { rowTag: "r", indent: "" }).as("xml"),
        F.to_json(F.from_json("j", F.schema_of_json('{"a": 0, "b": "x"}')), {
          ignoreNullFields: false,
        }).as("json"),
      )
      .first();
    expect(row).toEqual({ xml: "<r><d>2020-04-03</d></r>\n", json: '{"a":1,"b":null}' });
  });

  test("messages are written and read by a schema", async () => {
    const schema = '{"type":"record","name":"r","fields":[{"name":"id","type":"long"}]}';
    const frame = session.spark
      .range(3)
      .select(F.to_avro(F.struct("id"), schema).as("m"), F.schema_of_avro(schema).as("s"))
      .select(F.from_avro("m", schema, { mode: "PERMISSIVE" }).as("r"), "s");
    const rows = await frame.collect();
    expect(rows.map((row) => row["r"])).toEqual([{ id: 0n }, { id: 1n }, { id: 2n }]);
    expect(rows[0]?.["s"]).toBe("STRUCT<id: BIGINT NOT NULL>");
  });

  test("higher-order functions and when", async () => {
    const row = await session.spark
      .range(1)
      .select(
        F.transform(F.array(F.lit(1), F.lit(2)), (x) => x.plus(10)).as("moved"),
        F.when(F.col("id").eq(0), "none").otherwise("some").as("said"),
      )
      .first();
    expect(row).toEqual({ moved: [11, 12], said: "none" });
  });
});

describe("values", () => {
  test("come back as they were given, exact", async () => {
    const row = {
      long: 9007199254740993n,
      decimal: new Decimal(12345678901234567890n, 3),
      instant: new Timestamp(1_700_000_000_123_456n),
      wall: new LocalTimestamp(-1n),
      bytes: new Uint8Array([0, 255]),
      list: ["x", null],
      map: new Map([["k", 1n]]),
      nested: { inner: { deep: true } },
    };
    const schema =
      "long BIGINT, decimal DECIMAL(20,3), instant TIMESTAMP, wall TIMESTAMP_NTZ, bytes BINARY, " +
      "list ARRAY<STRING>, map MAP<STRING, BIGINT>, nested STRUCT<inner: STRUCT<deep: BOOLEAN>>";
    const frame = session.spark.createDataFrame([row], schema);
    expect(await frame.first()).toEqual(row);
  });

  test("a value of another type is refused by the column's name", () => {
    expect(() => session.spark.createDataFrame([{ id: "x" }], "id BIGINT")).toThrow(/id/);
  });

  test("arrow keeps the microseconds of every year", async () => {
    const all = [-62135596800000001n, -1n, 1_700_000_000_123_457n, 253402300799999999n];
    const rows = [...all.map((one) => new Timestamp(one)), null].map((at, index) => ({
      at,
      wall: all[index] === undefined ? null : new LocalTimestamp(all[index]),
    }));
    const frame = session.spark.createDataFrame(rows, "at TIMESTAMP, wall TIMESTAMP_NTZ");
    const back = session.spark.createDataFrame(await frame.toArrow());
    expect(await back.schema()).toEqual(await frame.schema());
    expect(await back.collect()).toEqual(rows);
  });

  test("arrow in and out", async () => {
    const frame = session.spark.createDataFrame([
      { id: 1n, name: "Ada", at: new Timestamp(1_700_000_000_000_000n) },
      { id: 2n, name: null, at: null },
    ]);
    const table = await frame.toArrow();
    expect(table.numRows).toBe(2);
    const back = session.spark.createDataFrame(table);
    expect(await back.collect()).toEqual(await frame.collect());
  });
});

describe("rows", () => {
  test("async iteration gives them one by one", async () => {
    const ids: unknown[] = [];
    for await (const row of session.spark.range(5000)) ids.push(row["id"]);
    expect(ids.length).toBe(5000);
  });

  test("persist computes once", async () => {
    const frame = session.spark.range(3).select(F.rand().as("r")).persist();
    const first = await frame.collect();
    expect(await frame.collect()).toEqual(first);
    expect(await frame.filter("r >= 0").orderBy("r").count()).toBe(3);
    await frame.unpersist();
  });

  test("temporary views are names for SQL", async () => {
    await session.spark.createDataFrame(people).createOrReplaceTempView("people");
    const rows = await (await session.spark.sql("SELECT count(*) AS n FROM PEOPLE")).collect();
    expect(rows).toEqual([{ n: 3n }]);
    await expect(session.spark.range(1).createTempView("people")).rejects.toThrow(
      /TEMP_TABLE_OR_VIEW_ALREADY_EXISTS/,
    );
  });
});

describe("variants", () => {
  const rows = [
    { id: 1n, v: VariantVal.parseJson('{"a":[1,2.50]}') },
    { id: 2n, v: null },
  ];

  test("go in and come out, few as constants and many as a table", async () => {
    expect(await session.spark.createDataFrame(rows).collect()).toEqual(rows);
    const many = Array.from({ length: 500 }, (_, at) => ({
      id: BigInt(at),
      v: VariantVal.parseJson(`{"n":${at}}`),
    }));
    const frame = session.spark.createDataFrame(many);
    expect(await frame.selectExpr("sum(v:n::int) AS total").collect()).toEqual([
      { total: 124750n },
    ]);
    expect((await frame.cache().collect())[499]).toEqual(many[499]);
  });

  test("of a table that Spark wrote, which is not written on", async () => {
    const path = "test/golden/table/variant/table";
    const table = session.spark.read.format("delta").load(path);
    const found = await table
      .where("id = 6")
      .selectExpr("v:b[3]['c']", "st.v", "a[0]:a::int")
      .collect();
    expect(found.map((row) => JSON.stringify(row))).toEqual([
      '{"c":2.5,"v":{"a":1,"b":[1,"x",null,{"c":2.5}]},"a":1}',
    ]);
    expect(await table.where("v IS NULL").select("id").collect()).toEqual([{ id: 100 }]);
    await expect(table.write.format("delta").mode("append").save(path)).rejects.toThrow(
      expect.objectContaining({ code: "DELTA_UNSUPPORTED_FEATURES_FOR_WRITE" }),
    );
  });

  test("are not written to Parquet files", async () => {
    const write = session.spark.createDataFrame(rows).write.format("parquet");
    await expect(write.save(`${session.folder}/variants`)).rejects.toThrow(
      expect.objectContaining({ code: "ENGINE_UNSUPPORTED_TYPE" }),
    );
  });
});
