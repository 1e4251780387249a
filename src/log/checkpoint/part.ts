import type { TypedRelation } from "../../analysis/typed.ts";
import type { Chunk } from "../../engine/engine.ts";
import { placeOf } from "../../engine/local.ts";
import type { InputFile } from "../../plan/input.ts";
import type { DataType } from "../../schema/type.ts";
import type { FileStatus, Location } from "../../storage/store.ts";
import type { LogContext } from "../log.ts";
import { logQuery } from "./relation.ts";
import { structOnlyStats } from "./schema.ts";

/** A Parquet file of a checkpoint, by its footer. */
export interface Part {
  readonly status: FileStatus;
  readonly rows: number;
  /** Its columns by name. */
  readonly columns: ReadonlySet<string>;
  /** The type of `add.stats_parsed`, where statistics stand only there. */
  readonly statsParsed: DataType | undefined;
}

/** Footers read at a time. */
const footersAtOnce = 16;

export async function partsOf(
  table: Location,
  files: readonly FileStatus[],
  context: LogContext,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (let start = 0; start < files.length; start += footersAtOnce) {
    const slice = files.slice(start, start + footersAtOnce);
    parts.push(...(await Promise.all(slice.map((status) => partOf(table, status, context)))));
  }
  return parts;
}

async function partOf(table: Location, status: FileStatus, context: LogContext): Promise<Part> {
  const { schema, rows } = await context.engine.parquetSchema(partFile(table, status));
  const columns = new Set(schema.fields.map(({ name }) => name));
  return { status, rows, columns, statsParsed: structOnlyStats(schema) };
}

/** Parts as the engine reads them. */
export function partFiles(table: Location, parts: readonly Part[]): InputFile[] {
  return parts.map(({ status }) => partFile(table, status));
}

function partFile({ store }: Location, status: FileStatus): InputFile {
  const { path, size, modificationTime, etag } = status;
  return {
    ...{ ...placeOf({ store, path }), uri: store.uri(path), size, modificationTime, partition: {} },
    ...(etag === undefined ? {} : { etag }),
  };
}

/** Runs a relation over a log, chunk by chunk; `all`: most of its rows are expected. */
export async function eachChunk(
  context: LogContext,
  relation: TypedRelation,
  take: (chunk: Chunk) => void,
  all = false,
): Promise<void> {
  await using result = await context.engine.query(relation, { ...logQuery, sparse: !all });
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    take(chunk);
  }
}
