import type { ParquetTarget } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import type { Configuration } from "../log/property.ts";
import type { Options } from "../plan/relation.ts";

/** The options of a Delta write, read once. */
export interface WriteOptions {
  readonly mergeSchema: boolean;
  readonly overwriteSchema: boolean;
  /** Undefined: what the session says. */
  readonly dynamic: boolean | undefined;
  readonly userMetadata: string | undefined;
  /** Idempotent writes: skipped where the table has this version of the application or a newer. */
  readonly transaction: { readonly appId: string; readonly version: number } | undefined;
  readonly maxRecordsPerFile: number | undefined;
  readonly compression: string | undefined;
  readonly dataChange: boolean;
}

/** Reads the options (lower-case keys); DELTA_ILLEGAL_OPTION names the one that is wrong. */
export function writeOptions(options: Options): WriteOptions {
  const mode = options["partitionoverwritemode"]?.toLowerCase();
  if (mode !== undefined && mode !== "static" && mode !== "dynamic") {
    throw illegal("partitionOverwriteMode", mode, "it must be static or dynamic");
  }
  return {
    mergeSchema: truth(options, "mergeSchema") ?? false,
    overwriteSchema: truth(options, "overwriteSchema") ?? false,
    dynamic: mode === undefined ? undefined : mode === "dynamic",
    userMetadata: options["usermetadata"],
    transaction: idempotent(options),
    maxRecordsPerFile: count(options, "maxRecordsPerFile"),
    compression: options["compression"],
    dataChange: truth(options, "dataChange") ?? true,
  };
}

function truth(options: Options, name: string): boolean | undefined {
  const text = options[name.toLowerCase()];
  if (text === undefined) return undefined;
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw illegal(name, text, "it must be true or false");
}

function count(options: Options, name: string): number | undefined {
  const text = options[name.toLowerCase()];
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw illegal(name, text, "it must be an integer of at least 0");
  return Number(text) === 0 ? undefined : Number(text);
}

function idempotent(options: Options): WriteOptions["transaction"] {
  const appId = options["txnappid"];
  const version = options["txnversion"];
  if (appId === undefined && version === undefined) return undefined;
  if (appId === undefined || version === undefined) {
    throw error("DELTA_INVALID_IDEMPOTENT_WRITES_OPTIONS", {});
  }
  if (!/^-?\d+$/.test(version)) throw illegal("txnVersion", version, "it must be an integer");
  return { appId, version: Number(version) };
}

function illegal(name: string, input: string, explain: string): Error {
  return error("DELTA_ILLEGAL_OPTION", { name, input, explain });
}

const codecs: Readonly<Record<string, ParquetTarget["compression"]>> = {
  snappy: "snappy",
  zstd: "zstd",
  gzip: "gzip",
  none: "uncompressed",
  uncompressed: "uncompressed",
  lz4: "lz4",
  lz4_raw: "lz4",
};

/** The codec of data files: the option's, else the table's, else snappy as in Spark. */
export function codecOf(
  option: string | undefined,
  configuration: Configuration,
): ParquetTarget["compression"] {
  const name = option ?? configuration["delta.parquet.compression.codec"] ?? "snappy";
  const codec = codecs[name.toLowerCase()];
  if (codec !== undefined) return codec;
  throw illegal("compression", name, `it must be one of ${Object.keys(codecs).join(", ")}`);
}
