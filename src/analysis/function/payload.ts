import { error } from "../../error/error.ts";
import type { Options } from "../../plan/relation.ts";
import type { TypedExpression } from "../typed.ts";
import { argument, type FunctionCall } from "./definition.ts";
import { constantOptions } from "./text-option.ts";

/** Where a constant stands in a call, as Spark says it. */
export interface ConstantPlace {
  readonly ordinal: string;
  readonly index: number;
  /** What it says, to the end of the sentence. */
  readonly meaning: string;
}

/** A constant text of a call about payloads; undefined of a null. */
export function payloadText(given: FunctionCall, place: ConstantPlace): string | undefined {
  const value = argument(given, place.index);
  if (isNull(value)) return undefined;
  if (value.kind === "literal" && typeof value.value === "string") return value.value;
  throw constantUnfit(given, place, "a constant string");
}

/** The constant options of a call about payloads, their names in lower case. */
export function payloadOptions(given: FunctionCall, place: ConstantPlace): Options {
  const value = given.arguments[place.index];
  if (value === undefined || isNull(value)) return {};
  const { type } = value;
  const known = type.type === "map" ? constantOptions(value) : undefined;
  const ofTexts =
    type.type === "map" && [type.keyType, type.valueType].every(({ type: of }) => isText(of));
  if (known && ofTexts) return known;
  throw constantUnfit(given, place, "a constant map of strings to strings");
}

function isText(name: string): boolean {
  return name === "string" || name === "void";
}

function isNull(value: TypedExpression): boolean {
  if (value.kind === "cast") return isNull(value.input);
  return value.kind === "literal" && value.value === null;
}

/** The error of an argument that is not the constant it has to be. */
export function constantUnfit(given: FunctionCall, place: ConstantPlace, what: string): Error {
  const stands = `The ${place.ordinal} argument of the ${given.name.toUpperCase()} SQL function`;
  return error("DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT", {
    sqlExpr: `"${given.text}"`,
    msg: `${stands} must be ${what} ${place.meaning}`,
    hint: "Write it out in the call",
  });
}

/** Whether records that cannot be read are null: an unknown mode is PERMISSIVE, as in Spark. */
export function isPermissive(funcName: string, options: Options): boolean {
  const mode = options["mode"]?.toUpperCase() ?? "FAILFAST";
  if (mode === "DROPMALFORMED") {
    throw error("PARSE_MODE_UNSUPPORTED", { funcName: `\`${funcName}\``, mode });
  }
  return mode !== "FAILFAST";
}
