import { error } from "../../../error/error.ts";
import type { DataType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { text } from "../quote.ts";
import { sqlType } from "../type.ts";
import { type CastRequest, plainNumber, sparkName, toDecimal } from "./cast.ts";
import { javascript } from "./function/registry.ts";
import { timeOfMicros, truncatedTime } from "./function/time.ts";
import { once } from "./once.ts";
import { isUtc } from "./zone.ts";

const whole = String.raw`\s*[+-]?\d+\s*`;
const fractional = String.raw`\s*[+-]?\d*\.?\d*\s*`;
const plainReal = "[+-]?[0-9.]+";
const real = String.raw`(?i)\s*[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?[df]?|inf(inity)?|nan)\s*`;
const exact = String.raw`(?i)\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*`;
const plainDate = String.raw`\d{4}-\d{2}-\d{2}`;
const plainTime = String.raw`\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?`;

/**
 * SQL of Spark's cast of a text. DuckDB's own casts read more (`0x1F`, `1_000`) and round
 * (`12.9` is 13), so the text must fit Spark's grammar first; dates and times that are not in
 * their plainest form are read by Spark's grammar in JavaScript.
 */
export function fromText(value: string, request: CastRequest): string {
  const { from, to, mode, scope } = request;
  if (to.type === "binary") return `encode(${value})`;
  return once([value], scope, (input) => {
    if (to.type === "decimal") {
      const fits = `regexp_full_match(${input}, ${text(exact)})`;
      const number = plainNumber(`trim(${input})`, scope);
      const numeric = `CASE WHEN ${fits} THEN ${number} END`;
      if (mode !== "ansi") return `TRY_CAST(${numeric} AS ${sqlType(to)})`;
      const bad = malformed(input, from, to);
      const checked = `CASE WHEN ${input} IS NULL OR ${fits} THEN ${number} ELSE ${bad} END`;
      return toDecimal(checked, { type: to, mode, scope });
    }
    const read = reading(input, request);
    if (mode !== "ansi") return read;
    const bad = malformed(input, from, to);
    return `CASE WHEN ${input} IS NULL THEN NULL ELSE coalesce(${read}, ${bad}) END`;
  });
}

/** Raises that a value, given as SQL of its text, is none of the target's. */
export function malformed(value: string, from: DataType, to: DataType): string {
  return raise("CAST_INVALID_INPUT", {
    expression: from.type === "string" ? `'''' || ${value} || ''''` : value,
    sourceType: text(`"${sparkName(from)}"`),
    targetType: text(`"${sparkName(to)}"`),
  });
}

/** The value, or null where the text is none. */
function reading(input: string, request: CastRequest): string {
  const { to, mode, scope } = request;
  const type = sqlType(to);
  const fits = (pattern: string): string => `regexp_full_match(${input}, ${text(pattern)})`;
  switch (to.type) {
    case "byte":
    case "short":
    case "integer":
    case "long": {
      const plain = `CASE WHEN ${fits(whole)} THEN TRY_CAST(trim(${input}, ${blank}) AS ${type})`;
      // Outside ANSI the fraction is cut off, and a bare point is a number's.
      if (mode !== "legacy") return `${plain} END`;
      return `${plain} WHEN ${fits(fractional)}
        THEN TRY_CAST(regexp_extract(${input}, '[+-]?\\d+') AS ${type}) END`;
    }
    case "float":
    case "double": {
      const number = `regexp_replace(trim(${input}, ${blank}), '(?i)([0-9.])[df]$', '\\1')`;
      const huge = `CAST(CASE WHEN regexp_matches(${input}, 'e-|E-') THEN '0'
        WHEN trim(${input}, ${blank}) LIKE '-%' THEN '-Infinity' ELSE 'Infinity' END AS ${type})`;
      // Nearly all numbers are of the first kind, whose pattern costs a fifth of the grammar's.
      const common = `CASE WHEN ${fits(plainReal)} THEN TRY_CAST(${input} AS ${type}) END`;
      const rest = `coalesce(TRY_CAST(${number} AS ${type}), ${huge})`;
      return `coalesce(${common}, CASE WHEN ${fits(real)} THEN ${rest} END)`;
    }
    case "boolean": {
      const word = `lower(trim(${input}, ${blank}))`;
      return `CASE WHEN ${word} IN ('t', 'true', 'y', 'yes', '1') THEN true
        WHEN ${word} IN ('f', 'false', 'n', 'no', '0') THEN false END`;
    }
    case "date":
      return `CASE WHEN ${fits(plainDate)} THEN TRY_CAST(${input} AS DATE)
        ELSE DATE '1970-01-01' + CAST(${javascript("date", [input])} AS INTEGER) END`;
    case "timestamp": {
      const parsed = javascript("timestamp", [input, text(scope.context.timeZone)]);
      const slow = `make_timestamptz(CAST(${parsed} AS BIGINT))`;
      if (!isUtc(scope)) return slow;
      return `CASE WHEN ${fits(plainTime)} THEN CAST(TRY_CAST(${input} AS TIMESTAMP) AS TIMESTAMPTZ)
        ELSE ${slow} END`;
    }
    case "timestamp_ntz":
      return `CASE WHEN ${fits(plainTime)} THEN TRY_CAST(${input} AS TIMESTAMP)
        ELSE make_timestamp(CAST(${javascript("timestamp_ntz", [input])} AS BIGINT)) END`;
    case "time": {
      const slow = timeOfMicros(javascript("time", [input]));
      return truncatedTime(slow, to.precision);
    }
    default:
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: `cast from string to ${to.type}` });
  }
}

const blank = `' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)`;
