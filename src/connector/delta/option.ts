import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import { optionReader } from "../option.ts";
import type { AdmissionLimit } from "./plan.ts";

/** Files of one batch unless the options say otherwise (DeltaOptions). */
const defaultMaxFiles = 1000;

/** Where a stream without a checkpoint begins. */
export type StartingPoint =
  | { readonly kind: "snapshot" }
  | { readonly kind: "latest" }
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "timestamp"; readonly timestampMs: number; readonly text: string };

export interface DeltaSourceOptions {
  readonly limit: AdmissionLimit;
  readonly start: StartingPoint;
  readonly ignoreDeletes: boolean;
  readonly ignoreChanges: boolean;
  readonly skipChangeCommits: boolean;
  readonly exclude?: RegExp;
  readonly failOnDataLoss: boolean;
  /** Whether the stream may begin after the newest version, however it is said. */
  readonly beyond: boolean;
}

/** Options that change what a stream means and are not built: better refused than not heard. */
const unbuilt = [
  "schemaTrackingLocation",
  "schemaLocation",
  "withEventTimeOrder",
  "endingVersion",
  "endingTimestamp",
];

/** Throws DELTA_ILLEGAL_OPTION and the like, naming the option. */
export function sourceOptions(
  options: Options,
  { timeZone, beyond }: { readonly timeZone: string; readonly beyond: boolean },
): DeltaSourceOptions {
  const read = optionReader(options, "DELTA_ILLEGAL_OPTION");
  for (const name of ["versionAsOf", "timestampAsOf"]) {
    if (read.text(name) !== undefined) {
      throw error("DELTA_UNSUPPORTED_TIME_TRAVEL_STREAM", { name });
    }
  }
  for (const name of unbuilt) {
    const value = read.text(name);
    if (value !== undefined && value.toLowerCase() !== "false") {
      throw error("DELTA_STREAM_OPTION_NOT_BUILT", { name });
    }
  }
  const maxBytes = read.bytes("maxBytesPerTrigger");
  const maxFiles = read.positive("maxFilesPerTrigger");
  const exclude = read.text("excludeRegex");
  const ignoreChanges = read.flag("ignoreChanges", false) || read.flag("ignoreFileDeletion", false);
  return {
    limit: {
      maxBytes: maxBytes ?? Number.POSITIVE_INFINITY,
      maxFiles: maxFiles ?? (maxBytes === undefined ? defaultMaxFiles : Number.POSITIVE_INFINITY),
    },
    start: startingPoint(options, timeZone),
    ignoreDeletes: read.flag("ignoreDeletes", false),
    ignoreChanges,
    skipChangeCommits: read.flag("skipChangeCommits", false),
    ...(exclude === undefined ? {} : { exclude: expression(exclude) }),
    failOnDataLoss: read.flag("failOnDataLoss", true),
    beyond,
  };
}

function startingPoint(options: Options, timeZone: string): StartingPoint {
  const read = optionReader(options, "DELTA_ILLEGAL_OPTION");
  const version = read.text("startingVersion");
  const text = read.text("startingTimestamp");
  if (version !== undefined && text !== undefined) {
    const [first, second] = ["startingVersion", "startingTimestamp"];
    throw error("DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET", { first, second });
  }
  if (version?.toLowerCase() === "latest") return { kind: "latest" };
  if (version !== undefined) return { kind: "version", version: read.natural("startingVersion")! };
  if (text === undefined) return { kind: "snapshot" };
  return { kind: "timestamp", timestampMs: read.instantMs("startingTimestamp", timeZone)!, text };
}

function expression(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    const explain = "it must be a regular expression";
    throw error("DELTA_ILLEGAL_OPTION", { name: "excludeRegex", input: source, explain }, cause);
  }
}
