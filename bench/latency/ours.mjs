import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SparkSession } from "../../dist/index.js";

const batches = Number(process.argv[2]);
const warmup = 15;
const folder = mkdtempSync(join(tmpdir(), "millrace-latency-"));
const spark = await SparkSession.builder().config("spark.sql.warehouse.dir", folder).create();
const one = (id) => spark.createDataFrame([{ id: BigInt(id), v: "b" }]);
await one(0).write.saveAsTable("src");
const query = await spark.readStream
  .table("src")
  .writeStream.option("checkpointLocation", join(folder, "cp"))
  .trigger({ processingTime: 0 })
  .toTable("dst");
await query.processAllAvailable();
for (let id = 1; id <= batches + warmup; id++) {
  await one(id).write.mode("append").saveAsTable("src");
  await query.processAllAvailable();
}
const done = query.recentProgress.filter((batch) => batch.numInputRows > 0).slice(warmup);
const count = await spark.table("dst").count();
if (count !== batches + warmup + 1) throw new Error(`${count} rows came through`);
await spark.stop();
rmSync(folder, { recursive: true });
console.log(
  JSON.stringify({
    ms: done.map((batch) => batch.durationMs.triggerExecution),
    parts: done.at(-1).durationMs,
  }),
);
