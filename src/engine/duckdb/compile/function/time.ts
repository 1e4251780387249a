import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { once } from "../once.ts";
import { local, now } from "../zone.ts";
import { type Compilation, type Group, javascript } from "./registry.ts";

const dayMicros = "86400000000";

/** SQL of the microseconds since midnight of a TIME. */
function microsOf(time: string): string {
  return `epoch_us(${time})`;
}

/** SQL of the TIME that is so many microseconds after midnight. */
export function timeOfMicros(micros: string): string {
  return `(TIME '00:00:00' + to_microseconds(CAST(${micros} AS BIGINT)))`;
}

/** SQL of a TIME without the digits of its fraction that a precision has not. */
export function truncatedTime(time: string, precision: number): string {
  if (precision >= 6) return time;
  return `(${time} - to_microseconds(${microsOf(time)} % ${10 ** (6 - precision)}))`;
}

const units: Readonly<Record<string, number>> = {
  HOUR: 3_600_000_000,
  MINUTE: 60_000_000,
  SECOND: 1_000_000,
  MILLISECOND: 1000,
  MICROSECOND: 1,
};

/** SQL of the microseconds in the unit that a text names, or of the error that it names none. */
function unitMicros(unit: string, functionName: string): string {
  const cases = Object.entries(units).map(
    ([name, micros]) => `WHEN upper(${unit}) = '${name}' THEN ${micros}`,
  );
  const bad = raise("INVALID_PARAMETER_VALUE.TIME_UNIT", {
    parameter: text("`unit`"),
    functionName: text(`\`${functionName}\``),
    invalidValue: `'''' || ${unit} || ''''`,
  });
  return `CASE ${cases.join(" ")} ELSE ${bad} END`;
}

/** A count of some part of a second, within the day. */
const fromCount =
  (nanos: bigint): Compilation =>
  ([count], { scope }) =>
    once([count as string], scope, (given) => {
      const value = `CAST(${given} AS DECIMAL(30, 6)) * ${nanos / 1000n}`;
      return once([`CAST(trunc(${value}) AS HUGEINT)`], scope, (micros) => {
        const bad = outOfBounds(
          `'Invalid TIME value: must be between 00:00:00 and 23:59:59.999999999, but got ' ||
            CAST(${micros} * 1000 AS VARCHAR) || ' nanoseconds'`,
        );
        return `CASE WHEN ${micros} IS NULL THEN NULL
          WHEN ${micros} < 0 OR ${micros} >= ${dayMicros} THEN ${bad}
          ELSE ${timeOfMicros(micros)} END`;
      });
    });

function outOfBounds(rangeMessage: string): string {
  return raise("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", { rangeMessage });
}

const madeTime: Compilation = ([hour, minute, second], { scope }) =>
  once([hour, minute, second] as string[], scope, (h, m, s) => {
    const bad = (field: string, most: number, value: string): string =>
      outOfBounds(`'Invalid value for ${field} (valid values 0 - ${most}): ' || ${value}`);
    const whole = `CAST(trunc(${s}) AS VARCHAR)`;
    const micros = `(${h} * 60 + ${m}) * 60000000::BIGINT + CAST(${s} * 1000000 AS BIGINT)`;
    return [
      `CASE WHEN ${h} IS NULL OR ${m} IS NULL OR ${s} IS NULL THEN NULL`,
      `WHEN ${h} NOT BETWEEN 0 AND 23 THEN ${bad("HourOfDay", 23, h as string)}`,
      `WHEN ${m} NOT BETWEEN 0 AND 59 THEN ${bad("MinuteOfHour", 59, m as string)}`,
      `WHEN ${s} < 0 OR ${s} >= 60 THEN ${bad("SecondOfMinute", 59, whole)}`,
      `ELSE ${timeOfMicros(micros)} END`,
    ].join(" ");
  });

const reading =
  (trying: boolean): Compilation =>
  ([value, format], { scope }) =>
    once([value as string, format ?? "''"], scope, (given, pattern) => {
      const patterned = format === undefined ? [given] : [given, pattern as string];
      const name = trying ? "try_parse_time" : "parse_time";
      const read = timeOfMicros(javascript(name, patterned));
      if (trying) return read;
      const bad = raise("CANNOT_PARSE_TIME", {
        input: `'''' || ${given} || ''''`,
        format: `'''' || ${format === undefined ? "'HH:mm:ss.SSSSSS'" : pattern} || ''''`,
      });
      return `CASE WHEN ${given} IS NULL OR ${pattern} IS NULL THEN NULL
        ELSE coalesce(${read}, ${bad}) END`;
    });

/** Times of the day; DuckDB's TIME has microseconds too, and `24:00:00`, which is never made. */
export const times: Group = {
  current_time: (_args, { scope, node }) => {
    const precision = node.type.type === "time" ? node.type.precision : 6;
    return truncatedTime(`CAST(${local(now(scope), scope)} AS TIME)`, precision);
  },
  make_time: madeTime,
  to_time: reading(false),
  try_to_time: reading(true),
  time_trunc: ([unit, time], { scope }) =>
    once([unit, time] as string[], scope, (name, value) => {
      const cut = `${microsOf(value as string)} % ${unitMicros(name as string, "time_trunc")}`;
      return `CASE WHEN ${name} IS NULL OR ${value} IS NULL THEN NULL
        ELSE ${value} - to_microseconds(${cut}) END`;
    }),
  time_diff: ([unit, start, end], { scope }) =>
    once([unit, start, end] as string[], scope, (name, from, to) => {
      const micros = `(${microsOf(to as string)} - ${microsOf(from as string)})`;
      return `CASE WHEN ${name} IS NULL OR ${from} IS NULL OR ${to} IS NULL THEN NULL
        ELSE ${micros} // ${unitMicros(name as string, "time_diff")} END`;
    }),
  time_from_seconds: fromCount(1_000_000_000n),
  time_from_millis: fromCount(1_000_000n),
  time_from_micros: fromCount(1000n),
  time_to_seconds: ([time]) =>
    `CAST(CAST(${microsOf(time as string)} AS DECIMAL(20, 6)) / 1000000 AS DECIMAL(14, 6))`,
  time_to_millis: ([time]) => `(${microsOf(time as string)} // 1000)`,
  time_to_micros: ([time]) => microsOf(time as string),
  time_add: ([time, span], { scope, trying }) => {
    const sum = `${microsOf(time as string)} + ${span}`;
    return once([sum], scope, (micros) => {
      const operation = text("a time and an interval go out of the day");
      const bad = trying ? "NULL" : raise("DATETIME_OVERFLOW", { operation });
      return `CASE WHEN ${micros} IS NULL THEN NULL
        WHEN ${micros} < 0 OR ${micros} >= ${dayMicros} THEN ${bad}
        ELSE ${timeOfMicros(micros)} END`;
    });
  },
  subtract_times: ([left, right]) => `(${microsOf(left as string)} - ${microsOf(right as string)})`,
};
