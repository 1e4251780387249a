import { join } from "node:path";
import { expect, test } from "vitest";
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
