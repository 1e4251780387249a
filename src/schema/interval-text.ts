import { error } from "../error/error.ts";
import {
  fieldNames,
  fieldSize,
  hasField,
  type IntervalField,
  intervalName,
} from "./interval-field.ts";
import { fractionText, trimAll } from "./time.ts";
import type { AnsiIntervalType, IntervalType } from "./type.ts";
import { Decimal, Interval } from "./value.ts";

/** A number of months or microseconds as a value of the type. */
export function intervalValue(amount: bigint, type: AnsiIntervalType): Interval {
  return type.unit === "month" ? new Interval(Number(amount), 0, 0n) : new Interval(0, 0, amount);
}

/** The number of months or microseconds of a value. */
export function intervalAmount(value: Interval, type: AnsiIntervalType): bigint {
  return type.unit === "month"
    ? BigInt(value.months)
    : BigInt(value.days) * fieldSize("day") + value.micros;
}

function fieldsOf(type: AnsiIntervalType): IntervalField[] {
  return fieldNames.filter((field) => hasField(type, field));
}

interface FieldText {
  /** Between it and the field before. */
  readonly mark: string;
  /** The digits it has as the first field. */
  readonly first: string;
  /** What it is at most as a later field. */
  readonly limit: bigint;
}

const texts: Readonly<Record<IntervalField, FieldText>> = {
  year: { mark: "", first: "\\d+", limit: 0n },
  month: { mark: "-", first: "\\d+", limit: 11n },
  day: { mark: "", first: "\\d{1,9}", limit: 0n },
  hour: { mark: " ", first: "\\d{1,10}", limit: 23n },
  minute: { mark: ":", first: "\\d{1,12}", limit: 59n },
  second: { mark: ":", first: "\\d{1,13}", limit: 59n },
};

/** What stands between the quotes, and the whole literal; the groups are alike. */
function patternsOf(type: AnsiIntervalType): readonly RegExp[] {
  const later = type.unit === "month" ? "\\d+" : "\\d{1,2}";
  const fields = fieldsOf(type).map(
    (field, at) => `${at === 0 ? "" : texts[field].mark}(${at === 0 ? texts[field].first : later})`,
  );
  const body = `${fields.join("")}${type.end === "second" ? "(?:\\.(\\d{1,9}))?" : ""}`;
  const name = qualifier(type).replaceAll(" ", "\\s+");
  return [
    new RegExp(`^()([+|-]?)${body}$`),
    new RegExp(`^interval\\s+([+|-]?)'([+|-]?)${body}'\\s+${name}$`, "i"),
  ];
}

/** `DAY TO SECOND`: what follows the text of a literal. */
function qualifier(type: AnsiIntervalType): string {
  return intervalName(type).slice("interval ".length).toUpperCase();
}

/** By the type's name: there are thirteen. */
const patterns = new Map<string, readonly RegExp[]>();

/**
 * The months or microseconds of a text by Spark's cast: `1-2`, `-1 02:03:04.5`, or a whole literal
 * as `INTERVAL '1-2' YEAR TO MONTH`. Its fields are those of the type, no more and no less.
 * `unmatched`: it has another form; `range`: a field of it, or all of it, is out of range.
 */
export function readFields(text: string, type: AnsiIntervalType): bigint | "unmatched" | "range" {
  const name = intervalName(type);
  const known = patterns.get(name) ?? patternsOf(type);
  patterns.set(name, known);
  const trimmed = trimAll(text);
  const match = known.map((pattern) => pattern.exec(trimmed)).find((found) => found !== null);
  if (!match) return "unmatched";
  const [, outer, inner, ...digits] = match;
  let total = 0n;
  for (const [at, field] of fieldsOf(type).entries()) {
    const amount = BigInt(digits[at] ?? "0");
    if (at > 0 && amount > texts[field].limit) return "range";
    total += amount * fieldSize(field);
  }
  if (type.end === "second") total += BigInt((digits.at(-1) ?? "").padEnd(6, "0").slice(0, 6));
  if ((outer === "-") !== (inner === "-")) total = -total;
  return BigInt.asIntN(type.unit === "month" ? 32 : 64, total) === total ? total : "range";
}

/** The months or microseconds of a text, or the error that says why it has none. */
export function amountOfText(text: string, type: AnsiIntervalType): bigint {
  const amount = readFields(text, type);
  if (typeof amount === "bigint") return amount;
  const intervalStr = type.unit === "month" ? "year-month" : "day-time";
  if (amount === "range") {
    throw error("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input: text, interval: intervalStr });
  }
  const [typeName, supportedFormat] = [intervalName(type), intervalFormat(type)];
  const parameters = { input: text, intervalStr, typeName, supportedFormat };
  throw type.unit === "month"
    ? error("INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", parameters)
    : error("INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", parameters);
}

/** How texts of the type are written, as Spark's errors say it. */
function intervalFormat(type: AnsiIntervalType): string {
  const letters = { year: "y", month: "m", day: "d", hour: "h", minute: "m", second: "s.n" };
  const body = fieldsOf(type)
    .map((field, at) => `${at === 0 ? "" : texts[field].mark}${letters[field]}`)
    .join("");
  const name = qualifier(type);
  return `\`[+|-]${body}\`, \`INTERVAL [+|-]'[+|-]${body}' ${name}\``;
}

/** Spark's literal of the value: `INTERVAL '1 02' DAY TO HOUR`, `INTERVAL '-3' MONTH`. */
export function ansiInterval(amount: bigint, type: AnsiIntervalType): string {
  let rest = amount < 0n ? -amount : amount;
  const body = fieldsOf(type).map((field, at) => {
    const count = rest / fieldSize(field);
    rest %= fieldSize(field);
    const wide = type.unit === "day" && field !== "day";
    const digits = wide ? String(count).padStart(2, "0") : String(count);
    const fraction = field === "second" ? fractionText(Number(rest)) : "";
    return `${at === 0 ? "" : texts[field].mark}${digits}${fraction}`;
  });
  return `INTERVAL '${amount < 0n ? "-" : ""}${body.join("")}' ${qualifier(type)}`;
}

/** A value as Spark's cast to STRING gives it. */
export function formatInterval(value: Interval, type: IntervalType): string {
  if (type.unit === "calendar") return formatCalendar(value);
  return ansiInterval(intervalAmount(value, type), type);
}

function formatCalendar({ months, days, micros }: Interval): string {
  const years = Math.trunc(months / 12);
  const second = new Decimal(micros % 60_000_000n, 6).toString().replace(/\.?0+$/, "");
  const parts: (readonly [string | number | bigint, string])[] = [
    [years, "years"],
    [months % 12, "months"],
    [days, "days"],
    [micros / 3_600_000_000n, "hours"],
    [(micros / 60_000_000n) % 60n, "minutes"],
    [second, "seconds"],
  ];
  const shown = parts.filter(([amount]) => String(amount) !== "0");
  return shown.length === 0
    ? "0 seconds"
    : shown.map(([amount, name]) => `${amount} ${name}`).join(" ");
}
