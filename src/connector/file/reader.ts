import type { Dataset, ScanRequest } from "../../analysis/dataset.ts";
import { assert, error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { asNullable, findField } from "../../schema/compare.ts";
import { type StructField, type StructType, struct } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import type { ReadRequest } from "../connector.ts";
import { type OptionReader, optionReader } from "../option.ts";
import { type FileFormat, fileFormat, hiddenFields } from "./format.ts";
import { filesInput, inputFiles } from "./input.ts";
import { type FoundFile, listFiles, listingRules, requirePaths } from "./listing.ts";
import { prunedStripes, withoutPartitions } from "./orc.ts";
import { partitionColumns } from "./partition.ts";
import {
  checkFixedSchema,
  inferFileSchema,
  noFiles,
  typedBy,
  wantsTypes,
  withPartitions,
} from "./schema.ts";

/**
 * `spark.read.format("json").load(…)` and its kin. Files are listed, and the schema inferred
 * unless it is given, when the plan is resolved: both hold for every run of it.
 */
export async function readFiles(request: ReadRequest): Promise<Dataset> {
  const options = optionReader(request.options, "INVALID_OPTION_VALUE");
  const paths = await locations(request);
  // The folder of a table is made by its first file.
  if (!request.table?.partitionBy) await requirePaths(paths);
  return readListed(request, await listFiles(paths, await listingRules(options, request.context)));
}

/** As `readFiles`, of files that are listed. */
export async function readListed(
  request: ReadRequest,
  files: readonly FoundFile[],
): Promise<Dataset> {
  const format = formatOf(request);
  const options = optionReader(request.options, "INVALID_OPTION_VALUE");
  const { partitions, schema } = await resolveSchema({ format, request, options, files });
  return {
    name: request.table?.name ?? `${format}.\`${request.paths.join(",")}\``,
    schema,
    hidden: hiddenFields(schema, format),
    streaming: false,
    scan: (scan) => scanFiles({ format, request, files, partitions, schema }, scan),
  };
}

/** The schema of the files at a place, and which of its columns their folders give: the last. */
export async function inferTable(
  request: ReadRequest,
): Promise<{ readonly schema: StructType; readonly partitionBy: readonly string[] }> {
  const format = formatOf(request);
  const options = optionReader(request.options, "INVALID_OPTION_VALUE");
  const rules = await listingRules(options, request.context);
  const files = await listFiles(await locations(request), rules);
  const { partitions, schema } = await resolveSchema({ format, request, options, files });
  return { schema, partitionBy: partitions.map((column) => column.name) };
}

interface Listed {
  readonly format: FileFormat;
  readonly request: ReadRequest;
  readonly files: readonly FoundFile[];
}

async function resolveSchema(
  listed: Listed & { readonly options: OptionReader },
): Promise<{ readonly partitions: readonly StructField[]; readonly schema: StructType }> {
  const { format, request, options, files } = listed;
  const { context } = request;
  const infer = context.conf("spark.sql.sources.partitionColumnTypeInference.enabled") !== "false";
  const found = partitionColumns(
    files.map((file) => file.partition),
    infer,
  );
  if (request.schema) {
    const given = asNullable(request.schema);
    const declared = request.table?.partitionBy?.flatMap((name) => findField(given, name) ?? []);
    if (declared) return { partitions: declared, schema: given };
    const partitions = typedBy(given, found);
    checkFixedSchema(format, given, found);
    return { partitions, schema: withPartitions(given, partitions) };
  }
  const merge = options.flag(
    "mergeSchema",
    context.conf(`spark.sql.${format}.mergeSchema`) === "true",
  );
  if (files.length === 0 && ["json", "csv", "parquet", "orc"].includes(format)) {
    throw noFiles(format, request.paths);
  }
  const inferTypes = wantsTypes(format, request.options);
  const data = await inferFileSchema({ ...request, format, files, inferTypes, merge });
  return { partitions: found, schema: withPartitions(data, found) };
}

async function scanFiles(
  read: Listed & { readonly partitions: readonly StructField[]; readonly schema: StructType },
  scan: ScanRequest,
) {
  const { context, options } = read.request;
  refuseOnlyCorrupt(read.format, scan.columns, options);
  const { timeZone } = context.queryContext();
  const all = inputFiles(read.files, { columns: read.partitions, timeZone });
  const { schema, partitions, format } = read;
  const files = format === "orc" ? await prunedStripes(all, { ...context, ...scan, schema }) : all;
  const stored = format === "orc" ? withoutPartitions(schema, partitions) : schema;
  const found = { files, options, stored };
  return filesInput(read.format, struct(scan.columns), found);
}

/** The places a read names: a table's, or its paths. */
export async function locations(request: ReadRequest): Promise<readonly Location[]> {
  if (request.table) return [request.table.location];
  return Promise.all(request.paths.map((path) => request.context.locate(path)));
}

/** The file format of a request whose connector is this one. */
export function formatOf(request: { readonly format: string }): FileFormat {
  const format = fileFormat(request.format);
  assert(format, `no file format is called ${request.format}`);
  return format;
}

/** As Spark: what is bad about a record is known only where the record is read. */
function refuseOnlyCorrupt(
  format: FileFormat,
  columns: readonly StructField[],
  options: Options,
): void {
  if (!["json", "csv", "xml"].includes(format) || columns.length !== 1) return;
  const column = options["columnnameofcorruptrecord"] ?? "_corrupt_record";
  if (columns[0]!.name !== column) return;
  throw error("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", { format, column });
}
