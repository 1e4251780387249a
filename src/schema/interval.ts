import { fieldNames, type IntervalField } from "./interval-field.ts";
import { Interval } from "./value.ts";

/** The counts of an interval, not yet held to the sizes of `Interval`. */
type Amounts = { months: bigint; days: bigint; micros: bigint };

interface IntervalUnit {
  readonly part: keyof Amounts;
  readonly size: bigint;
}

const second = 1_000_000n;
const units: Readonly<Record<string, IntervalUnit>> = {
  YEAR: { part: "months", size: 12n },
  MONTH: { part: "months", size: 1n },
  WEEK: { part: "days", size: 7n },
  DAY: { part: "days", size: 1n },
  HOUR: { part: "micros", size: 3600n * second },
  MINUTE: { part: "micros", size: 60n * second },
  SECOND: { part: "micros", size: second },
  MILLISECOND: { part: "micros", size: 1000n },
  MICROSECOND: { part: "micros", size: 1n },
};

/** Every word for a unit of an interval, in upper case. */
export const unitWords: ReadonlySet<string> = new Set(
  Object.keys(units).flatMap((name) => [name, `${name}S`]),
);

/** The field of a type of intervals that a unit belongs to: a week is days. */
export function fieldOfUnit(word: string): IntervalField | undefined {
  const name = word.toLowerCase().replace(/s$/, "");
  if (name === "week") return "day";
  if (name === "millisecond" || name === "microsecond") return "second";
  return fieldNames.find((field) => field === name);
}

/** The unit of a word such as `day` or `DAYS`. */
function unitOf(word: string): IntervalUnit | undefined {
  const name = word.toUpperCase();
  return unitWords.has(name) ? units[name.replace(/S$/, "")] : undefined;
}

/** An amount in the size of its part; only seconds take a fraction, of up to nine digits. */
function amountOf(text: string, unit: IntervalUnit): bigint | undefined {
  const number = /^([+-]?)\s*(\d*)(?:\.(\d*))?$/.exec(text.trim());
  if (!number) return undefined;
  const [, mark, whole = "", fraction] = number;
  if (whole === "" && !fraction) return undefined;
  if (fraction !== undefined && (unit.size !== second || fraction.length > 9)) return undefined;
  const micros = BigInt((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const size = BigInt(whole || "0") * unit.size + (unit.size === second ? micros : 0n);
  return mark === "-" ? -size : size;
}

/**
 * The pairs of `1 day -2 hours`, as Spark's `stringToInterval` finds them: blanks between number
 * and unit, the word `interval` before them or not. Undefined: it is no such text.
 */
function intervalWords(text: string): readonly (readonly [string, string])[] | undefined {
  const body = text.trim().replace(/^interval\s+/i, "");
  const pairs = [...body.matchAll(/([+-]?\s*(?:\d+\.?\d*|\.\d+))\s+([a-z]+)(?:\s+|$)/giy)];
  const length = pairs.reduce((sum, pair) => sum + pair[0].length, 0);
  if (pairs.length === 0 || length !== body.length) return undefined;
  return pairs.map((pair) => [pair[1] ?? "", pair[2] ?? ""] as const);
}

/** Why a text is no interval, by Spark's condition. */
export type IntervalFault =
  | "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER"
  | "INVALID_INTERVAL_FORMAT.INVALID_UNIT"
  | "INVALID_INTERVAL_FORMAT.INVALID_FRACTION"
  | "INVALID_INTERVAL_FORMAT.INVALID_VALUE"
  | "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION";

/** The interval of a text such as `interval 1 week 2.5 seconds`, or why it is none. */
export function readInterval(text: string): Interval | IntervalFault {
  const sum: Amounts = { months: 0n, days: 0n, micros: 0n };
  const words = intervalWords(text);
  if (words === undefined) return "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER";
  for (const [number, word] of words) {
    const unit = unitOf(word);
    if (unit === undefined) return "INVALID_INTERVAL_FORMAT.INVALID_UNIT";
    if (number.includes(".") && unit.size !== second)
      return "INVALID_INTERVAL_FORMAT.INVALID_FRACTION";
    const amount = amountOf(number, unit);
    if (amount === undefined) return "INVALID_INTERVAL_FORMAT.INVALID_VALUE";
    sum[unit.part] += amount;
  }
  const fits =
    BigInt.asIntN(32, sum.months) === sum.months &&
    BigInt.asIntN(32, sum.days) === sum.days &&
    BigInt.asIntN(64, sum.micros) === sum.micros;
  if (!fits) return "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION";
  return new Interval(Number(sum.months), Number(sum.days), sum.micros);
}

/** The interval of a text; undefined if it is none. */
export function parseInterval(text: string): Interval | undefined {
  const read = readInterval(text);
  return typeof read === "string" ? undefined : read;
}

/** Its length in microseconds: days of 24 hours, months of 31 days, as Spark counts a delay. */
export function intervalMicros({ months, days, micros }: Interval): bigint {
  return BigInt(months * 31 + days) * 86_400n * second + micros;
}

/** The milliseconds of a text; undefined: it is no interval, or has months, of no fixed length. */
export function intervalMs(text: string): number | undefined {
  const interval = parseInterval(text);
  if (interval === undefined || interval.months !== 0) return undefined;
  const micros = intervalMicros(interval);
  return Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
}
