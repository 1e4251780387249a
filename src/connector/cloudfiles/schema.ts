import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { asNullable, findField, sameName } from "../../schema/compare.ts";
import {
  field,
  type StructField,
  type StructType,
  string,
  struct,
  variant,
} from "../../schema/type.ts";
import type { Location } from "../../storage/store.ts";
import type { ReadRequest } from "../connector.ts";
import { fixedSchema, isTyped } from "../file/format.ts";
import type { ReadFile } from "../file/input.ts";
import type { FoundFile } from "../file/listing.ts";
import { partitionColumns } from "../file/partition.ts";
import { inferFileSchema, typedBy } from "../file/schema.ts";
import { type Hint, withHints } from "./evolution.ts";
import { parseHints } from "./hint.ts";
import { type CloudFilesOptions, formatOptions } from "./option.ts";
import { latestSchema, type SchemaVersion, writeSchema } from "./schema-log.ts";
import { mergedSchema } from "./stored.ts";

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
  /** Lists the first files there are; asked only where they are needed. */
  list(): Promise<readonly FoundFile[]>;
  /** What is inferred serves one read, and is kept nowhere. */
  readonly once?: boolean;
}

/** The schema of the user, of the format, of the schema location, or of a sample of the files. */
export async function resolveSchema(context: SchemaContext): Promise<ResolvedSchema> {
  const { request, settings } = context;
  const given = request.schema ?? variantSchema(settings) ?? fixedSchema(settings.format);
  if (given) {
    checkVariant(given, settings);
    const found = partitionsOf(await context.list(), settings);
    const rescued = settings.rescuedColumn;
    const own = given.fields.filter(({ name }) => !rescued || !sameName(name, rescued));
    const schema = asNullable(struct(own));
    const partitions = typedBy(schema, found);
    const data = struct(schema.fields.filter(({ name }) => !findField(struct(partitions), name)));
    return { data, partitions, full: fullSchema(data, partitions, rescued) };
  }
  if (context.once) {
    const { data, partition } = await inferredSchema(context);
    const full = fullSchema(data, partition.fields, settings.rescuedColumn);
    return { data, partitions: partition.fields, full };
  }
  if (settings.schemaLocation === undefined) throw error("CF_SCHEMA_LOCATION_MISSING", {});
  const location = await request.context.locate(settings.schemaLocation);
  const stored = (await latestSchema(location)) ?? (await firstSchema(location, context));
  const data = withHints(stored.data, hintsOf(settings, stored.partition));
  const partitions = stored.partition.fields;
  const full = fullSchema(data, partitions, settings.rescuedColumn);
  return { data, partitions, full, stored: { location, version: stored.version } };
}

/** The one column of `singleVariantColumn`. */
function variantSchema({ variantColumn }: CloudFilesOptions): StructType | undefined {
  return variantColumn === undefined ? undefined : struct([field(variantColumn, variant)]);
}

function checkVariant(given: StructType, { variantColumn }: CloudFilesOptions): void {
  if (variantColumn === undefined) return;
  const own = findField(given, variantColumn);
  if (own?.type.type === "variant") return;
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "singleVariantColumn",
    value: variantColumn,
    expected: "must be a column of type VARIANT in the schema that is given",
  });
}

async function firstSchema(location: Location, context: SchemaContext): Promise<SchemaVersion> {
  return writeSchema(location, { version: 0, ...(await inferredSchema(context)) });
}

async function inferredSchema(context: SchemaContext): Promise<Omit<SchemaVersion, "version">> {
  const { request, settings } = context;
  const files = await context.list();
  if (files.length === 0) {
    throw error("CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE", { path: request.paths.join(", ") });
  }
  const partition = struct(typedByHints(partitionsOf(files, settings), settings));
  return { data: await inferData(files, { request, settings, partition }), partition };
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
  const { format, inferColumnTypes } = settings;
  const sample = sampleOf(files, settings);
  const merges = request.options["mergeschema"]?.toLowerCase() !== "false";
  const inferred = isTyped(format)
    ? await mergedSchema(merges ? sample : sample.slice(0, 1), { request, settings })
    : await inferFileSchema({
        ...{ format, files: sample, inferTypes: inferColumnTypes, merge: merges },
        ...{ foldCase: true, mergeHeaders: merges },
        options: readerOptions(request.options, settings, true),
        context: request.context,
      });
  const data = struct(inferred.fields.filter(({ name }) => !findField(partition, name)));
  return asNullable(withHints(data, hintsOf(settings, partition)));
}

/** The first files, up to the numbers that inference looks at. */
function sampleOf<T extends { readonly size: number }>(
  files: readonly T[],
  { sample }: Pick<CloudFilesOptions, "sample">,
): readonly T[] {
  let bytes = 0;
  const end = files.findIndex((file, index) => {
    bytes += file.size;
    return index > 0 && bytes > sample.bytes;
  });
  return files.slice(0, end < 0 ? sample.files : Math.min(end, sample.files));
}

/**
 * What the format's reader is told: files of one stream need not have the same columns. A schema
 * that is `inferred` takes the names of CSV columns from headers.
 */
export function readerOptions(
  options: Options,
  settings: CloudFilesOptions,
  inferred: boolean,
): Options {
  const own = formatOptions(options);
  const { rescuedColumn, rescuedFilePath } = settings;
  const header = settings.format === "csv" && inferred ? { header: "true" } : {};
  const enforce = settings.format === "csv" && rescuedColumn ? { enforceschema: "false" } : {};
  const { rescueddatacolumn: _, ...rest } = own;
  if (rescuedColumn === undefined) return { ...header, ...rest };
  const rescued = { rescueddatacolumn: rescuedColumn };
  const path: Options = rescuedFilePath ? {} : { rescueddatafilepath: "false" };
  return { ...header, ...rest, ...enforce, ...rescued, ...path };
}

function fullSchema(
  data: StructType,
  partitions: readonly StructField[],
  rescued: string | undefined,
): StructType {
  const last = rescued === undefined ? [] : [field(rescued, string)];
  return struct([...data.fields, ...partitions, ...last]);
}

/** The columns that folders give: those they have, or those that are asked for. */
function partitionsOf(
  files: readonly FoundFile[],
  settings: CloudFilesOptions,
): readonly StructField[] {
  const wanted = settings.partitionColumns;
  if (wanted === undefined) {
    const texts = files.map(({ partition }) => partition);
    return partitionColumns(texts, settings.inferColumnTypes);
  }
  // A folder may lack some of them: its files have null there.
  const texts = files.map(({ partition }) =>
    wanted.map((name) => partition.find(([one]) => sameName(one, name)) ?? ([name, null] as const)),
  );
  const named = texts.map((pairs) => pairs.map(([, value], at) => [wanted[at]!, value] as const));
  const found = partitionColumns(named, settings.inferColumnTypes);
  return found.length > 0 ? found : wanted.map((name) => field(name, string));
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
export function hintsOf(settings: CloudFilesOptions, partition: StructType): readonly Hint[] {
  return parseHints(settings.schemaHints ?? "").filter(
    ({ path }) => !findField(partition, path[0]!),
  );
}
