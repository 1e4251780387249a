import type { Add } from "../log/action.ts";
import type { Operation } from "../log/info.ts";
import type { Json } from "../schema/type.ts";
import { definitionOperation } from "./create.ts";
import type { WriteOptions } from "./option.ts";
import type { Prepared } from "./prepare.ts";
import type { WriteRequest } from "./write.ts";

/** What a write came to. */
export interface Written {
  readonly options: WriteOptions;
  readonly prepared: Prepared;
  /** The commit makes the table. */
  readonly created: boolean;
  readonly adds: readonly Add[];
  readonly copies: readonly Add[];
  readonly removed: readonly Add[];
  readonly rows: number;
}

/** The operation of a write by the names and parameters of Spark's history. */
export function writeOperation(request: WriteRequest, written: Written): Operation {
  const { options } = written;
  const userMetadata =
    options.userMetadata === undefined ? {} : { userMetadata: options.userMetadata };
  if (request.streaming !== undefined) {
    const { queryId, batchId, outputMode } = request.streaming;
    const parameters = { outputMode: capitalized(outputMode), queryId, epochId: String(batchId) };
    return {
      name: "STREAMING UPDATE",
      parameters,
      metrics: streamingMetrics(written),
      ...userMetadata,
    };
  }
  if (request.create?.mode !== undefined)
    return { ...createdAs(request, written), ...userMetadata };
  return {
    name: request.copying === undefined ? "WRITE" : "COPY INTO",
    parameters: writeParameters(request, written),
    metrics: writeMetrics(request, written),
    ...userMetadata,
  };
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const modeNames = {
  append: "Append",
  overwrite: "Overwrite",
  errorifexists: "ErrorIfExists",
  ignore: "Ignore",
} as const;

function writeParameters(request: WriteRequest, written: Written): Operation["parameters"] {
  const { options, prepared, created } = written;
  const mode = request.replaceWhere === undefined ? request.mode : "overwrite";
  const said: Record<string, Json> = {
    mode: modeNames[mode],
    partitionBy: created
      ? [...prepared.metadata.partitionColumns]
      : [...(request.partitionBy ?? [])],
  };
  if (request.replaceWhere !== undefined) said["predicate"] = request.replaceWhere.text;
  if (options.dynamic !== undefined) said["isDynamicPartitionOverwrite"] = options.dynamic;
  if (options.overwriteSchema) said["canOverwriteSchema"] = true;
  if (options.mergeSchema) said["canMergeSchema"] = true;
  return said;
}

function createdAs(request: WriteRequest, written: Written): Operation {
  const { metadata } = written.prepared;
  const { create } = request;
  const definition = {
    schema: written.prepared.schema,
    partitionBy: metadata.partitionColumns,
    properties: metadata.configuration,
    ...(metadata.description === undefined ? {} : { comment: metadata.description }),
  };
  const made = {
    definition,
    mode: create?.mode ?? "create",
    isManaged: create?.isManaged ?? false,
  };
  return definitionOperation(
    made,
    { asSelect: true },
    writeMetrics({ ...request, mode: written.created ? "append" : "overwrite" }, written),
  );
}

function bytesOf(files: readonly Add[]): number {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function writeMetrics(
  request: Pick<WriteRequest, "mode" | "replaceWhere">,
  written: Written,
): Operation["metrics"] {
  const { adds, copies, removed, rows } = written;
  const overwrites = request.mode === "overwrite" || request.replaceWhere !== undefined;
  return {
    numFiles: adds.length + copies.length,
    ...(overwrites ? { numRemovedFiles: removed.length, numRemovedBytes: bytesOf(removed) } : {}),
    numOutputRows: rows,
    numOutputBytes: bytesOf(adds) + bytesOf(copies),
  };
}

function streamingMetrics({ adds, removed, rows }: Written): Operation["metrics"] {
  return {
    numRemovedFiles: removed.length,
    numAddedFiles: adds.length,
    numOutputRows: rows,
    numOutputBytes: bytesOf(adds),
  };
}
