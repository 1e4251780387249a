import { isError } from "../error/error.ts";
import type { Target } from "../plan/command.ts";
import { parseTableName } from "../sql/parse.ts";
import { DataFrame } from "./dataframe.ts";
import type { SparkSession } from "./spark-session.ts";

/** A Delta table, by name or by path: what can be asked of the table itself. */
export interface DeltaTable {
  toDF(): DataFrame;
  /** The newest versions first; all of them without a limit. */
  history(limit?: number): DataFrame;
  detail(): DataFrame;
}

export const DeltaTable = {
  forName: (spark: SparkSession, name: string): DeltaTable =>
    tableOf(spark, { kind: "table", name: parseTableName(name) }),
  forPath: (spark: SparkSession, path: string): DeltaTable =>
    tableOf(spark, { kind: "path", path }),
  /** Whether a Delta table lies at the path. */
  async isDeltaTable(spark: SparkSession, path: string): Promise<boolean> {
    try {
      await spark.execution.command({ kind: "describe detail", target: { kind: "path", path } });
      return true;
    } catch (thrown) {
      if (isError(thrown, "DELTA_MISSING_DELTA_TABLE", "DELTA_PATH_DOES_NOT_EXIST")) return false;
      throw thrown;
    }
  },
} as const;

function tableOf(spark: SparkSession, target: Target): DeltaTable {
  const base = { kind: "read", streaming: false, options: {} } as const;
  const frame = (plan: DataFrame["plan"]): DataFrame => new DataFrame(spark.execution, plan);
  return {
    toDF: () =>
      target.kind === "table"
        ? frame({ ...base, table: target.name, paths: [] })
        : frame({ ...base, format: "delta", paths: [target.path] }),
    history: (limit) =>
      frame({
        kind: "command result",
        command:
          limit === undefined
            ? { kind: "describe history", target }
            : { kind: "describe history", target, limit },
      }),
    detail: () => frame({ kind: "command result", command: { kind: "describe detail", target } }),
  };
}
