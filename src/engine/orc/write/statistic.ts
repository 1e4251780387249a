import type { BloomWriter } from "./bloom.ts";
import { MessageWriter } from "./message.ts";

/** Bytes of a text that statistics keep whole; longer ones are bounded. */
const textMax = 1024;

/** What the values of a column, within a row group, a stripe or the file, have in common. */
export class Gathered {
  values = 0;
  nulls = false;
  /** Of integers, days, ms, digits of decimals (all of one scale). */
  low: bigint | undefined;
  high: bigint | undefined;
  real: { min: number; max: number; sum: number } | undefined;
  text: { min: Buffer; max: Buffer } | undefined;
  /** Bytes of texts and binaries. */
  bytes = 0;
  trues = 0;
  /** Of a row group of a column that has such filters. */
  readonly bloom: BloomWriter | undefined;

  constructor(bloom?: BloomWriter) {
    this.bloom = bloom;
  }

  /** Notes the hash of a value, which is made where it is wanted. */
  hash(make: () => bigint): void {
    this.bloom?.add(make());
  }

  integer(value: bigint): void {
    if (this.low === undefined || value < this.low) this.low = value;
    if (this.high === undefined || value > this.high) this.high = value;
  }

  double(value: number): void {
    const real = this.real;
    // NaN makes the sum one, which says that the bounds know nothing of it.
    if (real === undefined) this.real = { min: value, max: value, sum: value };
    else {
      if (value < real.min || Number.isNaN(real.min)) real.min = value;
      if (value > real.max || Number.isNaN(real.max)) real.max = value;
      real.sum += value;
    }
  }

  string(value: Buffer): void {
    this.bytes += value.length;
    const text = this.text;
    if (text === undefined) this.text = { min: value, max: value };
    else if (Buffer.compare(value, text.min) < 0) text.min = value;
    else if (Buffer.compare(value, text.max) > 0) text.max = value;
  }

  add(other: Gathered): void {
    this.values += other.values;
    this.nulls ||= other.nulls;
    this.trues += other.trues;
    if (other.low !== undefined) this.integer(other.low);
    if (other.high !== undefined) this.integer(other.high);
    if (other.text !== undefined) {
      this.string(other.text.min);
      this.string(other.text.max);
      this.bytes -= other.text.min.length + other.text.max.length;
    }
    this.bytes += other.bytes;
    if (other.real === undefined) return;
    const sum = (this.real?.sum ?? 0) + other.real.sum;
    this.double(other.real.min);
    this.double(other.real.max);
    this.real!.sum = sum;
  }
}

/** Which statistics a column has. */
export type StatisticKind =
  | "integer"
  | "real"
  | "text"
  | "boolean"
  | "date"
  | "binary"
  | "timestamp"
  | { readonly scale: number }
  | "none";

export function statisticMessage(found: Gathered, kind: StatisticKind): MessageWriter {
  const out = new MessageWriter().number(1, found.values);
  const { low, high, real, text } = found;
  if (typeof kind === "object" && low !== undefined && high !== undefined) {
    const digits = (value: bigint): string => decimalText(value, kind.scale);
    out.message(6, new MessageWriter().text(1, digits(low)).text(2, digits(high)));
  } else if (low !== undefined && high !== undefined) {
    const [field, first] = kind === "date" ? [7, 1] : kind === "timestamp" ? [9, 3] : [2, 1];
    out.message(field, new MessageWriter().zigzag(first, low).zigzag(first + 1, high));
  } else if (real !== undefined) {
    out.message(3, new MessageWriter().double(1, real.min).double(2, real.max).double(3, real.sum));
  } else if (kind === "text" && text !== undefined) {
    const bounds = new MessageWriter();
    // Texts that are long are left out, and so nothing is said of them.
    if (text.min.length <= textMax && text.max.length <= textMax) {
      bounds.bytes(1, text.min).bytes(2, text.max);
    }
    out.message(4, bounds.zigzag(3, BigInt(found.bytes)));
  } else if (kind === "boolean") {
    out.message(5, new MessageWriter().packed(1, [found.trues]));
  } else if (kind === "binary") {
    out.message(8, new MessageWriter().zigzag(1, BigInt(found.bytes)));
  }
  return out.number(10, found.nulls ? 1 : 0);
}

export function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const [whole, fraction] = [
    digits.slice(0, digits.length - scale),
    digits.slice(digits.length - scale),
  ];
  return `${value < 0n ? "-" : ""}${whole}${scale > 0 ? `.${fraction}` : ""}`;
}
