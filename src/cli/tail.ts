import type { SparkSession } from "../session/spark-session.ts";
import { type Arguments, onlyPositional } from "./argument.ts";
import type { Io } from "./io.ts";
import { printFrame } from "./output.ts";
import { isPath } from "./table.ts";

/** How long between two looks for new commits. */
const intervalMs = 200;

/** `millrace tail`: prints the rows of new commits as they come, until it is interrupted. */
export async function tailCommand(spark: SparkSession, args: Arguments, io: Io): Promise<void> {
  const target = onlyPositional(args, "table name or path");
  const reader = spark.readStream
    .format("delta")
    .option("startingVersion", args.values.from ?? "latest")
    .option("skipChangeCommits", true);
  const frame = isPath(target) ? reader.load(target) : reader.table(target);
  const query = await frame.writeStream
    .foreachBatch((batch) => printFrame(batch, args.output, io))
    .trigger({ processingTime: intervalMs })
    .start();
  const stop = () => void query.stop();
  io.interrupted.addEventListener("abort", stop, { once: true });
  if (io.interrupted.aborted) stop();
  try {
    await query.awaitTermination();
  } finally {
    io.interrupted.removeEventListener("abort", stop);
  }
}
