import type { DataFrame } from "../session/dataframe.ts";
import { DeltaTable } from "../session/delta-table.ts";
import type { SparkSession } from "../session/spark-session.ts";
import { type Arguments, integerOption, onlyPositional } from "./argument.ts";
import { UsageError } from "./io.ts";

/** Whether an argument is meant as a path: it has a slash, or begins with a dot. */
export function isPath(text: string): boolean {
  return text.includes("/") || text.startsWith(".");
}

function deltaTable(spark: SparkSession, text: string): DeltaTable {
  return isPath(text) ? DeltaTable.forPath(spark, text) : DeltaTable.forName(spark, text);
}

/** `millrace read <table-or-path>`. */
export function readCommand(spark: SparkSession, args: Arguments): DataFrame {
  const target = onlyPositional(args, "table name or path");
  const { timestamp, changes } = args.values;
  const version = integerOption(args, "version");
  if (version !== undefined && timestamp !== undefined) {
    throw new UsageError("Give --version or --timestamp, not both");
  }
  const reader = spark.read.format("delta");
  if (version !== undefined) reader.option("versionAsOf", version);
  if (timestamp !== undefined) reader.option("timestampAsOf", timestamp);
  if (changes !== undefined) {
    const range = /^(\d+)\.\.(\d+)?$/.exec(changes);
    if (!range) throw new UsageError("--changes takes FIRST..LAST versions, such as 3..7");
    reader.option("readChangeFeed", true).option("startingVersion", range[1]!);
    if (range[2] !== undefined) reader.option("endingVersion", range[2]);
  }
  const frame = isPath(target) ? reader.load(target) : reader.table(target);
  const limit = integerOption(args, "limit");
  return limit === undefined ? frame : frame.limit(limit);
}

/** `millrace history <table-or-path>`. */
export function historyCommand(spark: SparkSession, args: Arguments): DataFrame {
  const table = deltaTable(spark, onlyPositional(args, "table name or path"));
  return table.history(integerOption(args, "limit"));
}

/** `millrace detail <table-or-path>`. */
export function detailCommand(spark: SparkSession, args: Arguments): DataFrame {
  return deltaTable(spark, onlyPositional(args, "table name or path")).detail();
}
