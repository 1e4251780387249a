import { error, isError } from "../../error/error.ts";
import type { InputFile } from "../../plan/input.ts";
import type { Options } from "../../plan/relation.ts";
import { asNullable, findField, mergeSchemas } from "../../schema/compare.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { field, type StructField, type StructType, struct, variant } from "../../schema/type.ts";
import type { ConnectorContext } from "../connector.ts";
import { optionReader } from "../option.ts";
import { type FileFormat, fixedSchema, isTyped } from "./format.ts";
import { inputFiles, type ReadFile } from "./input.ts";
import { hadoopUri } from "./uri.ts";

/** What a file of a typed format (see `isTyped`) says of its columns. */
export async function storedSchema(
  format: FileFormat,
  file: InputFile,
  { context, options }: { readonly context: ConnectorContext; readonly options: Options },
): Promise<StructType> {
  const { engine } = context;
  if (format === "orc") return (await engine.orcFile(file)).schema;
  if (format !== "avro") return (await engine.parquetSchema(file)).schema;
  return await engine.inferSchema({ format, files: [file], options, inferTypes: true });
}

export interface SchemaRequest {
  readonly format: FileFormat;
  readonly files: readonly ReadFile[];
  readonly options: Options;
  /** False: JSON and CSV columns are all strings. */
  readonly inferTypes: boolean;
  /** Of typed formats: the schemas of all files together, not that of the first. */
  readonly merge: boolean;
  /** As in the engine's `InferRequest`. */
  readonly foldCase?: boolean;
  readonly mergeHeaders?: boolean;
  readonly context: ConnectorContext;
}

/** The data schema of files; nullable throughout. UNABLE_TO_INFER_SCHEMA where there are none. */
export async function inferFileSchema(request: SchemaRequest): Promise<StructType> {
  const { format, context, options } = request;
  const fixed = fixedSchema(format) ?? variantSchema(format, options);
  if (fixed) return fixed;
  if (isTyped(format)) return await typedSchema(request);
  const files = inputFiles(request.files, { columns: [], timeZone: "UTC" });
  const text = format === "csv" || format === "xml" ? format : "json";
  const { inferTypes, foldCase = false, mergeHeaders = false } = request;
  const rules = { inferTypes, foldCase, mergeHeaders };
  return asNullable(await context.engine.inferSchema({ format: text, files, options, ...rules }));
}

/** JSON records as a whole are one variant where an option names a column for them. */
function variantSchema(format: FileFormat, options: Options): StructType | undefined {
  const name = format === "json" ? options["singlevariantcolumn"] : undefined;
  return name === undefined ? undefined : struct([field(name, variant)]);
}

/** Of files that hold their schemas: that of the first which can be read, or all merged. */
async function typedSchema(request: SchemaRequest): Promise<StructType> {
  const { format, merge, options } = request;
  const lenient = optionReader(options, "INVALID_OPTION_VALUE").flag("ignoreCorruptFiles", false);
  let merged: StructType | undefined;
  for (const file of inputFiles(request.files, { columns: [], timeZone: "UTC" })) {
    try {
      const schema = await storedSchema(format, file, request);
      // Old writers left no columns in ORC files without rows.
      if (format === "orc" && schema.fields.length === 0) continue;
      merged = merged ? mergeSchemas(merged, schema) : schema;
    } catch (thrown) {
      if (!lenient || !isError(thrown, ...unreadable)) throw thrown;
      continue;
    }
    if (!merge) break;
  }
  if (format === "orc" && merged === undefined) {
    throw noFiles(
      format,
      request.files.map(({ location }) => hadoopUri(location)),
    );
  }
  return asNullable(merged ?? struct([]));
}

/** What is wrong with a file that `ignoreCorruptFiles` passes over. */
const unreadable = [
  "FAILED_READ_FILE.NO_HINT",
  "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
] as const;

/** Whether the options ask for typed columns: JSON has types of its own, CSV only on request. */
export function wantsTypes(format: FileFormat, options: Options): boolean {
  return (
    format !== "csv" || optionReader(options, "INVALID_OPTION_VALUE").flag("inferSchema", false)
  );
}

/** Data columns, then partition columns; one that is both stays in place with the folder's type. */
export function withPartitions(data: StructType, partitions: readonly StructField[]): StructType {
  const folder = struct(partitions);
  return struct([
    ...data.fields.map((column) => {
      const other = findField(folder, column.name);
      return other ? { ...column, type: other.type } : column;
    }),
    ...partitions.filter((column) => !findField(data, column.name)),
  ]);
}

/** Partition columns as a schema given by the user types them. */
export function typedBy(
  schema: StructType,
  partitions: readonly StructField[],
): readonly StructField[] {
  return partitions.map((column) => {
    const given = findField(schema, column.name);
    return given ? { ...column, name: given.name, type: given.type } : column;
  });
}

/** A format of fixed columns has them beside those of folders; a text has a name of its own. */
export function checkFixedSchema(
  format: FileFormat,
  schema: StructType,
  partitions: readonly StructField[],
): void {
  const fixed = fixedSchema(format);
  if (fixed === undefined) return;
  const folders = struct(partitions);
  const data = schema.fields.filter((column) => !findField(folders, column.name));
  const columns = formatDataType(struct(data));
  if (format === "binaryFile") {
    const expected = formatDataType(fixed);
    if (columns.toLowerCase() === expected.toLowerCase()) return;
    throw error("BINARY_FILE_DATA_SOURCE_SCHEMA", { expected, columns });
  }
  if (data.length === 1 && data[0]?.type.type === "string") return;
  throw error("TEXT_DATA_SOURCE_SCHEMA", { number: data.length, columns });
}

export function noFiles(format: string, paths: readonly string[]): Error {
  return error("UNABLE_TO_INFER_SCHEMA", { format, path: paths.join(", ") });
}
