import { SparkSession } from "../../../../src/index.ts";
import { startTask, type Task } from "./task.ts";

// A process that is to be killed: it runs a stream, and says each batch.
const task = JSON.parse(process.argv[2] ?? "{}") as Task;
const session = await SparkSession.builder().getOrCreate();
session.streams.addListener({
  onQueryProgress: ({ progress }) => console.log(progress.batchId),
});
await (await startTask(session, task, false)).awaitTermination();
