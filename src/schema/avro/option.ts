import { error } from "../../error/error.ts";
import { flag } from "../flag.ts";
import { parseAvroSchema } from "./parse.ts";
import type { AvroSchema } from "./schema.ts";
import type { AvroTypeOptions } from "./spark.ts";

export type RebaseMode = "EXCEPTION" | "CORRECTED" | "LEGACY";

export interface AvroOptions extends AvroTypeOptions {
  /** How the files are to be understood; absent: as they say. */
  readonly schema?: AvroSchema;
  readonly positional: boolean;
  readonly rebaseMode: RebaseMode;
}

/** Spark's bound on `recursiveFieldMaxDepth`. */
const depthMax = 15;

/** The options of Avro's reader; names of `options` are lower case. */
export function avroOptions(options: Readonly<Record<string, string>>): AvroOptions {
  const schema = options["avroschema"];
  return {
    ...(schema === undefined ? {} : { schema: parseAvroSchema(schema) }),
    positional: flag(options, "positionalFieldMatching", false),
    stableUnions: flag(options, "enableStableIdentifiersForUnionType", false),
    unionPrefix: options["stableidentifierprefixforuniontype"] ?? "member_",
    recursionDepth: depth(options["recursivefieldmaxdepth"]),
    rebaseMode: rebaseMode(options["datetimerebasemode"]),
  };
}

function depth(value: string | undefined): number {
  if (value === undefined) return -1;
  const number = Number(value);
  if (Number.isInteger(number) && number <= depthMax) return number;
  const reason = `it is a whole number of at most ${depthMax}`;
  throw error("INVALID_TEXT_OPTION", { option: "recursiveFieldMaxDepth", value, reason });
}

function rebaseMode(value: string | undefined): RebaseMode {
  const mode = (value ?? "CORRECTED").toUpperCase();
  if (mode === "EXCEPTION" || mode === "CORRECTED" || mode === "LEGACY") return mode;
  const reason = "it is EXCEPTION, CORRECTED or LEGACY";
  throw error("INVALID_TEXT_OPTION", { option: "datetimeRebaseMode", value: mode, reason });
}
