import { error } from "../../error/error.ts";
import { asNullable, findField } from "../../schema/compare.ts";
import { type StructField, type StructType, struct } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import type { StreamingDataset } from "../../stream/dataset.ts";
import type { Batch } from "../../stream/source.ts";
import type { ReadRequest } from "../connector.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { type FileFormat, fixedSchema, hiddenFields } from "./format.ts";
import { filesInput, inputFiles, type ReadFile } from "./input.ts";
import {
  type FoundFile,
  type ListingRules,
  listFiles,
  listingRules,
  requirePaths,
} from "./listing.ts";
import { partitionColumns } from "./partition.ts";
import type { FilePolicy } from "./plan.ts";
import { formatOf, locations } from "./reader.ts";
import {
  checkFixedSchema,
  inferFileSchema,
  noFiles,
  typedBy,
  wantsTypes,
  withPartitions,
} from "./schema.ts";
import { openFileSource } from "./source.ts";
import { shortUri } from "./uri.ts";

/** Spark's default of maxFileAge. */
const weekMs = 7 * 86_400_000;

/** `spark.readStream.format("json").schema(…).load(path)` and its kin. */
export async function streamFiles(request: ReadRequest): Promise<StreamingDataset> {
  const format = formatOf(request);
  const options = optionReader(request.options, "INVALID_OPTION_VALUE");
  refuse(options, format);
  const paths = await locations(request);
  if (paths.length !== 1) throw error("MISSING_OPTION", { format, name: "path" });
  await requirePaths(paths);
  const rules = await listingRules(options, request.context);
  const policy = filePolicy(options);
  const listed = await listedFor({ format, request, paths, rules });
  const { schema, partitions } = await streamSchema({ format, request, options, listed });
  const limited = policy.maxFiles !== undefined || policy.maxBytes !== undefined;
  const maxFileAgeMs = options.durationMs("maxFileAge", "ms") ?? weekMs;
  const description = `FileStreamSource[${shortUri(paths[0]!)}]`;
  const ignoreMissing = options.flag("ignoreMissingFiles", false);
  return {
    name: request.table?.name ?? `${format}.\`${request.paths.join(",")}\``,
    schema,
    hidden: hiddenFields(schema, format),
    streaming: true,
    open: (context) =>
      openFileSource(
        {
          ...{ description, schema, paths, rules, policy, ignoreMissing },
          ...(policy.latestFirst && limited ? {} : { maxFileAgeMs }),
          includeExisting: true,
          detailed: false,
          context: request.context,
          ...fileRows({ format, schema, partitions, request }),
        },
        context,
      ),
  };
}

/**
 * The files that say what columns there are: the first alone, where a schema is given that types
 * all that its folders give. Any others are listed with the first batch, whose folders are checked.
 */
async function listedFor(read: {
  readonly format: FileFormat;
  readonly request: ReadRequest;
  readonly paths: readonly Location[];
  readonly rules: ListingRules;
}): Promise<readonly FoundFile[]> {
  const { format, request, paths, rules } = read;
  const given = request.schema ?? fixedSchema(format);
  if (given) {
    const first = await listFiles(paths, rules, 1);
    const columns = first.flatMap(({ partition }) => partition.map(([name]) => name));
    if (columns.every((name) => findField(given, name))) return first;
  }
  return await listFiles(paths, rules);
}

/** How files become rows, for a source. */
function fileRows(spec: {
  readonly format: FileFormat;
  readonly schema: StructType;
  readonly partitions: readonly StructField[];
  readonly request: ReadRequest;
}): { read(files: readonly ReadFile[]): Promise<Batch>; close(): Promise<void> } {
  const { format, schema, partitions, request } = spec;
  const wanted = struct([...schema.fields, ...hiddenFields(schema, format)]);
  const read = async (listed: readonly ReadFile[]): Promise<Batch> => {
    const { timeZone } = request.context.queryContext();
    const folders = listed.map(({ partition }) => partition);
    partitionColumns(
      folders.filter((names) => names.length > 0),
      false,
    );
    const files = inputFiles(listed, { columns: partitions, timeZone });
    return { input: filesInput(format, wanted, { files, options: request.options }) };
  };
  return { read, close: async () => {} };
}

function filePolicy(options: OptionReader): FilePolicy {
  const maxFiles = options.positive("maxFilesPerTrigger");
  const maxBytes = options.bytes("maxBytesPerTrigger");
  if (maxFiles !== undefined && maxBytes !== undefined) {
    throw error("CONFLICTING_OPTIONS", { names: "maxFilesPerTrigger and maxBytesPerTrigger" });
  }
  return {
    ...(maxFiles === undefined ? {} : { maxFiles }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    latestFirst: options.flag("latestFirst", false),
    fileNameOnly: options.flag("fileNameOnly", false),
    overwrites: false,
  };
}

/** What Spark forbids in a file stream, and what is not built. */
function refuse(options: OptionReader, format: string): void {
  for (const name of ["modifiedBefore", "modifiedAfter"]) {
    const value = options.text(name);
    if (value === undefined) continue;
    const expected = "is not allowed in file stream sources";
    throw error("INVALID_OPTION_VALUE", { name, value, expected });
  }
  const value = options.text("cleanSource");
  if (value === undefined || value.toLowerCase() === "off") return;
  const remedy = "Remove finished files yourself";
  throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { name: "cleanSource", value, format, remedy });
}

async function streamSchema(listed: {
  readonly format: FileFormat;
  readonly request: ReadRequest;
  readonly options: OptionReader;
  readonly listed: readonly FoundFile[];
}): Promise<{ readonly schema: StructType; readonly partitions: readonly StructField[] }> {
  const { format, request, options, listed: files } = listed;
  const { context } = request;
  const found = partitionColumns(
    files.map((file) => file.partition),
    context.conf("spark.sql.sources.partitionColumnTypeInference.enabled") !== "false",
  );
  const given = request.schema ?? fixedSchema(format);
  if (given) {
    const data = asNullable(given);
    // Folders that come later may be partitions too: a column of the schema that no file has yet.
    const partitions = typedBy(data, found.length > 0 ? found : data.fields);
    if (files.length > 0) checkFixedSchema(format, data, found);
    return { schema: withPartitions(data, found.length > 0 ? partitions : []), partitions };
  }
  if (context.conf("spark.sql.streaming.schemaInference") !== "true") {
    throw error("STREAMING_SCHEMA_NOT_SET", { format });
  }
  if (files.length === 0) throw noFiles(format, request.paths);
  const merge = options.flag("mergeSchema", false);
  const inferTypes = wantsTypes(format, request.options);
  const data = await inferFileSchema({ ...request, format, files, inferTypes, merge });
  return { schema: withPartitions(data, found), partitions: found };
}
