import { error, isError } from "../../../error/error.ts";
import { parseTime } from "../../../schema/time.ts";
import { momentOf } from "../text/moment.ts";
import { compilePattern, type Pattern, patternInstant } from "../text/pattern.ts";
import { readLegacy } from "../text/pattern-legacy-read.ts";
import { type LegacyToken, legacyTokens } from "../text/pattern-legacy-token.ts";
import { writeLegacy } from "../text/pattern-legacy-write.ts";
import { type PatternToken, patternTokens, unrecognized } from "../text/pattern-token.ts";
import { writeTokens } from "../text/pattern-write.ts";
import { type Zone, zoneOf } from "../text/zone.ts";

/** Patterns remembered: a query has few, and a column of patterns must not fill the memory. */
const patternLimit = 100;

/** A function of a pattern that remembers what it made. */
function remembered<T>(make: (pattern: string) => T): (pattern: string) => T {
  const made = new Map<string, T>();
  return (pattern) => {
    const found = made.get(pattern);
    if (found !== undefined) return found;
    if (made.size >= patternLimit) made.clear();
    const value = make(pattern);
    made.set(pattern, value);
    return value;
  };
}

const reading = remembered<Pattern>((pattern) => compilePattern(pattern));
const readingLocal = remembered<Pattern>((pattern) => compilePattern(pattern, { local: true }));
const writing = remembered<readonly PatternToken[]>((pattern) =>
  patternTokens(pattern, { parsing: false }),
);
const legacy = remembered<readonly LegacyToken[]>((pattern) => {
  const tokens = legacyTokens(pattern);
  if (tokens === undefined) throw unrecognized(pattern);
  return tokens;
});

type Texts = readonly string[];

function timeMicros(value: string, pattern: string | undefined): string | null {
  if (pattern === undefined) return parseTime(value)?.micros.toString() ?? null;
  return patternInstant(readingLocal(pattern), value)?.time.micros.toString() ?? null;
}

function timestampMicros(value: string, pattern: string, zone: string, policy: string) {
  const used = zoneOf(zone);
  if (used === undefined) return undefined;
  if (policy === "LEGACY") return readLegacy(legacy(pattern), value, used);
  const found = patternInstant(reading(pattern), value)?.timestamp(used)?.micros;
  if (found === undefined && policy === "EXCEPTION") checkDifference(value, pattern, used);
  return found;
}

/** Throws where Spark before 3.0 read a text that is no timestamp any more. */
function checkDifference(value: string, pattern: string, zone: Zone): void {
  const tokens = legacyTokens(pattern);
  if (tokens === undefined || readLegacy(tokens, value, zone) === undefined) return;
  throw error("INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER", {
    datetime: `'${value}'`,
    config: '"spark.sql.legacy.timeParserPolicy"',
  });
}

/** Times as texts by Java's patterns, and back: microseconds travel as text. */
export const formatOperations = {
  date_format: ([micros = "0", pattern = "", zone = "UTC", policy = ""]: Texts): string => {
    const moment = momentOf(BigInt(micros), zone);
    return policy === "LEGACY"
      ? writeLegacy(legacy(pattern), moment)
      : writeTokens(writing(pattern), moment);
  },
  parse_timestamp: ([value = "", pattern = "", zone = "UTC", policy = ""]: Texts) =>
    timestampMicros(value, pattern, zone, policy)?.toString() ?? null,
  parse_time: ([value = "", pattern]: Texts): string | null => timeMicros(value, pattern),
  try_parse_time: ([value = "", pattern]: Texts): string | null => {
    try {
      return timeMicros(value, pattern);
    } catch (thrown) {
      if (isError(thrown)) return null;
      throw thrown;
    }
  },
  parse_timestamp_ntz: ([value = "", pattern = ""]: Texts): string | null =>
    patternInstant(readingLocal(pattern), value)?.local.micros.toString() ?? null,
} as const;
