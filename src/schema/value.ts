import type { VariantVal } from "./variant/variant.ts";

/**
 * Values as JavaScript holds them. 64-bit integers are `bigint`; byte, short, integer, float and
 * double are `number`; binary is `Uint8Array`; array is an array, map a `Map`, struct a plain
 * object in column order. What JavaScript has no value for gets a small immutable class here.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Decimal
  | CalendarDate
  | Timestamp
  | LocalTimestamp
  | LocalTime
  | Interval
  | VariantVal
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [name: string]: Value };

/** A row: its values by column name, in column order. */
export type Row = { readonly [name: string]: Value };

/** Gives a row or struct a member of any name: by assignment alone `__proto__` would be none. */
export function setMember(row: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") row[name] = value;
  else Object.defineProperty(row, name, { value, writable: true, enumerable: true });
}

/** An exact decimal: `unscaled` / 10^`scale`. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
    Object.freeze(this);
  }
  /** Plain notation with all digits of the scale: `-0.50`. */
  toString(): string {
    const negative = this.unscaled < 0n;
    const digits = (negative ? -this.unscaled : this.unscaled).toString();
    const padded = digits.padStart(this.scale + 1, "0");
    const whole = padded.slice(0, padded.length - this.scale);
    const text = this.scale === 0 ? whole : `${whole}.${padded.slice(-this.scale)}`;
    return negative ? `-${text}` : text;
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A day of the proleptic Gregorian calendar: `days` since 1970-01-01. */
export class CalendarDate {
  readonly days: number;
  constructor(days: number) {
    this.days = days;
    Object.freeze(this);
  }
  /** ISO text; years past 9999 carry a sign, as in Spark. */
  toString(): string {
    return isoDate(this.days);
  }
  toJSON(): string {
    return this.toString();
  }
}

/** An instant: `micros` since the Unix epoch (Spark's TIMESTAMP). */
export class Timestamp {
  readonly micros: bigint;
  constructor(micros: bigint) {
    this.micros = micros;
    Object.freeze(this);
  }
  /** Milliseconds precision: microseconds are cut. */
  toDate(): Date {
    return new Date(Number(floorDiv(this.micros, 1000n)));
  }
  /** `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
  toString(): string {
    return `${isoMicros(this.micros)}Z`;
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A wall-clock time without a zone: `micros` as if it were UTC (Spark's TIMESTAMP_NTZ). */
export class LocalTimestamp {
  readonly micros: bigint;
  constructor(micros: bigint) {
    this.micros = micros;
    Object.freeze(this);
  }
  /** `YYYY-MM-DDTHH:MM:SS.ffffff`. */
  toString(): string {
    return isoMicros(this.micros);
  }
  toJSON(): string {
    return this.toString();
  }
}

/** A time of day: `micros` since midnight (Spark's TIME). */
export class LocalTime {
  readonly micros: bigint; // below 86,400,000,000
  constructor(micros: bigint) {
    this.micros = micros;
    Object.freeze(this);
  }
  /** `12:30:45.5`: the fraction without its trailing zeros, as Spark shows it. */
  toString(): string {
    const [clock = "", fraction = ""] = isoMicros(this.micros).slice(-15).split(".");
    const digits = fraction.replace(/0+$/, "");
    return digits === "" ? clock : `${clock}.${digits}`;
  }
  toJSON(): string {
    return this.toString();
  }
}

/** An interval: months, days and microseconds kept apart (a year-month one has only months). */
export class Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
  constructor(months: number, days: number, micros: bigint) {
    this.months = months;
    this.days = days;
    this.micros = micros;
    Object.freeze(this);
  }
  toString(): string {
    return `${this.months} months ${this.days} days ${this.micros} microseconds`;
  }
  toJSON(): string {
    return this.toString();
  }
}

/** Integer division towards minus infinity. */
export function floorDiv(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor !== 0n && dividend < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** The civil date of a day number (days from 1970-01-01), for any year. */
export function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36524) -
      Math.floor(dayOfEra / 146096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The day number of a civil date; the inverse of `civil`. */
export function dayNumber(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function isoDate(days: number): string {
  const { year, month, day } = civil(days);
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  const digits = String(Math.abs(year)).padStart(4, "0");
  return `${sign}${digits}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function isoMicros(micros: bigint): string {
  const day = floorDiv(micros, 86_400_000_000n);
  const rest = Number(micros - day * 86_400_000_000n);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const seconds = Math.floor(rest / 1_000_000);
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = time.map((part) => pad(part, 2)).join(":");
  return `${isoDate(Number(day))}T${clock}.${pad(rest % 1_000_000, 6)}`;
}
