import { error } from "../../../error/error.ts";
import { parseTime } from "../../../schema/time.ts";
import type { DataType } from "../../../schema/type.ts";
import type {
  CalendarDate,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  Value,
} from "../../../schema/value.ts";
import { castDate, castLocalTimestamp, castTimestamp } from "./datetime.ts";
import type { TextOptions } from "./option.ts";
import { compilePattern, type Pattern, type PatternTime, patternInstant } from "./pattern.ts";
import { type Zone, zoneOf } from "./zone.ts";

/** Reads dates and times as the options say; undefined where a text is none. */
export interface TimeReader {
  readonly zone: Zone;
  readonly date: (text: string) => CalendarDate | undefined;
  readonly timestamp: (text: string) => Timestamp | undefined;
  readonly timestampNtz: (text: string) => LocalTimestamp | undefined;
  readonly time: (text: string) => LocalTime | undefined;
  /** Whether timestamps are in Spark's own format, which the fast road knows. */
  readonly standardTimestamp: boolean;
  readonly standardDate: boolean;
}

export function timeReader(options: TextOptions): TimeReader {
  const zone = zoneOf(options.timeZone);
  if (zone === undefined) {
    throw error("INVALID_TEXT_OPTION", {
      option: "timeZone",
      value: options.timeZone,
      reason: "there is no such time zone",
    });
  }
  const { dateFormat, timestampFormat, timestampNtzFormat, timeFormat } = options;
  const date = reader(dateFormat, {});
  const stamp = reader(timestampFormat, {});
  const local = reader(timestampNtzFormat, { local: true });
  const clock = reader(timeFormat, { local: true });
  return {
    zone,
    date: date ? (text) => date(text)?.date : castDate,
    timestamp: stamp ? (text) => stamp(text)?.timestamp(zone) : (text) => castTimestamp(text, zone),
    timestampNtz: local ? (text) => local(text)?.local : (text) => castLocalTimestamp(text, false),
    time: clock ? (text) => clock(text)?.time : parseTime,
    standardTimestamp: !stamp,
    standardDate: !date,
  };
}

/** Reads by a pattern, which is looked at when the first text comes: none may come. */
function reader(format: string | undefined, use: Parameters<typeof compilePattern>[1]) {
  if (!format) return undefined;
  let pattern: Pattern | undefined;
  return (text: string): PatternTime | undefined => {
    pattern ??= compilePattern(format, use);
    return patternInstant(pattern, text);
  };
}

const INTEGER_LIMITS = {
  byte: [-128n, 127n],
  short: [-32_768n, 32_767n],
  integer: [-2_147_483_648n, 2_147_483_647n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

/** The whole number of a text of digits, if it is in the type's range. */
export function toInteger(text: string, type: keyof typeof INTEGER_LIMITS): Value | undefined {
  if (text.length > 1000) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  const [low, high] = INTEGER_LIMITS[type];
  if (value < low || value > high) return undefined;
  return type === "long" ? value : Number(value);
}

/** Refuses column types that have no reader, by name. */
export function checkReadable(type: DataType, path: string): void {
  switch (type.type) {
    case "interval":
      throw error("UNSUPPORTED_TEXT_OPTION", {
        option: `schema of ${path}`,
        value: type.type,
        known: "all other types",
      });
    case "array":
      checkReadable(type.elementType, `${path}.element`);
      return;
    case "map":
      if (type.keyType.type !== "string") {
        throw error("UNSUPPORTED_TEXT_OPTION", {
          option: `key type of ${path}`,
          value: type.keyType.type,
          known: "string",
        });
      }
      checkReadable(type.valueType, `${path}.value`);
      return;
    case "struct":
      for (const field of type.fields) checkReadable(field.type, `${path}.${field.name}`);
      return;
    default:
  }
}
