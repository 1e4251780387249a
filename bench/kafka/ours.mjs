// Kafka to Delta: node ours.mjs SERVERS TOPIC FOLDER [SECONDS]; to the end of the topic, or for
// so many seconds with a batch after the other.
import { setTimeout } from "node:timers/promises";
import { SparkSession } from "../../dist/index.js";

const [servers, topic, folder, seconds] = process.argv.slice(2);
const spark = await SparkSession.builder()
  .config("spark.sql.warehouse.dir", `${folder}/warehouse`)
  .create();
const batches = [];
spark.streams.addListener({ onQueryProgress: ({ progress }) => batches.push(progress) });
const query = await spark.readStream
  .format("kafka")
  .option("kafka.bootstrap.servers", servers)
  .option("subscribe", topic)
  .option("startingOffsets", seconds === undefined ? "earliest" : "latest")
  .load()
  .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
  .trigger(seconds === undefined ? { availableNow: true } : { processingTime: 0 })
  .start(`${folder}/table`);
if (seconds === undefined) await query.awaitTermination();
else {
  while (batches.length === 0) await setTimeout(100);
  await setTimeout(Number(seconds) * 1_000);
  await query.stop();
}
await spark.stop();
const rows = batches.reduce((sum, { numInputRows }) => sum + numInputRows, 0);
const times = batches.map(({ timestamp, durationMs, numInputRows }) => ({
  ...{ timestamp, rows: numInputRows, ms: durationMs.triggerExecution },
}));
console.log(JSON.stringify({ rows, times }));
