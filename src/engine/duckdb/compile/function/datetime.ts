import type { DataType } from "../../../../schema/type.ts";
import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { instant, instantOfArgument, isUtc, local, localOfArgument, now } from "../zone.ts";
import { addMicros } from "./interval.ts";
import { type Compilation, type Group, javascript, type Site } from "./registry.ts";

/** A part of a date or of a wall-clock time, as INTEGER. */
const part =
  (name: string): Compilation =>
  ([value], { types, scope }) => {
    const wall = types[0]?.type === "timestamp" ? local(value as string, scope) : value;
    return `CAST(${name}(${wall}) AS INTEGER)`;
  };

const days = (value: string): string => `(${value} - DATE '1970-01-01')`;

/** A date or a time as TIMESTAMP, on the wall clock of the session's zone. */
function wall(value: string | undefined, type: DataType | undefined, scope: Scope): string {
  return type?.type === "timestamp" ? local(value as string, scope) : `CAST(${value} AS TIMESTAMP)`;
}

const floorDivide = (value: string, divisor: number): string =>
  `((${value} - ((${value} % ${divisor}) + ${divisor}) % ${divisor}) // ${divisor})`;

const epoch =
  (divisor: number): Compilation =>
  ([value], { scope }) =>
    divisor === 1
      ? `epoch_us(${value})`
      : once([`epoch_us(${value})`], scope, (x) => floorDivide(x, divisor));

/** Dates, timestamps and intervals; the connection is in UTC, the plan names the zone. */
export const datetimes: Group = {
  current_date: (_args, { scope }) => `CAST(${local(now(scope), scope)} AS DATE)`,
  current_timestamp: (_args, { scope }) => now(scope),
  localtimestamp: (_args, { scope }) => local(now(scope), scope),
  year: part("year"),
  quarter: part("quarter"),
  month: part("month"),
  day: part("day"),
  dayofyear: part("dayofyear"),
  dayofweek: ([value]) => `CAST(dayofweek(${value}) + 1 AS INTEGER)`,
  weekday: ([value]) => `CAST(isodow(${value}) - 1 AS INTEGER)`,
  weekofyear: part("weekofyear"),
  yearofweek: part("isoyear"),
  hour: part("hour"),
  minute: part("minute"),
  second: part("second"),
  monthname: ([value]) => `strftime(${value}, '%b')`,
  dayname: ([value]) => `strftime(${value}, '%a')`,
  seconds_fraction: ([value]) =>
    `CAST(CAST(((epoch_us(${value}) % 60000000) + 60000000) % 60000000 AS DECIMAL(14,0)) / 1000000
      AS DECIMAL(8,6))`,
  date_add: ([value, count]) => `(${value} + CAST(${count} AS INTEGER))`,
  date_sub: ([value, count]) => `(${value} - CAST(${count} AS INTEGER))`,
  datediff: ([end, start]) => `CAST(${end} - ${start} AS INTEGER)`,
  add_months: ([value, count]) => `CAST(${value} + to_months(CAST(${count} AS INTEGER)) AS DATE)`,
  months_between: ([a, b, round], { scope }) =>
    once([local(a as string, scope), local(b as string, scope)], scope, (x, y) => {
      const months = `((year(${x}) - year(${y})) * 12 + month(${x}) - month(${y}))`;
      const ends = `day(${x}) = day(${y}) OR (last_day(${x}) = CAST(${x} AS DATE)
        AND last_day(${y}) = CAST(${y} AS DATE))`;
      const seconds = (t: string): string =>
        `(day(${t}) * 86400 + hour(${t}) * 3600 + minute(${t}) * 60 + second(${t}))`;
      const exact = `(${months} + (${seconds(x)} - ${seconds(y)}) / 2678400.0::DOUBLE)`;
      const fraction = round === "false" ? exact : `round(${exact}, 8)`;
      return `CASE WHEN ${ends} THEN CAST(${months} AS DOUBLE) ELSE ${fraction} END`;
    }),
  last_day: ([value]) => `last_day(${value})`,
  next_day: ([value, name], { scope, trying }) => {
    const names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    const whole = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    const list = names.map(
      (short, at) =>
        `WHEN upper(${name}) IN ('${short}', '${whole[at]?.slice(0, 3)}', '${whole[at]}')
          THEN ${at + 1}`,
    );
    const unknown = raise("ILLEGAL_DAY_OF_WEEK", { string: name as string });
    const bad = trying ? "" : ` WHEN ${name} IS NOT NULL AND ${value} IS NOT NULL THEN ${unknown}`;
    const wanted = `CASE ${list.join(" ")}${bad} END`;
    return once(
      [wanted],
      scope,
      (day) => `CAST(${value} + CAST((${day} - isodow(${value}) + 6) % 7 + 1 AS INTEGER) AS DATE)`,
    );
  },
  trunc: ([value, unit]) => truncated(value as string, `upper(${unit})`, dateUnits, "DATE"),
  date_trunc: ([unit, value], { scope }) =>
    once([value as string], scope, (x) => {
      const cut = truncated(local(x, scope), `upper(${unit})`, timeUnits, "TIMESTAMP");
      return instant(cut, scope);
    }),
  date_format: ([value, format], { scope }) => formatted(value as string, format as string, scope),
  from_unixtime: ([seconds, format], { scope }) =>
    formatted(`make_timestamptz(CAST(${seconds} AS BIGINT) * 1000000)`, format as string, scope),
  from_utc_timestamp: ([value, zone], { node }) => {
    const argument = { sql: zone as string, node: node.arguments[1] };
    return `CAST(${localOfArgument(value as string, argument)} AS TIMESTAMPTZ)`;
  },
  to_utc_timestamp: ([value, zone], { node }) => {
    const argument = { sql: zone as string, node: node.arguments[1] };
    return instantOfArgument(`CAST(${value} AS TIMESTAMP)`, argument);
  },
  convert_timezone: ([from, to, value], { node }) => {
    const source = { sql: from as string, node: node.arguments[0] };
    const target = { sql: to as string, node: node.arguments[1] };
    return localOfArgument(instantOfArgument(value as string, source), target);
  },
  unix_date: ([value]) => days(value as string),
  date_from_unix_date: ([value]) => `(DATE '1970-01-01' + CAST(${value} AS INTEGER))`,
  unix_seconds: epoch(1_000_000),
  unix_millis: epoch(1000),
  unix_micros: epoch(1),
  timestamp_seconds: ([value], site) => ofSeconds(value as string, site),
  timestamp_millis: ([value]) => `make_timestamptz(CAST(${value} AS BIGINT) * 1000)`,
  timestamp_micros: ([value]) => `make_timestamptz(CAST(${value} AS BIGINT))`,
  timestampadd: ([unit, count, value], { types, scope }) => {
    const name = (unit ?? "").replaceAll("'", "").toUpperCase();
    const span = timespan(name, count as string);
    const exact = Object.hasOwn(clockUnits, name);
    if (types[2]?.type !== "timestamp" || isUtc(scope)) return `(${value} + ${span})`;
    if (!exact) return instant(`(${local(value as string, scope)} + ${span})`, scope);
    const micros = `CAST(${count} AS BIGINT) * ${clockUnits[name]}`;
    return addMicros(value as string, micros, scope);
  },
  timestampdiff: ([unit, start, end], { types, scope }) => {
    const name = (unit ?? "").replaceAll("'", "").toLowerCase();
    const [from, to] = [wall(start, types[1], scope), wall(end, types[2], scope)];
    return `datesub('${name}', ${from}, ${to})`;
  },
  time_window: ([time, duration, start], site) =>
    once(
      [`epoch_us(${time})`, duration as string, start as string],
      site.scope,
      (at, length, shift) =>
        windowAt(
          `(${at} - ((${at} - ${shift}) % ${length} + ${length}) % ${length})`,
          length,
          site,
        ),
    ),
  time_windows: ([time, duration, slide, start], site) =>
    once(
      [`epoch_us(${time})`, duration, slide, start] as string[],
      site.scope,
      (at, length, step, shift) => {
        const last = `(${at} - ((${at} - ${shift}) % ${step} + ${step}) % ${step})`;
        const name = `w${site.scope.counter.next}`;
        site.scope.counter.next += 1;
        const starts = `list_transform(range((${length} + ${step} - 1) // ${step}),
          lambda ${name}: ${last} - ${name} * ${step})`;
        const held = `list_reverse(list_filter(${starts},
          lambda ${name}: ${name} + ${length} > ${at}))`;
        return `list_transform(${held}, lambda ${name}: ${windowAt(name, length, site)})`;
      },
    ),
  window_time: ([window], { node }) => {
    const end = `epoch_us(struct_extract(${window}, 'f1')) - 1`;
    return node.type.type === "timestamp_ntz"
      ? `make_timestamp(${end})`
      : `make_timestamptz(${end})`;
  },
};

/** A decimal of more digits than microseconds have is no timestamp; a float loses them. */
function ofSeconds(value: string, { types, scope }: Site): string {
  const [type] = types;
  if (type?.type === "double" || type?.type === "float") {
    return once([value], scope, (x) => {
      const micros = `CAST(trunc(CAST(${x} AS DOUBLE) * 1000000) AS BIGINT)`;
      return `CASE WHEN isfinite(${x}) THEN make_timestamptz(${micros}) END`;
    });
  }
  if (type?.type !== "decimal") return `make_timestamptz(CAST(${value} AS BIGINT) * 1000000)`;
  const reason = text("a fraction of a second has six digits, rounding is necessary");
  return once([value], scope, (x) => {
    const micros = `CAST(${x} AS DECIMAL(30, 6)) * 1000000`;
    const made = `make_timestamptz(CAST(${micros} AS BIGINT))`;
    if (type.scale <= 6) return made;
    return `CASE WHEN ${x} <> CAST(${x} AS DECIMAL(30, 6))
      THEN ${raise("ARITHMETIC_OVERFLOW", { reason })} ELSE ${made} END`;
  });
}

function windowAt(start: string, length: string, { node }: Site): string {
  const struct = node.type.type === "array" ? node.type.elementType : node.type;
  const plain = struct.type === "struct" && struct.fields[0]?.type.type === "timestamp_ntz";
  const make = plain ? "make_timestamp" : "make_timestamptz";
  return `struct_pack(f0 := ${make}(${start}), f1 := ${make}(${start} + ${length}))`;
}

const dateUnits: Readonly<Record<string, readonly string[]>> = {
  year: ["YEAR", "YYYY", "YY"],
  quarter: ["QUARTER"],
  month: ["MONTH", "MM", "MON"],
  week: ["WEEK"],
};

const timeUnits: Readonly<Record<string, readonly string[]>> = {
  ...dateUnits,
  day: ["DAY", "DD"],
  hour: ["HOUR"],
  minute: ["MINUTE"],
  second: ["SECOND"],
  millisecond: ["MILLISECOND"],
  microsecond: ["MICROSECOND"],
};

function truncated(value: string, unit: string, units: typeof dateUnits, type: string): string {
  const cases = Object.entries(units).map(
    ([name, words]) =>
      `WHEN ${unit} IN (${words.map(text).join(", ")})
        THEN CAST(date_trunc('${name}', ${value}) AS ${type})`,
  );
  return `CASE ${cases.join(" ")} END`;
}

function formatted(value: string, format: string, scope: Scope): string {
  const { timeZone, timeParserPolicy = "CORRECTED" } = scope.context;
  const micros = `CAST(epoch_us(${value}) AS VARCHAR)`;
  return javascript("date_format", [micros, format, text(timeZone), text(timeParserPolicy)]);
}

const clockUnits: Readonly<Record<string, number>> = {
  HOUR: 3_600_000_000,
  MINUTE: 60_000_000,
  SECOND: 1_000_000,
  MILLISECOND: 1000,
  MICROSECOND: 1,
};

function timespan(unit: string, count: string): string {
  const whole = `CAST(${count} AS INTEGER)`;
  // Of a narrower count DuckDB makes the microseconds in 32 bits.
  const long = `CAST(${count} AS BIGINT)`;
  switch (unit) {
    case "YEAR":
      return `to_years(${whole})`;
    case "QUARTER":
      return `to_months(${whole} * 3)`;
    case "MONTH":
      return `to_months(${whole})`;
    case "WEEK":
      return `to_days(${whole} * 7)`;
    case "DAY":
    case "DAYOFYEAR":
      return `to_days(${whole})`;
    case "HOUR":
      return `to_hours(${long})`;
    case "MINUTE":
      return `to_minutes(${long})`;
    case "SECOND":
      return `to_seconds(${long})`;
    case "MILLISECOND":
      return `to_microseconds(${long} * 1000)`;
    default:
      return `to_microseconds(${long})`;
  }
}
