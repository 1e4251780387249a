import { error } from "../../error/error.ts";
import { flag } from "../flag.ts";

/** Spark's options of `from_protobuf` that say what comes out. */
export interface ProtobufOptions {
  /** How often a message may hold itself, with itself; -1: not at all. */
  readonly recursionDepth: number;
  readonly anyAsJson: boolean;
  readonly emitDefaults: boolean;
  readonly enumsAsInts: boolean;
  readonly upcastUnsigned: boolean;
  readonly unwrapPrimitives: boolean;
  readonly retainEmpty: boolean;
}

/** The options of a call; names of `options` are lower case. Throws INVALID_TEXT_OPTION. */
export function protobufOptions(options: Readonly<Record<string, string>>): ProtobufOptions {
  return {
    recursionDepth: depth(options["recursive.fields.max.depth"]),
    anyAsJson: flag(options, "convert.any.fields.to.json", false),
    emitDefaults: flag(options, "emit.default.values", false),
    enumsAsInts: flag(options, "enums.as.ints", false),
    upcastUnsigned: flag(options, "upcast.unsigned.ints", false),
    unwrapPrimitives: flag(options, "unwrap.primitive.wrapper.types", false),
    retainEmpty: flag(options, "retain.empty.message.types", false),
  };
}

function depth(value: string | undefined): number {
  const number = Number(value ?? "-1");
  if (Number.isInteger(number)) return number;
  const reason = "it is a whole number";
  throw error("INVALID_TEXT_OPTION", {
    ...{ option: "recursive.fields.max.depth", value: String(value), reason },
  });
}
