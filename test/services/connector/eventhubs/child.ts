import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs: the rows of a Delta table, as events. */
export interface SinkTask {
  readonly table: string;
  readonly checkpoint: string;
  readonly options: Readonly<Record<string, string>>;
}

// A process of kill.test.ts: runs until it is killed, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as SinkTask;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const query = await session.readStream
  .format("delta")
  .option("maxFilesPerTrigger", 1)
  .load(task.table)
  .selectExpr("CAST(id AS STRING) AS body", "CAST(id % 3 AS STRING) AS partition")
  .writeStream.format("eventhubs")
  .options(task.options)
  .option("checkpointLocation", task.checkpoint)
  .start();
await query.awaitTermination();
