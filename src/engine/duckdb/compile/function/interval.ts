import type { DataType, IntervalType } from "../../../../schema/type.ts";
import { raise } from "../../failure.ts";
import { sqlType } from "../../type.ts";
import { calendarMonths } from "../cast-interval.ts";
import { once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { instant, isUtc, local } from "../zone.ts";
import { type Compilation, type Group, javascript, type Site } from "./registry.ts";

const day = 86_400_000_000n;

/** SQL of an interval as DuckDB's own, to add to a date or time. */
export function span(value: string, type: DataType | undefined): string {
  if (type?.type !== "interval" || type.unit === "calendar") return value;
  return type.unit === "month" ? `to_months(${value})` : `to_microseconds(${value})`;
}

/** An instant moved by microseconds: its whole days go by the wall clock, the rest is exact. */
export function addMicros(value: string, micros: string, scope: Scope): string {
  return once([value, micros], scope, (time, total) => {
    const days = `to_days(CAST(${total} // 86400000000 AS INTEGER))`;
    const day = instant(`(${local(time as string, scope)} + ${days})`, scope);
    const start = `CASE WHEN abs(${total}) < 86400000000 THEN ${time} ELSE ${day} END`;
    return `(${start} + to_microseconds(${total} % 86400000000))`;
  });
}

/** Intervals: arithmetic, parts, and what makes them. */
export const intervals: Group = {
  add_interval: ([value, amount], { types, scope }) => {
    const [type, by] = types;
    if (type?.type === "date") return `CAST(${value} + ${span(amount as string, by)} AS DATE)`;
    if (type?.type === "timestamp_ntz") return `(${value} + ${span(amount as string, by)})`;
    if (isUtc(scope)) return `(${value} + ${span(amount as string, by)})`;
    if (by?.type !== "interval" || by.unit === "month") {
      return instant(`(${local(value as string, scope)} + ${span(amount as string, by)})`, scope);
    }
    if (by.unit === "day") return addMicros(value as string, amount as string, scope);
    return once([amount as string], scope, (x) => {
      const [months, days] = [calendarMonths(x), `datepart('day', ${x})`];
      const whole = `to_months(CAST(${months} AS INTEGER)) + to_days(CAST(${days} AS INTEGER))`;
      const wall = instant(`(${local(value as string, scope)} + ${whole})`, scope);
      return `(${wall} + to_microseconds(${microsOf(x)}))`;
    });
  },
  subtract_dates: ([a, b], { node, scope }) => {
    if (!isCalendar(node.type)) return `(CAST(${a} - ${b} AS BIGINT) * ${day})`;
    return once([a as string, b as string], scope, period);
  },
  subtract_timestamps: ([a, b], { node, types, scope }) => {
    // Legacy intervals count the time that passed, the others what a clock on the wall shows.
    const legacy = isCalendar(node.type);
    const at = (value: string | undefined, type: DataType | undefined): string => {
      if (type?.type !== "timestamp") return `CAST(${value} AS TIMESTAMP)`;
      return legacy ? (value as string) : local(value as string, scope);
    };
    const micros = `(epoch_us(${at(a, types[0])}) - epoch_us(${at(b, types[1])}))`;
    return legacy ? `to_microseconds(${micros})` : micros;
  },
  interval_add: sum("+", "try_add"),
  interval_subtract: sum("-", "try_subtract"),
  interval_negate: ([value], site) => {
    if (isCalendar(site.node.type)) return `(-${value})`;
    return once([value as string], site.scope, (x) =>
      held(`-CAST(${x} AS HUGEINT)`, {
        present: `${x} IS NOT NULL`,
        failure: failing(site, raise("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {})),
        site,
      }),
    );
  },
  interval_multiply: ([value, factor], site) =>
    once([value as string, factor as string], site.scope, (x, by) => {
      if (isCalendar(site.node.type)) return scaledCalendar(x, (part) => `(${by} * ${part})`);
      const product = productOf(x, by, site);
      return held(product, { present: present(x, by), failure: overflow(site), site });
    }),
  interval_divide: ([value, divisor], site) =>
    once([value as string, divisor as string], site.scope, (x, by) => {
      const zero = failing(site, raise("INTERVAL_DIVIDED_BY_ZERO", {}));
      const quotient = isCalendar(site.node.type)
        ? scaledCalendar(x, (part) => `(${part} / ${by})`)
        : held(quotientOf(x, by, site), { present: present(x, by), failure: overflow(site), site });
      return `CASE WHEN ${by} = 0 AND ${x} IS NOT NULL THEN ${zero} ELSE ${quotient} END`;
    }),
  interval_part: ([name, value], site) => part((name ?? "").replaceAll("'", ""), value ?? "", site),
  make_ym_interval: ([years, months], site) =>
    once([years as string, months as string], site.scope, (y, m) =>
      held(`(CAST(${y} AS HUGEINT) * 12 + ${m})`, {
        present: present(y, m),
        failure: overflow(site),
        site,
      }),
    ),
  make_dt_interval: (parts, site) =>
    once(parts, site.scope, (d, h, m, s) => {
      const minutes = `((CAST(${d} AS HUGEINT) * 24 + ${h}) * 60 + ${m})`;
      return held(`(${minutes} * 60000000 + CAST(${s} * 1000000 AS HUGEINT))`, {
        present: present(d, h, m, s),
        failure: overflow(site),
        site,
      });
    }),
  make_interval: (parts, site) =>
    once(parts, site.scope, (y, mo, w, d, h, mi, s) => {
      const months = `TRY_CAST(CAST(${y} AS HUGEINT) * 12 + ${mo} AS INTEGER)`;
      const days = `TRY_CAST(CAST(${w} AS HUGEINT) * 7 + ${d} AS INTEGER)`;
      const minutes = `(CAST(${h} AS HUGEINT) * 60 + ${mi})`;
      const micros = `TRY_CAST(${minutes} * 60000000 + CAST(${s} * 1000000 AS HUGEINT) AS BIGINT)`;
      const made = `to_months(${months}) + to_days(${days}) + to_microseconds(${micros})`;
      return `CASE WHEN ${present(y, mo, w, d, h, mi, s)}
        THEN coalesce(${made}, ${overflow(site)}) END`;
    }),
};

/** Java's `Period.between(start, end)`: whole months towards the end, then the days left. */
function period(end: string, start: string): string {
  const index = (day: string): string => `(12 * year(${day}) + month(${day}))`;
  const months = `(${index(end)} - ${index(start)})`;
  const days = `(day(${end}) - day(${start}))`;
  const forth = `${months} > 0 AND ${days} < 0`;
  const back = `${months} < 0 AND ${days} > 0`;
  const whole = `(${months} - CASE WHEN ${forth} THEN 1 WHEN ${back} THEN -1 ELSE 0 END)`;
  const left = `CASE
    WHEN ${forth} THEN ${end} - CAST(${start} + to_months(CAST(${whole} AS INTEGER)) AS DATE)
    WHEN ${back} THEN ${days} - day(last_day(${end})) ELSE ${days} END`;
  return `(to_months(CAST(${whole} AS INTEGER)) + to_days(CAST(${left} AS INTEGER)))`;
}

function isCalendar(type: DataType): boolean {
  return type.type === "interval" && type.unit === "calendar";
}

function present(...values: readonly string[]): string {
  return values.map((value) => `${value} IS NOT NULL`).join(" AND ");
}

/** What raises, or null within TRY. */
function failing({ node, trying }: Site, failure: string): string {
  return trying ? `CAST(NULL AS ${sqlType(node.type)})` : failure;
}

function overflow(site: Site): string {
  const months = site.node.type.type === "interval" && site.node.type.unit === "month";
  return failing(
    site,
    raise("ARITHMETIC_OVERFLOW", { reason: months ? "'integer overflow'" : "'long overflow'" }),
  );
}

/** A wide number as the interval of the call, or its failure. */
function held(
  amount: string,
  given: { readonly present: string; readonly failure: string; readonly site: Site },
): string {
  const type = sqlType(given.site.node.type);
  return `CASE WHEN ${given.present}
    THEN coalesce(TRY_CAST(${amount} AS ${type}), ${given.failure}) END`;
}

function sum(operator: "+" | "-", functionName: string): Compilation {
  return ([left, right], site) => {
    if (isCalendar(site.node.type)) return `(${left} ${operator} ${right})`;
    return once([left as string, right as string], site.scope, (a, b) =>
      held(`(CAST(${a} AS HUGEINT) ${operator} ${b})`, {
        present: present(a, b),
        failure: failing(
          site,
          raise("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", {
            functionName: `'${functionName}'`,
          }),
        ),
        site,
      }),
    );
  };
}

function productOf(value: string, factor: string, { types }: Site): string {
  switch (types[1]?.type) {
    case "float":
    case "double":
      return `round(${value} * CAST(${factor} AS DOUBLE))`;
    case "decimal":
      return whole(javascript("multiply", [asText(value), asText(factor)]));
    default:
      return `(CAST(${value} AS HUGEINT) * ${factor})`;
  }
}

/** Rounded half away from zero. */
function quotientOf(value: string, divisor: string, { types }: Site): string {
  switch (types[1]?.type) {
    case "float":
    case "double":
      return `round(${value} / CAST(${divisor} AS DOUBLE))`;
    case "decimal":
      return whole(javascript("divide", [asText(value), asText(divisor), "'18'"]));
    default:
      return roundedQuotient(value, divisor);
  }
}

/** SQL of the quotient of two whole numbers, rounded half away from zero. */
export function roundedQuotient(value: string, divisor: string): string {
  const [x, y] = [`CAST(${value} AS HUGEINT)`, `CAST(${divisor} AS HUGEINT)`];
  return `(((2 * abs(${x}) + abs(${y})) // nullif(2 * abs(${y}), 0))
    * CASE WHEN (${x} < 0) = (${y} < 0) THEN 1 ELSE -1 END)`;
}

const asText = (value: string): string => `CAST(${value} AS VARCHAR)`;
const whole = (digits: string): string => `TRY_CAST(${digits} AS DECIMAL(38,0))`;

/** Months are cut; a fraction of days becomes microseconds. */
function scaledCalendar(value: string, scale: (part: string) => string): string {
  const [months, days] = [scale(calendarMonths(value)), scale(`datepart('day', ${value})`)];
  const whole = (number: string): string => `CAST(trunc(CAST(${number} AS DOUBLE)) AS INTEGER)`;
  const micros = `${scale(microsOf(value))} + ${day} * (${days} - ${whole(days)})`;
  return `(to_months(${whole(months)}) + to_days(${whole(days)})
    + to_microseconds(CAST(round(CAST(${micros} AS DOUBLE)) AS BIGINT)))`;
}

/** The microseconds of a calendar interval, beside its months and days. */
function microsOf(value: string): string {
  return `(datepart('hour', ${value}) * 3600000000 + datepart('minute', ${value}) * 60000000
    + datepart('microseconds', ${value}))`;
}

function part(field: string, value: string, { node, types, scope }: Site): string {
  const type = types[1] as IntervalType;
  const result = sqlType(node.type);
  return once([value], scope, (x) => {
    const [months, days, micros] = {
      month: [x, "0", "0"],
      day: ["0", `(${x} // ${day})`, `(${x} % ${day})`],
      calendar: [calendarMonths(x), `datepart('day', ${x})`, microsOf(x)],
    }[type.unit] as [string, string, string];
    switch (field) {
      case "year":
        return `CAST(${months} // 12 AS ${result})`;
      case "month":
        return `CAST(${months} % 12 AS ${result})`;
      case "day":
        return `CAST(${days} AS ${result})`;
      case "hour":
        return `CAST(${micros} // 3600000000 AS ${result})`;
      case "minute":
        return `CAST(${micros} // 60000000 % 60 AS ${result})`;
      default:
        return `CAST(CAST(${micros} % 60000000 AS DECIMAL(14,0)) * CAST('0.000001' AS DECIMAL(7,6))
          AS ${result})`;
    }
  });
}
