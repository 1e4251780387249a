import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs: the rows of a Delta table, as messages. */
export interface SinkTask {
  readonly table: string;
  readonly checkpoint: string;
  readonly options: Readonly<Record<string, string>>;
}

// A process of sink-kill.test.ts: runs until it is killed, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as SinkTask;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const writer = session.readStream
  .format("delta")
  .option("maxFilesPerTrigger", 1)
  .load(task.table)
  .selectExpr("CAST(id AS STRING) AS value")
  .writeStream.format("mqtt")
  .option("checkpointLocation", task.checkpoint);
for (const [name, value] of Object.entries(task.options)) writer.option(name, value);
const query = await writer.start();
await query.awaitTermination();
