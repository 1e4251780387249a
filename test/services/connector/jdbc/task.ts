import type { SparkSession, StreamingQuery } from "../../../../src/index.ts";

/** A stream of kill.test.ts: a Delta table to a database. */
export interface Task {
  readonly url: string;
  readonly dbtable: string;
  readonly source: string;
  readonly checkpoint: string;
}

/** Starts it: until all is done, or for as long as it lives. */
export function startTask(
  session: SparkSession,
  task: Task,
  ends: boolean,
): Promise<StreamingQuery> {
  return session.readStream
    .format("delta")
    .option("maxFilesPerTrigger", 1)
    .load(task.source)
    .writeStream.format("jdbc")
    .options({ url: task.url, dbtable: task.dbtable, batchsize: 100 })
    .option("checkpointLocation", task.checkpoint)
    .trigger(ends ? { availableNow: true } : { processingTime: "1 millisecond" })
    .start();
}
