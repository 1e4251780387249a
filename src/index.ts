export type { Code } from "./error/condition.ts";
export type { ErrorKind } from "./error/error.ts";
export { isError, MillraceError } from "./error/error.ts";
export type { DataType, StructField, StructType } from "./schema/type.ts";
export {
  CalendarDate,
  Decimal,
  Interval,
  LocalTimestamp,
  type Row,
  Timestamp,
  type Value,
} from "./schema/value.ts";
export { Column, type ColumnOrName } from "./session/column.ts";
export { DataFrame } from "./session/dataframe.ts";
export { DeltaTable } from "./session/delta-table.ts";
export * as functions from "./session/functions.ts";
export { type SessionBuilder, SparkSession } from "./session/spark-session.ts";
export { Window, type WindowSpec } from "./session/window.ts";
export type { StreamingQueryListener } from "./stream/listener.ts";
export type { StreamingQueryProgress } from "./stream/progress.ts";
export type { StreamingQueries } from "./stream/queries.ts";
export type { StreamingQuery } from "./stream/query.ts";
