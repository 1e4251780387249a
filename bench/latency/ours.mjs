import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SparkSession } from "../../dist/index.js";

const folder = mkdtempSync(join(tmpdir(), "millrace-latency-"));
const spark = await SparkSession.builder().config("spark.sql.warehouse.dir", folder).create();
const one = (id) => spark.createDataFrame([{ id: BigInt(id), v: "b" }]);
await one(0).write.saveAsTable("src");
// With an interval the row is nearly always written to its end before the batch that takes it.
const query = await spark.readStream
  .table("src")
  .writeStream.option("checkpointLocation", join(folder, "cp"))
  .trigger({ processingTime: "50 milliseconds" })
  .toTable("dst");
await query.processAllAvailable();
console.log("ready");
let id = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  await one(++id).write.mode("append").saveAsTable("src");
  await query.processAllAvailable();
  const { batchId, durationMs } = query.lastProgress;
  if (batchId !== id) throw new Error(`batch ${batchId}, not ${id}`);
  console.log(durationMs.triggerExecution);
}
const count = await spark.table("dst").count();
if (count !== id + 1) throw new Error(`${count} rows came through, not ${id + 1}`);
await spark.stop();
rmSync(folder, { recursive: true });
