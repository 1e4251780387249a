import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs. */
export interface ChildTask {
  readonly url: string;
  readonly dbtable: string;
  readonly source: string;
  readonly checkpoint: string;
  /** Until all is done, or until it is killed. */
  readonly ends: boolean;
}

// A process of kill.test.ts: a Delta table to a database, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as ChildTask;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const query = await session.readStream
  .format("delta")
  .option("maxFilesPerTrigger", 1)
  .load(task.source)
  .writeStream.format("jdbc")
  .options({ url: task.url, dbtable: task.dbtable, batchsize: 100 })
  .option("checkpointLocation", task.checkpoint)
  .trigger(task.ends ? { availableNow: true } : { processingTime: "1 millisecond" })
  .start();
await query.awaitTermination();
await session.stop();
