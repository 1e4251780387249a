import type { SparkSession } from "../session/spark-session.ts";
import { splitStatements } from "../sql/statement.ts";
import { type Arguments, onlyPositional } from "./argument.ts";
import type { Io } from "./io.ts";
import { printFrame } from "./output.ts";

/** `millrace sql`: runs the statements in order and prints the rows of each that has some. */
export async function sqlCommand(spark: SparkSession, args: Arguments, io: Io): Promise<void> {
  for (const text of splitStatements(onlyPositional(args, "SQL text in quotes"))) {
    await printFrame(await spark.sql(text), args.output, io);
  }
}
