import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs. */
export interface ChildTask {
  readonly path: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly checkpoint: string;
  readonly table: string;
}

// A process of notification-kill.test.ts: runs until it is killed, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as ChildTask;
const builder = SparkSession.builder();
for (const [key, value] of Object.entries(task.conf)) builder.config(key, value);
const session = await builder.getOrCreate();
const reader = session.readStream.format("cloudFiles").schema("id BIGINT");
for (const [name, value] of Object.entries(task.options)) reader.option(name, value);
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const query = await reader
  .load(task.path)
  .writeStream.format("delta")
  .option("checkpointLocation", task.checkpoint)
  .trigger({ processingTime: "100 milliseconds" })
  .start(task.table);
await query.awaitTermination();
