import { SparkSession } from "../../../src/index.ts";

/** What a process that is to be killed runs: the rows of a Delta table, as messages. */
export interface SinkTask {
  readonly table: string;
  readonly checkpoint: string;
  /** Where they go, and by which options. */
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  /** The columns of a message, made of those of the table. */
  readonly columns: readonly string[];
}

// A process of a test of kills: runs until it is killed, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as SinkTask;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const query = await session.readStream
  .format("delta")
  .option("maxFilesPerTrigger", 1)
  .load(task.table)
  .selectExpr(...task.columns)
  .writeStream.format(task.format)
  .options(task.options)
  .option("checkpointLocation", task.checkpoint)
  .start();
await query.awaitTermination();
