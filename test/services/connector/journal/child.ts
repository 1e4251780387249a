import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs. */
export interface ChildTask {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  /** The columns of the table, of those of the source. */
  readonly select: readonly string[];
  readonly checkpoint: string;
  readonly table: string;
}

// A process of killed.ts: runs until it is killed, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as ChildTask;
const session = await SparkSession.builder().getOrCreate();
const reader = session.readStream.format(task.format);
for (const [name, value] of Object.entries(task.options)) reader.option(name, value);
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const query = await reader
  .load()
  .selectExpr(...task.select)
  .writeStream.format("delta")
  .option("checkpointLocation", task.checkpoint)
  .trigger({ processingTime: "50 milliseconds" })
  .start(task.table);
await query.awaitTermination();
