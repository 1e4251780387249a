import { error } from "../../error/error.ts";
import { parseValue } from "../../schema/text.ts";
import {
  date,
  decimal,
  double,
  integer,
  long,
  string,
  timestamp,
  timestampNtz,
} from "../../schema/type.ts";
import { isDatetime } from "../coercion.ts";
import { call, cast, literal, stringLiteral } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  type Entry,
  type FunctionCall,
  type Group,
  modeOf,
  oneOf,
  only,
  type Parameter,
  takes,
  tried,
} from "./definition.ts";
import { intervalPart } from "./interval.ts";
import { times } from "./time.ts";
import { parsable, readTimestamp, timestamps } from "./timestamp.ts";

const moment: Parameter = oneOf(timestamp, timestampNtz);
const dayOrMoment: Parameter = oneOf(date, timestamp, timestampNtz);
const clock: Parameter = {
  label: '"TIMESTAMP"',
  target: (type, ansi) => (type.type === "time" ? type : moment.target(type, ansi)),
};
const part: Entry = { takes: [clock], type: integer };
const day: Entry = { takes: [takes.date], type: integer };
const unixTimeDefaults = ["current_timestamp()", "yyyy-MM-dd HH:mm:ss"];
/** Dates, timestamps and intervals. */
export const dates: Group = {
  ...timestamps,
  ...times,
  current_date: {
    arity: [0, 0],
    aliases: ["curdate"],
    type: date,
    nullable: false,
    print: () => "current_date()",
  },
  current_timestamp: {
    arity: [0, 0],
    aliases: ["now"],
    type: timestamp,
    nullable: false,
  },
  localtimestamp: { arity: [0, 0], type: timestampNtz, nullable: false },
  current_timezone: {
    arity: [0, 0],
    sugar: true,
    resolve: (given) => stringLiteral(given.conf.timeZone),
  },
  year: day,
  quarter: day,
  month: day,
  day: { ...day, aliases: ["dayofmonth"] },
  dayofyear: day,
  dayofweek: day,
  weekday: day,
  weekofyear: day,
  yearofweek: day,
  hour: part,
  minute: part,
  second: part,
  monthname: { takes: [takes.date], type: string },
  dayname: { takes: [takes.date], type: string },
  extract: {
    aliases: ["date_part", "datepart"],
    arity: [2, 2],
    sugar: true,
    resolve: extract,
    print: (t, name) =>
      name === "date_part" ? `date_part(${t.join(", ")})` : `${name}(${t[0]} FROM ${t[1]})`,
  },
  seconds_fraction: { takes: [clock], type: decimal(8, 6) },
  date_add: {
    aliases: ["dateadd"],
    arity: [2, 2],
    resolve: (given) => shifted(given, "date_add"),
    print: (t) => `date_add(${t.join(", ")})`,
  },
  date_sub: { arity: [2, 2], resolve: (given) => shifted(given, "date_sub") },
  datediff: { aliases: ["date_diff"], takes: [takes.date, takes.date], type: integer },
  timestampadd: {
    takes: [takes.string, takes.long, moment],
    type: (args) => args[2]?.type ?? timestamp,
  },
  timestampdiff: {
    takes: [takes.string, moment, moment],
    type: long,
    print: (t) => `timestampdiff(${t.join(", ")})`,
  },
  add_months: { takes: [takes.date, takes.integer], type: date },
  months_between: {
    takes: [takes.timestamp, takes.timestamp, takes.boolean],
    optional: 1,
    type: double,
    print: (t) => `months_between(${(t.length === 2 ? [...t, "true"] : t).join(", ")})`,
  },
  last_day: { takes: [takes.date], type: date },
  next_day: {
    takes: [takes.date, takes.string],
    resolve: (given) => {
      const plain = call("next_day", given.arguments, { type: date });
      return given.conf.ansi ? plain : tried(plain);
    },
  },
  trunc: { takes: [takes.date, takes.string], type: date, nullable: true },
  date_trunc: { takes: [takes.string, takes.timestamp], type: timestamp, nullable: true },
  date_format: { takes: [takes.timestamp, takes.string], type: string },
  number_text: { takes: [takes.any, takes.string], type: string },
  to_char: {
    aliases: ["to_varchar"],
    arity: [2, 2],
    sugar: true,
    resolve: characters,
    print: (t, _, args) =>
      `${args[0] && isDatetime(args[0].type) ? "date_format" : "to_char"}(${t.join(", ")})`,
  },
  unix_timestamp: {
    arity: [0, 2],
    sugar: true,
    resolve: (given) => {
      if (given.arguments.length > 0) return epoch(given);
      const now = call("current_timestamp", [], { type: timestamp, nullable: false });
      return call("unix_seconds", [now], { type: long });
    },
    print: (t, name) => `${name}(${[...t, ...unixTimeDefaults.slice(t.length)].join(", ")})`,
  },
  to_unix_timestamp: {
    arity: [1, 2],
    sugar: true,
    resolve: epoch,
    print: (t) =>
      `to_unix_timestamp(${t.length === 1 ? `${t[0]}, yyyy-MM-dd HH:mm:ss` : t.join(", ")})`,
  },
  from_unixtime: {
    takes: [takes.long, takes.string],
    optional: 1,
    resolve: (given) => {
      const args = [...given.arguments, stringLiteral("yyyy-MM-dd HH:mm:ss")].slice(0, 2);
      return call("from_unixtime", args, { type: string });
    },
    print: (t) =>
      `from_unixtime(${(t.length === 1 ? [...t, "yyyy-MM-dd HH:mm:ss"] : t).join(", ")})`,
  },
  from_utc_timestamp: { takes: [takes.timestamp, takes.string], type: timestamp },
  to_utc_timestamp: { takes: [takes.timestamp, takes.string], type: timestamp },
  convert_timezone: {
    arity: [2, 3],
    resolve: (given) => {
      const zones =
        given.arguments.length === 3
          ? given.arguments
          : [stringLiteral(given.conf.timeZone), ...given.arguments];
      const last = given.arguments.length - 1;
      const wall = coerce(given, last, {
        label: '"TIMESTAMP_NTZ"',
        target: (type) =>
          type.type === "timestamp_ntz" ||
          type.type === "timestamp" ||
          type.type === "date" ||
          type.type === "string" ||
          type.type === "void"
            ? timestampNtz
            : undefined,
      });
      return call("convert_timezone", [...zones.slice(0, 2), wall], { type: timestampNtz });
    },
    print: (t) =>
      `convert_timezone(${(t.length === 2 ? ["current_timezone()", ...t] : t).join(", ")})`,
  },
  unix_date: { takes: [only(date)], type: integer },
  date_from_unix_date: { takes: [takes.integer], type: date },
  unix_seconds: { takes: [only(timestamp)], type: long },
  unix_millis: { takes: [only(timestamp)], type: long },
  unix_micros: { takes: [only(timestamp)], type: long },
  timestamp_seconds: { takes: [takes.numeric], type: timestamp },
  timestamp_millis: { takes: [takes.integral], type: timestamp },
  timestamp_micros: { takes: [takes.integral], type: timestamp },
};

/** to_char of a date or a timestamp is date_format. */
function characters(given: FunctionCall): TypedExpression {
  if (!isDatetime(argument(given, 0).type)) {
    return call("number_text", given.arguments, { type: string });
  }
  const moments = [coerce(given, 0, takes.timestamp), coerce(given, 1, takes.string)];
  return call("date_format", moments, { type: string });
}

/** Seconds since the epoch: of a text that does not fit its pattern null outside ANSI. */
function epoch(given: FunctionCall): TypedExpression {
  const input = coerce(given, 0, parsable);
  if (input.type.type !== "string") {
    return call("unix_seconds", [cast(input, timestamp, modeOf(given))], { type: long });
  }
  const format =
    given.arguments.length > 1
      ? coerce(given, 1, takes.string)
      : stringLiteral("yyyy-MM-dd HH:mm:ss");
  const read = readTimestamp({ text: input, format, trying: false }, timestamp, given);
  return call("unix_seconds", [read], { type: long });
}

const dayCount: Parameter = {
  label: '("INT" or "SMALLINT" or "TINYINT")',
  target: (type, ansi) => {
    const whole = ["integer", "short", "byte", "void"].includes(type.type);
    return whole || (ansi && type.type === "string") ? integer : undefined;
  },
};

/** date_add and date_sub: the days are no wider than an integer, or a text of one. */
export function shifted(given: FunctionCall, name: "date_add" | "date_sub"): TypedExpression {
  const day = coerce(given, 0, takes.date);
  const written = argument(given, 1);
  if (given.conf.ansi || written.kind !== "literal" || typeof written.value !== "string") {
    return call(name, [day, coerce(given, 1, dayCount)], { type: date });
  }
  const count = parseValue(written.value, integer);
  if (count === undefined) {
    throw error("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", { functionName: name });
  }
  return call(name, [day, literal(count, integer)], { type: date });
}

/** Fields of EXTRACT and the function that gives each. */
const fields: Readonly<Record<string, string>> = {
  year: "year",
  y: "year",
  years: "year",
  yr: "year",
  yrs: "year",
  yearofweek: "yearofweek",
  quarter: "quarter",
  qtr: "quarter",
  month: "month",
  mon: "month",
  mons: "month",
  months: "month",
  week: "weekofyear",
  w: "weekofyear",
  weeks: "weekofyear",
  day: "day",
  d: "day",
  days: "day",
  dayofweek: "dayofweek",
  dow: "dayofweek",
  dayofweek_iso: "weekday",
  dow_iso: "weekday",
  doy: "dayofyear",
  hour: "hour",
  h: "hour",
  hours: "hour",
  hr: "hour",
  hrs: "hour",
  minute: "minute",
  m: "minute",
  min: "minute",
  mins: "minute",
  minutes: "minute",
  second: "seconds_fraction",
  s: "seconds_fraction",
  sec: "seconds_fraction",
  seconds: "seconds_fraction",
  secs: "seconds_fraction",
};

/** What EXTRACT calls the fields that intervals have. */
const intervalFields: Readonly<Record<string, string>> = { seconds_fraction: "second" };

function extract(given: FunctionCall): TypedExpression {
  const name = extractedField(given);
  if (name === null) return literal(null, double);
  const field = fields[name.toLowerCase()] ?? "";
  const input = argument(given, 1);
  const invalid = (): Error =>
    error("INVALID_EXTRACT_FIELD", { field: `\`${name}\``, expr: `"${given.texts[1] ?? ""}"` });
  if (field === "") throw invalid();
  if (input.type.type === "interval") {
    const part = intervalPart(input, intervalFields[field] ?? field);
    if (part === undefined) throw invalid();
    return part;
  }
  const timed = field === "hour" || field === "minute" || field === "seconds_fraction";
  const coerced = coerce(given, 1, timed ? clock : dayOrMoment);
  const source = timed ? coerced : cast(coerced, date, modeOf(given));
  if (field === "seconds_fraction") return call(field, [source], { type: decimal(8, 6) });
  const value = call(field, [source], { type: integer });
  if (field !== "weekday") return value;
  return call("+", [value, literal(1, integer)], { type: integer });
}

/** The name of the field, a constant; null makes the value null. */
function extractedField(given: FunctionCall): string | null {
  const input = argument(given, 0);
  if (input.kind === "literal" && (typeof input.value === "string" || input.value === null)) {
    return input.value;
  }
  throw error("NON_FOLDABLE_ARGUMENT", {
    funcName: `\`${given.name}\``,
    paramName: "`field`",
    paramType: '"STRING"',
  });
}
