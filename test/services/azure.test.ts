import { describe, expect, inject, test } from "vitest";
import { env } from "../../src/env.ts";
import { SparkSession } from "../../src/index.ts";
import { azureOptions, containerOf } from "./storage/azure-subject.ts";
import { useWarehouse } from "./warehouse.ts";

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
    await useWarehouse(folder, () => sessionOn(folder));
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
