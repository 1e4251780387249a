import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { type FileFormat, fileFormat } from "../file/format.ts";
import { optionReader } from "../option.ts";
import { connectorFor } from "../registry.ts";

const prefix = "cloudfiles.";

/** What Auto Loader does about columns that the schema does not have. */
export type EvolutionMode = "addNewColumns" | "rescue" | "failOnNewColumns" | "none";

const modes: readonly EvolutionMode[] = ["addNewColumns", "rescue", "failOnNewColumns", "none"];

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
  readonly maxFiles: number;
  readonly maxBytes?: number;
  readonly maxFileAgeMs?: number;
  readonly allowOverwrites: boolean;
  /** Absent: there is no such column. */
  readonly rescuedColumn?: string;
}

/** Files of one batch unless the options say otherwise. */
const defaultMaxFiles = 1000;

/** What listing alone cannot do, with the values that ask for nothing more than listing. */
const unbuilt: Readonly<Record<string, readonly string[]>> = {
  cleanSource: ["off"],
  useNotifications: ["false"],
  useManagedFileEvents: ["false"],
};

/** Options that change how files are found, not which: a full listing each time has it all. */
const accepted = ["backfillInterval", "fetchParallelism", "listOnStart", "useIncrementalListing"];

const known: readonly string[] = [
  ...Object.keys(unbuilt),
  ...accepted,
  "allowOverwrites",
  "format",
  "includeExistingFiles",
  "inferColumnTypes",
  "maxBytesPerTrigger",
  "maxFileAge",
  "maxFilesPerTrigger",
  "partitionColumns",
  "schemaEvolutionMode",
  "schemaHints",
  "schemaLocation",
  "useStrictGlobber",
  "validateOptions",
].map((name) => name.toLowerCase());

/** Reads and checks the options. `hasSchema`: the user gave one. */
export async function cloudFilesOptions(
  options: Options,
  hasSchema: boolean,
): Promise<CloudFilesOptions> {
  const read = optionReader(options, "CF_INVALID_OPTION_VALUE");
  const text = (name: string): string | undefined => read.text(prefix + name);
  if (read.flag(`${prefix}validateOptions`, true)) refuseUnknown(options);
  for (const [name, harmless] of Object.entries(unbuilt)) {
    const value = text(name);
    if (value === undefined || harmless.includes(value.toLowerCase())) continue;
    const remedy = "Files are found by listing: leave it out";
    const parameters = { name: `cloudFiles.${name}`, value, format: "cloudFiles", remedy };
    throw error("UNSUPPORTED_DATA_SOURCE_OPTION", parameters);
  }
  const schemaLocation = text("schemaLocation");
  const schemaHints = text("schemaHints");
  const maxBytes = read.bytes(`${prefix}maxBytesPerTrigger`);
  const maxFileAgeMs = read.durationMs(`${prefix}maxFileAge`, "s");
  const columns = text("partitionColumns");
  const format = await formatOf(text("format"));
  const fixed = format === "text" || format === "binaryFile";
  const rescuedColumn =
    read.text("rescuedDataColumn") ?? (hasSchema || fixed ? undefined : "_rescued_data");
  return {
    format,
    ...(schemaLocation === undefined ? {} : { schemaLocation }),
    inferColumnTypes: read.flag(`${prefix}inferColumnTypes`, false),
    ...(schemaHints === undefined ? {} : { schemaHints }),
    evolution: fixed ? "none" : evolutionMode(text("schemaEvolutionMode"), hasSchema),
    ...(columns === undefined ? {} : { partitionColumns: names(columns) }),
    includeExistingFiles: read.flag(`${prefix}includeExistingFiles`, true),
    strictGlobs: read.flag(`${prefix}useStrictGlobber`, false),
    maxFiles: read.positive(`${prefix}maxFilesPerTrigger`) ?? defaultMaxFiles,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(maxFileAgeMs === undefined ? {} : { maxFileAgeMs }),
    allowOverwrites: read.flag(`${prefix}allowOverwrites`, false),
    ...(rescuedColumn === undefined ? {} : { rescuedColumn }),
  };
}

/** The options of the format itself: what its readers understand. */
export function formatOptions(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !name.startsWith(prefix)));
}

function refuseUnknown(options: Options): void {
  const keys = Object.keys(options).filter(
    (name) => name.startsWith(prefix) && !known.includes(name.slice(prefix.length)),
  );
  if (keys.length > 0) throw error("CF_UNKNOWN_OPTION_KEYS_ERROR", { keys: keys.join(", ") });
}

async function formatOf(name: string | undefined): Promise<FileFormat> {
  const formats = "json, csv, parquet, text, binaryFile";
  if (name === undefined) throw error("CF_MISSING_FORMAT", { formats });
  const format = fileFormat(name);
  if (format) return format;
  await connectorFor(name); // says whether there is such a format at all
  throw error("CF_INVALID_OPTION_VALUE", {
    name: "cloudFiles.format",
    value: name,
    expected: `must be one of ${formats}`,
  });
}

function evolutionMode(value: string | undefined, hasSchema: boolean): EvolutionMode {
  if (value === undefined) return hasSchema ? "none" : "addNewColumns";
  const mode = modes.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
  if (mode !== undefined && !(mode === "addNewColumns" && hasSchema)) return mode;
  throw error("CF_INVALID_SCHEMA_EVOLUTION_MODE", {
    mode: value,
    when: hasSchema ? "when a schema is given" : "here",
    modes: modes.filter((one) => !hasSchema || one !== "addNewColumns").join(", "),
  });
}

function names(list: string): readonly string[] {
  return list
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
