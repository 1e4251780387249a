import { DataFrame } from "../session/dataframe.ts";
import type { SparkSession } from "../session/spark-session.ts";
import { type Arguments, onlyPositional } from "./argument.ts";
import type { Io } from "./io.ts";
import { printFrame } from "./output.ts";

/** `millrace sql`: runs the statements in order and prints the rows of each that has some. */
export async function sqlCommand(spark: SparkSession, args: Arguments, io: Io): Promise<void> {
  const text = onlyPositional(args, "SQL text in quotes");
  for await (const plan of spark.execution.script(text)) {
    await printFrame(new DataFrame(spark.execution, plan), args.output, io);
  }
}
