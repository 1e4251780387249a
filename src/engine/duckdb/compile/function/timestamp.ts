import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { once } from "../once.ts";
import { instant, instantOfArgument } from "../zone.ts";
import { type Compilation, type Group, javascript, type Site } from "./registry.ts";

/** Dates and timestamps of texts and of their parts. */
export const timestamps: Group = {
  make_date: ([year, month, day], { scope, trying }) => {
    if (trying) return `make_date(${year}, ${month}, ${day})`;
    return once([year, month, day] as string[], scope, (y, m, d) =>
      [
        `CASE WHEN ${y} IS NULL OR ${m} IS NULL OR ${d} IS NULL THEN NULL`,
        `WHEN ${m} NOT BETWEEN 1 AND 12 THEN ${invalid("MonthOfYear", "1 - 12", m)}`,
        `WHEN ${d} NOT BETWEEN 1 AND 31 THEN ${invalid("DayOfMonth", "1 - 28/31", d)}`,
        `WHEN ${d} > 28 AND ${d} > day(last_day(make_date(${y}, ${m}, 1)))`,
        `THEN ${outOfBounds(`'Invalid date ' || ${y} || '-' || ${m} || '-' || ${d}`)}`,
        `ELSE make_date(${y}, ${m}, ${d}) END`,
      ].join(" "),
    );
  },
  make_timestamp: ([year, month, day, hour, minute, second, zone], site) => {
    const wall = wallClock([year, month, day, hour, minute, second] as string[], site);
    return inZone(wall, zone, site);
  },
  make_timestamp_ntz: (args, site) => wallClock(args, site),
  timestamp_at: ([day, time, zone], site) => {
    const wall = time === undefined ? `CAST(${day} AS TIMESTAMP)` : `(${day} + ${time})`;
    return site.node.type.type === "timestamp_ntz" ? wall : inZone(wall, zone, site);
  },
  to_timestamp: reading("error"),
  try_to_timestamp: reading("null"),
};

function inZone(wall: string, zone: string | undefined, { scope, node, trying }: Site): string {
  if (zone === undefined) return instant(wall, scope);
  return instantOfArgument(wall, { sql: zone, node: node.arguments.at(-1), trying });
}

function outOfBounds(rangeMessage: string): string {
  return raise("DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", {
    rangeMessage,
    ansiConfig: text('"spark.sql.ansi.enabled"'),
  });
}

function invalid(field: string, range: string, value: string | undefined): string {
  return outOfBounds(`'Invalid value for ${field} (valid values ${range}): ' || ${value}`);
}

/** Reads a text by a pattern. */
function reading(failure: "error" | "null"): Compilation {
  return ([value, format], { scope, node }) => {
    const local = node.type.type === "timestamp_ntz";
    const make = local ? "make_timestamp" : "make_timestamptz";
    return once([value as string, format as string], scope, (x, pattern) => {
      const { timeZone, timeParserPolicy = "CORRECTED" } = scope.context;
      // What is only tried is null where the two ways to read it differ.
      const tries = failure === "null" && timeParserPolicy === "EXCEPTION";
      const about = [text(timeZone), text(tries ? "CORRECTED" : timeParserPolicy)];
      const parsed = javascript(local ? "parse_timestamp_ntz" : "parse_timestamp", [
        x as string,
        pattern as string,
        ...about,
      ]);
      const read = `${make}(CAST(${parsed} AS BIGINT))`;
      if (failure === "null") return read;
      const bad = raise("CANNOT_PARSE_TIMESTAMP", {
        func: text("`try_to_timestamp`"),
        message: `'Text ''' || ${x} || ''' could not be parsed by ''' || ${pattern} || ''''`,
      });
      return `CASE WHEN ${x} IS NULL OR ${pattern} IS NULL THEN NULL
        ELSE coalesce(${read}, ${bad}) END`;
    });
  };
}

/** The second may be 60 sharp, which is the next minute, as in Spark. */
function wallClock(args: readonly string[], site: Site): string {
  const { scope, trying } = site;
  return once(args, scope, (year, month, day, hour, minute, second) => {
    const seconds = `CAST(CAST(${second} AS DECIMAL(16,6)) * 1000000 AS BIGINT)`;
    const time = `to_hours(${hour}) + to_minutes(${minute}) + to_microseconds(${seconds})`;
    const date = timestamps["make_date"]?.([year, month, day] as string[], site);
    const wall = `(CAST(${date} AS TIMESTAMP) + ${time})`;
    const fraction = raise("INVALID_FRACTION_OF_SECOND", {
      secAndMicros: `CAST(${second} AS VARCHAR)`,
    });
    const bad = (failure: string): string => (trying ? "NULL" : failure);
    const parts = [year, month, day, hour, minute, second];
    const missing = parts.map((part) => `${part} IS NULL`).join(" OR ");
    const whole = `CAST(trunc(${second}) AS VARCHAR)`;
    return [
      `CASE WHEN ${missing} THEN NULL`,
      `WHEN ${hour} NOT BETWEEN 0 AND 23 THEN ${bad(invalid("HourOfDay", "0 - 23", hour))}`,
      `WHEN ${minute} NOT BETWEEN 0 AND 59 THEN`,
      bad(invalid("MinuteOfHour", "0 - 59", minute)),
      `WHEN ${second} > 60 AND ${second} < 61 THEN ${bad(fraction)}`,
      `WHEN ${second} NOT BETWEEN 0 AND 60 THEN`,
      bad(invalid("SecondOfMinute", "0 - 59", whole)),
      `ELSE ${wall} END`,
    ].join(" ");
  });
}
