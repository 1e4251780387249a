import { error } from "../../../error/error.ts";
import { fieldSize, intervalName } from "../../../schema/interval-field.ts";
import type { AnsiIntervalType, DataType, IntervalType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { text } from "../quote.ts";
import { sqlType } from "../type.ts";
import { type CastRequest, sparkName, toDecimal } from "./cast.ts";
import { javascript } from "./function/registry.ts";
import { once } from "./once.ts";
import type { Scope } from "./scope.ts";

/** SQL of an interval as the text of Spark's cast: `INTERVAL '1 02' DAY TO HOUR`. */
export function intervalText(value: string, type: IntervalType, scope: Scope): string {
  if (type.unit !== "calendar") {
    return javascript("interval_text", [`CAST(${value} AS VARCHAR)`, text(intervalName(type))]);
  }
  return once([value], scope, (span) => {
    const micros = `(datepart('hour', ${span}) * 3600000000 + datepart('minute', ${span}) * 60000000
      + datepart('microseconds', ${span}))`;
    const parts = [calendarMonths(span), `datepart('day', ${span})`, micros];
    return javascript(
      "calendar_text",
      parts.map((part) => `CAST(${part} AS VARCHAR)`),
    );
  });
}

/** SQL of the months of a calendar interval. */
export function calendarMonths(span: string): string {
  return `(datepart('year', ${span}) * 12 + datepart('month', ${span}))`;
}

/** SQL of Spark's cast of a text, a number or another interval to an interval. */
export function toInterval(value: string, request: CastRequest): string {
  const { from, to, scope, mode } = request;
  if (to.type !== "interval") throw impossible(request);
  if (to.unit === "calendar") return calendar(value, request);
  const type = sqlType(to);
  if (from.type === "interval") return trimmed(value, to);
  if (from.type === "string") {
    const name = mode === "try" ? "try_interval" : "interval";
    return `CAST(${javascript(name, [value, text(intervalName(to))])} AS ${type})`;
  }
  if (from.type !== "decimal" && !isIntegral(from)) throw impossible(request);
  return once([value], scope, (input) => {
    const size = `'${fieldSize(to.end)}'`;
    const scaled = javascript("multiply", [`CAST(${input} AS VARCHAR)`, size]);
    const amount =
      from.type === "decimal"
        ? `TRY_CAST(${scaled} AS DECIMAL(38,0))`
        : `(CAST(${input} AS HUGEINT) * ${fieldSize(to.end)})`;
    return held(amount, { shown: `CAST(${input} AS VARCHAR)`, request });
  });
}

/** SQL of Spark's cast of an interval to a number: of its smallest field. */
export function fromInterval(value: string, request: CastRequest): string {
  const { from, to, scope, mode } = request;
  if (from.type !== "interval" || from.unit === "calendar") throw impossible(request);
  const size = fieldSize(from.end);
  const seconds = from.end === "second";
  if (to.type === "decimal") {
    const exact = `(CAST(${value} AS DECIMAL(19,0)) * CAST('0.000001' AS DECIMAL(7,6)))`;
    // One that does not fit fails outside of ANSI mode too.
    const strict = mode === "try" ? mode : "ansi";
    return toDecimal(seconds ? exact : `(${value} // ${size})`, { type: to, mode: strict, scope });
  }
  if (!isIntegral(to)) throw impossible(request);
  return once([value], scope, (input) =>
    held(`(${input} // ${size})`, { shown: intervalText(input, from, scope), request }),
  );
}

/** A wide whole number as one of the target's type; CAST_OVERFLOW, but for TRY_CAST. */
function held(
  amount: string,
  { shown, request }: { readonly shown: string; readonly request: CastRequest },
): string {
  const { from, to, mode } = request;
  const fitting = `TRY_CAST(${amount} AS ${sqlType(to)})`;
  if (mode === "try") return fitting;
  const failure = raise("CAST_OVERFLOW", {
    value: shown,
    sourceType: text(`"${sparkName(from)}"`),
    targetType: text(`"${sparkName(to)}"`),
  });
  return `CASE WHEN ${shown} IS NOT NULL THEN coalesce(${fitting}, ${failure}) END`;
}

/** What is below the smallest field of the target is cut off. */
function trimmed(value: string, to: AnsiIntervalType): string {
  const size = fieldSize(to.end);
  return to.end === "month" || to.end === "second" ? value : `(${value} // ${size} * ${size})`;
}

/** A text that is none gives null, in every mode. */
function calendar(value: string, request: CastRequest): string {
  if (request.from.type !== "string") throw impossible(request);
  return once([javascript("calendar_interval", [value])], request.scope, (parts) => {
    const part = (at: number, type: string): string =>
      `CAST(split_part(${parts}, ' ', ${at}) AS ${type})`;
    const days = `to_days(${part(2, "INTEGER")})`;
    const micros = `to_microseconds(${part(3, "BIGINT")})`;
    return `(to_months(${part(1, "INTEGER")}) + ${days} + ${micros})`;
  });
}

function isIntegral({ type }: DataType): boolean {
  return type === "byte" || type === "short" || type === "integer" || type === "long";
}

function impossible({ from, to }: CastRequest): Error {
  return error("ENGINE_UNSUPPORTED_FUNCTION", { name: `cast from ${from.type} to ${to.type}` });
}
