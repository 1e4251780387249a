import { join } from "node:path";
import { expect, test } from "vitest";
import { functions } from "../../../src/index.ts";
import { openSession } from "../../session/session.ts";

test("each batch of a stream joins what a table holds by then, and a pinned version as it was", async () => {
  await using session = await openSession();
  const { spark } = session;
  const append = (table: string, ...rows: object[]) =>
    spark
      .createDataFrame(rows as Record<string, unknown>[])
      .write.mode("append")
      .saveAsTable(table);
  await append("names", { id: 1n, name: "one" });
  await append("events", { id: 1n });
  const now = spark.table("names");
  const then = spark.read.option("versionAsOf", 0).table("names").select("id", "name");
  const query = await spark.readStream
    .table("events")
    .join(now, "id")
    .join(then.withColumnRenamed("name", "first"), "id", "left")
    .writeStream.option("checkpointLocation", join(session.folder, "checkpoint"))
    .toTable("named");
  await query.processAllAvailable();
  await append("names", { id: 2n, name: "two" });
  await append("events", { id: 2n });
  await query.processAllAvailable();
  await query.stop();
  expect(await spark.table("named").orderBy("id").collect()).toEqual([
    { id: 1n, name: "one", first: "one" },
    { id: 2n, name: "two", first: null },
  ]);
});

test("what the watermark closed comes out after a restart too, without new data", async () => {
  await using session = await openSession();
  const { spark } = session;
  const times = ["2026-01-01T10:00:00Z", "2026-01-01T10:30:00Z"];
  const events = spark.createDataFrame(times.map((time) => ({ at: new Date(time) })));
  await events.write.saveAsTable("events");
  const run = async (trigger: { once: true } | { availableNow: true }) => {
    const query = await spark.readStream
      .table("events")
      .withWatermark("at", "5 minutes")
      .groupBy(functions.window("at", "10 minutes"))
      .count()
      .writeStream.option("checkpointLocation", join(session.folder, "checkpoint"))
      .trigger(trigger)
      .toTable("windows");
    await query.awaitTermination();
    return spark.table("windows").count();
  };
  // As if the process had died before the batch without data.
  expect(await run({ once: true })).toBe(0);
  expect(await run({ availableNow: true })).toBe(1);
  expect(await run({ availableNow: true })).toBe(1);
  const history = await (await spark.sql("DESCRIBE HISTORY windows")).collect();
  expect(history.map((row) => row["operation"])).toEqual([
    "STREAMING UPDATE",
    "STREAMING UPDATE",
    "CREATE TABLE",
  ]);
});
