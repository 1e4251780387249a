import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { asNullable, findField, sameName } from "../../schema/compare.ts";
import { field, type StructField, type StructType, string, struct } from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import type { ReadRequest } from "../connector.ts";
import { fixedSchema } from "../file/format.ts";
import type { ReadFile } from "../file/input.ts";
import type { FoundFile } from "../file/listing.ts";
import { partitionColumns } from "../file/partition.ts";
import { inferFileSchema, typedBy } from "../file/schema.ts";
import { type Hint, withHints } from "./evolution.ts";
import { parseHints } from "./hint.ts";
import { type CloudFilesOptions, formatOptions } from "./option.ts";
import { latestSchema, type SchemaVersion, writeSchema } from "./schema-log.ts";

/** What inference looks at (spark.databricks.cloudFiles.schemaInference.sampleSize.*). */
const sampleFiles = 1000;
const sampleBytes = 50 * 2 ** 30;

/** What a stream reads its files with. */
export interface ResolvedSchema {
  readonly data: StructType;
  readonly partitions: readonly StructField[];
  /** The columns of the stream: data, partitions, rescued. */
  readonly full: StructType;
  /** Where it is kept, if it was inferred. */
  readonly stored?: { readonly location: Location; readonly version: number };
}

export interface SchemaContext {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
  /** Lists the files there are; asked only where they are needed. */
  list(): Promise<readonly FoundFile[]>;
}

/** The schema of the user, of the format, of the schema location, or of a sample of the files. */
export async function resolveSchema(context: SchemaContext): Promise<ResolvedSchema> {
  const { request, settings } = context;
  const given = request.schema ?? fixedSchema(settings.format);
  if (given) {
    const found = partitionsOf(await context.list(), settings);
    const rescued = settings.rescuedColumn;
    const own = given.fields.filter(({ name }) => !rescued || !sameName(name, rescued));
    const schema = asNullable(struct(own));
    const partitions = typedBy(schema, found);
    const data = struct(schema.fields.filter(({ name }) => !findField(struct(partitions), name)));
    return { data, partitions, full: fullSchema(data, partitions, rescued) };
  }
  if (settings.schemaLocation === undefined) throw error("CF_SCHEMA_LOCATION_MISSING", {});
  const location = await request.context.locate(settings.schemaLocation);
  const stored = (await latestSchema(location)) ?? (await firstSchema(location, context));
  const data = withHints(stored.data, hintsOf(settings, stored.partition));
  const partitions = stored.partition.fields;
  const full = fullSchema(data, partitions, settings.rescuedColumn);
  return { data, partitions, full, stored: { location, version: stored.version } };
}

async function firstSchema(location: Location, context: SchemaContext): Promise<SchemaVersion> {
  const { request, settings } = context;
  const files = await context.list();
  if (files.length === 0) {
    throw error("CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE", { path: request.paths.join(", ") });
  }
  const partition = struct(typedByHints(partitionsOf(files, settings), settings));
  const data = await inferData(files, { request, settings, partition });
  return writeSchema(location, { version: 0, data, partition });
}

/** What inference needs to know beside the files. */
export interface InferenceContext {
  readonly request: ReadRequest;
  readonly settings: CloudFilesOptions;
  /** Columns the folders give: the same names in the files are passed over. */
  readonly partition: StructType;
}

/** The data schema of a bounded sample of files, as the options and hints have it. */
export async function inferData(
  files: readonly ReadFile[],
  { request, settings, partition }: InferenceContext,
): Promise<StructType> {
  const inferred = await inferFileSchema({
    format: settings.format,
    files: sampleOf(files),
    options: readerOptions(request.options, settings),
    inferTypes: settings.inferColumnTypes,
    merge: true,
    context: request.context,
  });
  const data = struct(inferred.fields.filter(({ name }) => !findField(partition, name)));
  return withHints(data, hintsOf(settings, partition));
}

function sampleOf(files: readonly ReadFile[]): readonly ReadFile[] {
  let bytes = 0;
  const end = files.findIndex((file, index) => {
    bytes += file.size;
    return index > 0 && bytes > sampleBytes;
  });
  return files.slice(0, end < 0 ? sampleFiles : Math.min(end, sampleFiles));
}

/** What the format's reader is told: files of one stream need not have the same columns. */
export function readerOptions(options: Options, settings: CloudFilesOptions): Options {
  const own = formatOptions(options);
  const csv: Options =
    settings.format === "csv" ? { header: "true", ...own, enforceschema: "false" } : own;
  const { rescuedColumn } = settings;
  return rescuedColumn === undefined ? csv : { ...csv, rescueddatacolumn: rescuedColumn };
}

function fullSchema(
  data: StructType,
  partitions: readonly StructField[],
  rescued: string | undefined,
): StructType {
  const last = rescued === undefined ? [] : [field(rescued, string)];
  return struct([...data.fields, ...partitions, ...last]);
}

function partitionsOf(
  files: readonly FoundFile[],
  settings: CloudFilesOptions,
): readonly StructField[] {
  const wanted = settings.partitionColumns;
  const texts = files.map(({ partition }) =>
    wanted ? partition.filter(([name]) => wanted.some((one) => sameName(one, name))) : partition,
  );
  return partitionColumns(texts, settings.inferColumnTypes);
}

function typedByHints(
  columns: readonly StructField[],
  settings: CloudFilesOptions,
): readonly StructField[] {
  const hints = parseHints(settings.schemaHints ?? "");
  return columns.map((column) => {
    const hint = hints.find(({ path }) => path.length === 1 && sameName(path[0]!, column.name));
    return hint ? { ...column, type: hint.type } : column;
  });
}

/** The hints of data columns. */
function hintsOf(settings: CloudFilesOptions, partition: StructType): readonly Hint[] {
  return parseHints(settings.schemaHints ?? "").filter(
    ({ path }) => !findField(partition, path[0]!),
  );
}
