import type { TypedRelation } from "../../analysis/typed.ts";
import type { Chunk } from "../../engine/engine.ts";
import { placeOf } from "../../engine/local.ts";
import type { InputFile } from "../../plan/input.ts";
import type { StructType } from "../../schema/type.ts";
import type { FileStatus, Location } from "../../storage/store.ts";
import type { LogContext } from "../log.ts";
import { type CheckpointRows, logQuery } from "./relation.ts";

/** A Parquet file of a checkpoint, by its footer. */
export interface Part {
  readonly status: FileStatus;
  readonly rows: number;
  readonly schema: StructType;
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
  return { status, rows, schema };
}

export function hasColumn({ schema }: Part, name: string): boolean {
  return schema.fields.some((one) => one.name === name);
}

/** Parts as the engine reads them, those of one schema together: mostly there is one. */
export function rowsIn(table: Location, parts: readonly Part[]): CheckpointRows[] {
  const groups = new Map<string, { stored: StructType; files: InputFile[] }>();
  for (const { status, schema } of parts) {
    const key = JSON.stringify(schema);
    const group = groups.get(key) ?? { stored: schema, files: [] };
    groups.set(key, group);
    group.files.push(partFile(table, status));
  }
  return [...groups.values()];
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
