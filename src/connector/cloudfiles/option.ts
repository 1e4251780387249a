import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { Location } from "../../storage/store.ts";
import type { ReadRequest } from "../connector.ts";
import { type FileFormat, fileFormat, formatNames } from "../file/format.ts";
import { optionReader } from "../option.ts";
import { connectorFor } from "../registry.ts";
import { type CleanSource, cleanSource } from "./clean-option.ts";
import { evolutionModes } from "./known.ts";
import { type NotificationOptions, notificationOptions } from "./notification-option.ts";
import { cloudOf, oneOf, prefix, validateOptions } from "./validate.ts";

/** What Auto Loader does about columns that the schema does not have. */
export type EvolutionMode = (typeof evolutionModes)[number];

export interface CloudFilesOptions {
  readonly format: FileFormat;
  readonly schemaLocation?: string;
  readonly inferColumnTypes: boolean;
  readonly schemaHints?: string;
  readonly evolution: EvolutionMode;
  /** Absent: found in the folders; empty: none. */
  readonly partitionColumns?: readonly string[];
  readonly includeExistingFiles: boolean;
  /** Wildcards as Spark's own file sources read them. */
  readonly strictGlobs: boolean;
  /** Lists only after the newest file, where names allow it. */
  readonly incrementalListing: "auto" | "true" | "false";
  readonly backfillIntervalMs?: number;
  readonly maxFiles: number;
  readonly maxBytes?: number;
  readonly maxFileAgeMs?: number;
  readonly allowOverwrites: boolean;
  /** Absent: there is no such column. */
  readonly rescuedColumn?: string;
  /** The one column that whole records go to. */
  readonly variantColumn?: string;
  /** Where bad records and files are told of. */
  readonly badRecords?: Location;
  readonly cleanSource?: CleanSource;
  readonly notifications?: NotificationOptions;
  /** How much inference looks at. */
  readonly sample: { readonly files: number; readonly bytes: number };
  /** Whether a rescued record says which file it was in. */
  readonly rescuedFilePath: boolean;
  /** Whether names that differ in case are different columns. */
  readonly caseSensitive: boolean;
}

/** Files of one batch unless the options say otherwise. */
const defaultMaxFiles = 1000;
/** What is remembered of files for less could bring them again. */
const minFileAgeMs = 14 * 86_400_000;

const sampleKey = "spark.databricks.cloudFiles.schemaInference.sampleSize";
const defaultSample = { files: 1000, bytes: 50 * 2 ** 30 };
const filePathKey = "spark.databricks.sql.rescuedDataColumn.filePath.enabled";

/** Reads and checks the options; `paths` are the places of the files. */
export async function cloudFilesOptions(
  request: ReadRequest,
  paths: readonly Location[],
): Promise<CloudFilesOptions> {
  const { options, context, schema } = request;
  const read = optionReader(options, "CF_INVALID_OPTION_VALUE");
  const text = (name: string): string | undefined => read.text(prefix + name);
  if (read.flag("cloudFiles.validateOptions", true)) {
    validateOptions(options, cloudOf(paths[0]?.store.scheme ?? ""));
  }
  refuseUnbuilt(options);
  const format = await formatOf(text("format"));
  const variantColumn = read.text("singleVariantColumn");
  const fixed = format === "text" || format === "binaryFile" || variantColumn !== undefined;
  if (variantColumn !== undefined && format === "csv") {
    const remedy = "Give a schema, or let one be inferred";
    const option = { name: "singleVariantColumn", value: variantColumn, format };
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { ...option, remedy });
  }
  const evolution = fixed
    ? "none"
    : evolutionMode(text("schemaEvolutionMode"), schema !== undefined);
  const columns = text("partitionColumns");
  const bad = read.text("badRecordsPath");
  const maxFileAgeMs = fileAge(read.durationMs("cloudFiles.maxFileAge", "s"), text("maxFileAge"));
  const given = {
    schemaLocation: text("schemaLocation"),
    schemaHints: text("schemaHints"),
    partitionColumns: columns === undefined ? undefined : names(columns),
    backfillIntervalMs: read.durationMs("cloudFiles.backfillInterval", "s"),
    maxBytes: read.bytes("cloudFiles.maxBytesPerTrigger"),
    maxFileAgeMs,
    rescuedColumn: rescuedColumn(
      read.text("rescuedDataColumn"),
      !fixed && evolution !== "none" && schema === undefined,
    ),
    variantColumn,
    badRecords: bad === undefined ? undefined : await context.locate(bad),
    cleanSource: await cleanSource(request, paths),
    notifications: notificationOptions(options, paths[0]?.store.scheme ?? ""),
  };
  return {
    ...present(given),
    format,
    evolution,
    inferColumnTypes: read.flag("cloudFiles.inferColumnTypes", false),
    includeExistingFiles: read.flag("cloudFiles.includeExistingFiles", true),
    strictGlobs: read.flag("cloudFiles.useStrictGlobber", false),
    incrementalListing:
      oneOf(text("useIncrementalListing"), "cloudFiles.useIncrementalListing", [
        "auto",
        "true",
        "false",
      ]) ?? "false",
    maxFiles: read.positive("cloudFiles.maxFilesPerTrigger") ?? defaultMaxFiles,
    allowOverwrites: read.flag("cloudFiles.allowOverwrites", false),
    caseSensitive: read.flag("readerCaseSensitive", true),
    sample: sampleSize(request),
    rescuedFilePath: context.conf(filePathKey)?.toLowerCase() !== "false",
  };
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value. */
function present<T extends object>(entries: T): Present<T> {
  const kept = Object.entries(entries).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Present<T>;
}

/** The options of the format itself: what its readers understand. */
export function formatOptions(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !name.startsWith(prefix)));
}

/** An empty name asks for no such column. */
function rescuedColumn(name: string | undefined, always: boolean): string | undefined {
  if (name === undefined) return always ? "_rescued_data" : undefined;
  return name === "" ? undefined : name;
}

function fileAge(ms: number | undefined, value: string | undefined): number | undefined {
  if (ms === undefined || ms >= minFileAgeMs) return ms;
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "cloudFiles.maxFileAge",
    value: value ?? "",
    expected: "must be 14 days at least: files that are forgotten sooner could come again",
  });
}

/** What needs a service of Databricks, and what to do instead. */
const unbuilt: Readonly<Record<string, string>> = {
  "cloudFiles.useManagedFileEvents":
    "File events are a service of Unity Catalog: leave it out, and files are found by listing",
  "databricks.serviceCredential":
    "Such credentials are kept by Unity Catalog: give the keys, or leave them to the cloud's SDK",
};

function refuseUnbuilt(options: Options): void {
  for (const [name, remedy] of Object.entries(unbuilt)) {
    const value = options[name.toLowerCase()];
    if (value === undefined || value.trim().toLowerCase() === "false") continue;
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", { name, value, format: "cloudFiles", remedy });
  }
}

async function formatOf(name: string | undefined): Promise<FileFormat> {
  if (name === undefined) throw error("CF_MISSING_FORMAT", { formats: formatNames });
  const format = fileFormat(name);
  if (format) return format;
  await connectorFor(name); // says whether there is such a format at all
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "cloudFiles.format",
    value: name,
    expected: `must be one of ${formatNames}`,
  });
}

function evolutionMode(value: string | undefined, hasSchema: boolean): EvolutionMode {
  if (value === undefined) return hasSchema ? "none" : "addNewColumns";
  const adds = (mode: EvolutionMode): boolean => mode.startsWith("addNewColumns");
  const mode = evolutionModes.find((one) => one.toLowerCase() === value.toLowerCase());
  if (mode !== undefined && !(adds(mode) && hasSchema)) return mode;
  throw error("CF_INVALID_SCHEMA_EVOLUTION_MODE", {
    mode: value,
    when: hasSchema ? "when a schema is given" : "here",
    modes: evolutionModes.filter((one) => !hasSchema || !adds(one)).join(", "),
  });
}

function sampleSize({ context }: ReadRequest): { files: number; bytes: number } {
  const files = context.conf(`${sampleKey}.numFiles`);
  const bytes = context.conf(`${sampleKey}.numBytes`);
  const read = optionReader(
    { files: files ?? String(defaultSample.files), bytes: bytes ?? String(defaultSample.bytes) },
    "CF_INVALID_OPTION_VALUE",
  );
  return { files: read.positive("files")!, bytes: read.bytes("bytes")! };
}

function names(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
