import { SparkSession } from "../../../../src/index.ts";

/** What a process that is to be killed runs. */
export interface ChildTask {
  /** A Delta table. */
  readonly source: string;
  /** The options of the sinks that it is written to, side by side. */
  readonly sinks: readonly Readonly<Record<string, string>>[];
  readonly checkpoint: string;
  /** Until all is done, or until it is killed. */
  readonly ends: boolean;
}

// A process of sink-kill.test.ts: a Delta table to topics, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as ChildTask;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
const queries = task.sinks.map((options, at) =>
  session.readStream
    .format("delta")
    .option("maxFilesPerTrigger", 1)
    .load(task.source)
    .selectExpr("CAST(id AS STRING) AS key", "name AS value")
    .writeStream.format("kafka")
    .options(options)
    .option("checkpointLocation", `${task.checkpoint}-${at}`)
    .trigger(task.ends ? { availableNow: true } : { processingTime: "1 millisecond" })
    .start(),
);
await Promise.all(queries.map(async (query) => (await query).awaitTermination()));
await session.stop();
