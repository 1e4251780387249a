import { expect } from "vitest";
import { DeltaTable, type SparkSession } from "../../src/index.ts";

/**
 * Tables of a warehouse in a store: made, appended, changed, read at a version, streamed, seen by
 * another session. `open` gives sessions over one warehouse in `folder`, that nobody used before.
 */
export async function useWarehouse(
  folder: string,
  open: () => Promise<SparkSession>,
): Promise<void> {
  await using spark = await open();
  await spark.sql("CREATE TABLE bronze (id BIGINT, part STRING) PARTITIONED BY (part)");
  for (let round = 0; round < 12; round++) {
    await spark.sql(`INSERT INTO bronze VALUES (${round}, 'a b'), (${round + 100}, 'ü/%')`);
  }
  expect(await spark.table("bronze").count()).toBe(24);
  const stream = () =>
    spark.readStream
      .table("bronze")
      .groupBy("part")
      .count()
      .writeStream.outputMode("complete")
      .option("checkpointLocation", `${folder}/checkpoint`)
      .trigger({ availableNow: true })
      .toTable("silver");
  await (await stream()).awaitTermination();
  await spark.sql("INSERT INTO bronze VALUES (50, 'a b')");
  await (await stream()).awaitTermination();
  const history = await (await DeltaTable.forName(spark, "bronze")).history().collect();
  expect(history.length).toBe(14);
  const old = await spark.read.option("versionAsOf", 2).table("bronze").count();
  expect(old).toBe(4);
  const silver = await spark.table("silver").orderBy("part").collect();
  expect(silver.map((row) => [row["part"], row["count"]])).toEqual([
    ["a b", 13n],
    ["ü/%", 12n],
  ]);
  await using other = await open();
  expect(await other.table("bronze").count()).toBe(25);
  await other.sql("DROP TABLE silver");
  expect(await other.catalog.tableExists("silver")).toBe(false);
}
