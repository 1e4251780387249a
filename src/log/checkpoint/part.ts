import type { TypedRelation } from "../../analysis/typed.ts";
import type { Chunk } from "../../engine/engine.ts";
import type { InputFile } from "../../plan/input.ts";
import type { DataType } from "../../schema/type.ts";
import type { FileStatus, LocalFile, Location } from "../../storage/store.ts";
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
  await using local = await table.store.open(status.path);
  const { schema, rows } = await context.engine.parquetSchema(local.path);
  const columns = new Set(schema.fields.map(({ name }) => name));
  return { status, rows, columns, statsParsed: structOnlyStats(schema) };
}

/** Does work on parts, as inputs of the engine that are open until it is done. */
export async function withParts<T>(
  table: Location,
  parts: readonly Part[],
  work: (files: readonly InputFile[]) => Promise<T>,
): Promise<T> {
  const open: LocalFile[] = [];
  try {
    const files: InputFile[] = [];
    for (const { status } of parts) {
      const local = await table.store.open(status.path);
      open.push(local);
      const { size, modificationTime } = status;
      const uri = table.store.uri(status.path);
      files.push({ path: local.path, uri, size, modificationTime, partition: {} });
    }
    return await work(files);
  } finally {
    for (const local of open) await local[Symbol.asyncDispose]();
  }
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
