import type { Read, Relation } from "../plan/relation.ts";
import type { Dataset } from "./dataset.ts";
import type { SqlFunction } from "./routine.ts";
import type { SessionVariable } from "./variable.ts";

/** The settings of the session that change what a plan means. */
export interface AnalysisConf {
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean;
  readonly caseSensitive: false;
  /** `spark.sql.decimalOperations.allowPrecisionLoss`: a result too wide loses digits of scale. */
  readonly decimalLoss: boolean;
  /** `spark.sql.legacy.negativeIndexInArrayInsert`. */
  readonly negativeInsertBefore: boolean;
  /** IANA name of `spark.sql.session.timeZone`. */
  readonly timeZone: string;
  /** `spark.sql.timestampType`: what TIMESTAMP is where neither LTZ nor NTZ is said. */
  readonly timestampType: "timestamp" | "timestamp_ntz";
  /** What `current_catalog()` and `current_database()` give. */
  readonly catalog?: string;
  readonly database?: string;
}

/** What `analyze` asks of the world; all of it is known beforehand. */
export interface AnalysisContext {
  /**
   * What a read of the plan is: a dataset, or the plan of a temporary view. Asked once for each
   * read in `collectReads(plan)` and in the plans of views, by the same object.
   */
  readonly datasets: (read: Read) => Dataset | Relation;
  readonly conf: AnalysisConf;
  /** The function written in SQL that a call's name means; Spark's own are not asked for. */
  readonly functions?: (name: string) => SqlFunction | undefined;
  /** The session's variable of a name, in any case. */
  readonly variables?: (name: string) => SessionVariable | undefined;
}

/** Spark's defaults. */
export const defaultConf: AnalysisConf = Object.freeze({
  ansi: true,
  caseSensitive: false,
  decimalLoss: true,
  negativeInsertBefore: false,
  timeZone: "UTC",
  timestampType: "timestamp",
  catalog: "main",
  database: "default",
});
