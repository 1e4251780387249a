import { expect, expectTypeOf, test } from "vitest";
import {
  type DataFrame,
  functions as F,
  type Row,
  type RowOf,
  required,
  type SparkSession,
  type StreamingQuery,
  struct,
  types,
  type Value,
} from "../../src/index.ts";
import { openSession } from "../session/session.ts";

const iot = struct({ id: required(types.long), device: types.string, temp: types.double });
type Iot = RowOf<typeof iot>;

test("names keep the type of rows, and a wrong name does not compile", async () => {
  await using session = await openSession();
  const frame = session.spark.createDataFrame([{ id: 1n, device: "x", temp: 1.5 }], iot);
  expectTypeOf(frame).toEqualTypeOf<DataFrame<Iot>>();
  expectTypeOf(await frame.first()).toEqualTypeOf<Iot | undefined>();

  const picked = frame.filter("temp > 1").select("id", "device").orderBy("id").limit(5);
  expectTypeOf(picked.collect).returns.resolves.toEqualTypeOf<Pick<Iot, "id" | "device">[]>();
  const [row] = await picked.collect();
  expectTypeOf(row!.id).toEqualTypeOf<bigint>();
  expect(row).toEqual({ id: 1n, device: "x" });
  // @ts-expect-error: the column was not selected.
  expect(row?.temp).toBeUndefined();

  const dropped = frame.drop("temp").withColumn("hot", F.col("temp").gt(30));
  expectTypeOf((await frame.drop("temp").first())!).toEqualTypeOf<Omit<Iot, "temp">>();
  expectTypeOf<Awaited<ReturnType<typeof dropped.first>>>()
    .extract<{ id: bigint }>()
    .not.toBeNever();

  expectTypeOf(frame.union(frame)).toEqualTypeOf<DataFrame<Iot>>();
  for await (const one of frame) expectTypeOf(one).toEqualTypeOf<Iot>();
});

test("expressions lose the type; to(schema) regains it, and checks", async () => {
  await using session = await openSession();
  const lost = session.spark.range(2).selectExpr("id", "string(id) AS device", "id * 1.5 AS temp");
  expectTypeOf(lost).toEqualTypeOf<DataFrame<Row>>();
  expectTypeOf((await lost.first())!["device"]).toEqualTypeOf<Value | undefined>();
  const back = lost.to(iot);
  expectTypeOf(back).toEqualTypeOf<DataFrame<Iot>>();
  expect(await back.collect()).toEqual([
    { id: 0n, device: "0", temp: 0 },
    { id: 1n, device: "1", temp: 1.5 },
  ]);
  const wrong = session.spark.range(1).selectExpr("string(id) AS id").to(iot);
  await expect(wrong.collect()).rejects.toThrow(/NULLABLE_COLUMN_OR_FIELD|INVALID_COLUMN_OR_FIELD/);
  expectTypeOf(session.spark.range(1).select("*")).toEqualTypeOf<DataFrame<Row>>();
  expectTypeOf(session.spark.table("t").to("id BIGINT")).toEqualTypeOf<DataFrame<Row>>();
});

test("streams hand their functions typed rows; what is opened can be disposed", () => {
  const typed = (spark: SparkSession) =>
    spark.readStream
      .table("t")
      .to(iot)
      .writeStream.foreachBatch((batch) => {
        expectTypeOf(batch).toEqualTypeOf<DataFrame<Iot>>();
      });
  const rows = (spark: SparkSession) =>
    spark.readStream
      .table("t")
      .to(iot)
      .writeStream.foreach((row) => expectTypeOf(row).toEqualTypeOf<Iot>() && undefined);
  expectTypeOf(typed)
    .returns.toHaveProperty("start")
    .returns.resolves.toEqualTypeOf<StreamingQuery>();
  expectTypeOf(rows).toBeFunction();
  expectTypeOf<StreamingQuery>().toExtend<AsyncDisposable>();
  expectTypeOf<SparkSession>().toExtend<AsyncDisposable>();
});

test("untyped frames stay as free as in Spark", () => {
  const free = (frame: DataFrame) => {
    expectTypeOf(frame.select("anything", "s.member")).toEqualTypeOf<DataFrame<Row>>();
    expectTypeOf(frame.select(F.col("a"), "b")).toEqualTypeOf<DataFrame<Row>>();
    expectTypeOf(frame.drop("a")).toEqualTypeOf<DataFrame<Row>>();
    expectTypeOf(frame.withColumn("a", F.lit(1))).toEqualTypeOf<DataFrame<Row>>();
    return frame.join(frame, "id");
  };
  expectTypeOf(free).returns.toEqualTypeOf<DataFrame<Row>>();
});
