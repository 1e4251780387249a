export type { Dataset, ScanRequest } from "./analysis/dataset.ts";
export type {
  Connector,
  ConnectorContext,
  ForeachWriter,
  ReadRequest,
  SinkRequest,
  WriteRequest,
} from "./connector/connector.ts";
export type { Code } from "./error/condition.ts";
export { isError, MillraceError } from "./error/error.ts";
export type { ErrorKind } from "./error/kind.ts";
export type { Input } from "./plan/input.ts";
export { type Row as RowOf, required, type Shape, struct, type TypedStruct } from "./schema/row.ts";
export type { DataType, StructField, StructType } from "./schema/type.ts";
export * as types from "./schema/type.ts";
export {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  type Row,
  Timestamp,
  type Value,
} from "./schema/value.ts";
export { VariantVal } from "./schema/variant/variant.ts";
export type { CatalogEntry, SessionCatalog } from "./session/catalog.ts";
export { Column, type ColumnOrName } from "./session/column.ts";
export type { DataSourceRegistration } from "./session/data-source.ts";
export { DataFrame } from "./session/dataframe.ts";
export { DeltaTable } from "./session/delta-table.ts";
export * as functions from "./session/functions.ts";
export type { GroupedData } from "./session/grouped.ts";
export type { OptionValue } from "./session/option.ts";
export type { DataFrameReader } from "./session/reader.ts";
export type { RunOptions } from "./session/row.ts";
export type { ShowOptions } from "./session/show.ts";
export { type InputRow, type SessionBuilder, SparkSession } from "./session/spark-session.ts";
export type { DataStreamReader } from "./session/stream-reader.ts";
export type { DataStreamWriter } from "./session/stream-writer.ts";
export type { TriggerOptions } from "./session/trigger.ts";
export { Window, type WindowSpec } from "./session/window.ts";
export type { DataFrameWriter } from "./session/writer.ts";
export type { StreamingDataset } from "./stream/dataset.ts";
export type { StreamingQueryListener } from "./stream/listener.ts";
export type { StreamingQueryProgress } from "./stream/progress.ts";
export type { StreamingQueries } from "./stream/queries.ts";
export type { StreamingQuery, StreamingQueryStatus } from "./stream/query.ts";
export type { Sink, SinkBatch } from "./stream/sink.ts";
export type { Batch, Offset, ReadLimit, Source, SourceContext } from "./stream/source.ts";
