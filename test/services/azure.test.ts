import { describe, expect, inject, test } from "vitest";
import { env } from "../../src/env.ts";
import { DeltaTable, SparkSession } from "../../src/index.ts";
import { azureOptions, containerOf } from "./storage/azure-subject.ts";

const server = inject("azure");
const azurite = "missing" in server ? { endpoint: "", queue: "", connectionString: "" } : server;

async function sessionOn(folder: string, conf = azureOptions(azurite)): Promise<SparkSession> {
  let builder = SparkSession.builder()
    .config("millrace.engine.threads", "2")
    .config("spark.sql.warehouse.dir", `${folder}/warehouse`);
  for (const [name, value] of Object.entries(conf)) {
    builder = builder.config(`spark.hadoop.${name}`, value);
  }
  return await builder.create();
}

describe.skipIf("missing" in server)("a session on Azure", () => {
  const folderOf = async (): Promise<string> =>
    `abfss://${await containerOf(azurite, "session")}/${env.uuid()}`;

  test("tables in the warehouse: made, appended, changed, read at a version, streamed", async () => {
    const folder = await folderOf();
    await using spark = await sessionOn(folder);
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
    expect(history).toHaveLength(14);
    expect(await spark.read.option("versionAsOf", 2).table("bronze").count()).toBe(4);
    const silver = await spark.table("silver").orderBy("part").collect();
    expect(silver.map((row) => [row["part"], row["count"]])).toEqual([
      ["a b", 13n],
      ["ü/%", 12n],
    ]);
    await using other = await sessionOn(folder);
    expect(await other.table("bronze").count()).toBe(25);
    await other.sql("DROP TABLE silver");
    expect(await other.catalog.tableExists("silver")).toBe(false);
  });

  test("the same table by another scheme, from files that land there", async () => {
    const folder = await folderOf();
    await using spark = await sessionOn(folder);
    await spark.createDataFrame([{ id: 1n }, { id: 2n }]).write.json(`${folder}/landing`);
    const query = await spark.readStream
      .format("cloudFiles")
      .option("cloudFiles.format", "json")
      .option("cloudFiles.schemaLocation", `${folder}/schema`)
      .load(`${folder}/landing`)
      .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
      .trigger({ availableNow: true })
      .start(`${folder}/landed`);
    await query.awaitTermination();
    const path = folder.replace("abfss:", "wasbs:").replace(".dfs.", ".blob.");
    const rows = await spark.read.format("delta").load(`${path}/landed`).orderBy("id").collect();
    expect(rows.map((row) => Number(row["id"]))).toEqual([1, 2]);
  });
});
