import { appendFile, rm } from "node:fs/promises";
import { reference } from "../../analysis/expression.ts";
import { type Column, type Named, outputOf, type TypedRelation } from "../../analysis/typed.ts";
import { env } from "../../env.ts";
import type { StructField } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { WriteRequest } from "../connector.ts";
import { folderNames } from "./folder.ts";
import { partNames, type StagedFile, type StagedFiles, type WriteShape } from "./stage.ts";

/** How rows become the files of a format that is written by JavaScript. */
export interface RowFormat {
  /** The columns that files are made of, then those of the folders. */
  readonly relation: TypedRelation;
  /** How many of them are for the file. */
  readonly width: number;
  /** `.csv.gz` */
  readonly extension: string;
  /** Begins a file. */
  open(): RowFile;
}

/** One file in the making: what it was given and did not hand on is held. */
export interface RowFile {
  /** Takes a row; about how many bytes that holds. */
  add(values: readonly Value[]): number;
  /** The bytes that go to the disk now; with `last` no row comes after them. */
  take(last: boolean): Promise<Uint8Array | string>;
}

/** The columns that go into files, and the projection of what is made of them with the folders. */
export function rowColumns(
  relation: TypedRelation,
  shape: WriteShape,
): {
  readonly data: readonly Column[];
  project(made: readonly Named[]): TypedRelation;
} {
  const columns = outputOf(relation);
  const at = (field: StructField): Column =>
    columns[shape.schema.fields.findIndex((other) => other.name === field.name)]!;
  const folders = shape.partitions.map((field): Named => {
    const column = at(field);
    return { column, expression: reference(column) };
  });
  return {
    data: shape.data.fields.map(at),
    project: (made) => ({ kind: "project", input: relation, columns: [...made, ...folders] }),
  };
}

/** Bytes held before they go to the disk, for all files together. */
const heldMax = 8 << 20;

/** Writes rows in files of the staging folder: one a partition. */
export async function writeRowFiles(
  request: WriteRequest,
  shape: WriteShape,
  format: RowFormat,
): Promise<StagedFiles> {
  const { query, context } = request;
  const staging = stage(context.staging, format);
  // What is left of a write that fails goes.
  await using _ = staging;
  await using result = await context.engine.query(format.relation, query);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row++) {
      const values = chunk.columns.map((column) => column[row] ?? null);
      const partition: Record<string, Value> = {};
      shape.partitions.forEach(({ name }, index) => {
        partition[name] = values[format.width + index] ?? null;
      });
      const key = folderNames(partition, shape.partitions, query.timeZone).join("/");
      staging.add(key, partition, values.slice(0, format.width));
    }
    await staging.settle();
  }
  const partitioned = shape.partitions.length > 0;
  // A reader of no rows learns of the columns by the head of an empty file.
  if (!partitioned) staging.touch("", {});
  const { extension } = format;
  return {
    files: await staging.end(),
    timeZone: query.timeZone,
    name: partNames({ job: env.uuid(), extension, partitioned }),
  };
}

/** Files in the making, by key. What they hold is written together: no file stays open. */
function stage(folder: string, format: RowFormat) {
  const files = new Map<string, StagedFile & { readonly rows: RowFile }>();
  let size = 0;

  function touch(key: string, partition: StagedFile["partition"]): RowFile {
    const known = files.get(key);
    if (known) return known.rows;
    const rows = format.open();
    files.set(key, { path: `${folder}/${env.uuid()}`, partition, rows });
    return rows;
  }

  async function flush(last: boolean): Promise<void> {
    size = 0;
    for (const { path, rows } of files.values()) await appendFile(path, await rows.take(last));
  }

  return {
    touch,
    add(key: string, partition: StagedFile["partition"], values: readonly Value[]): void {
      size += touch(key, partition).add(values);
    },
    async settle(): Promise<void> {
      if (size > heldMax) await flush(false);
    },
    async end(): Promise<readonly StagedFile[]> {
      await flush(true);
      const ended = [...files.values()];
      files.clear();
      return ended;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { path } of files.values()) await rm(path, { force: true });
    },
  };
}
