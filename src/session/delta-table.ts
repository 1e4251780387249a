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
