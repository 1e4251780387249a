import { assert } from "../../../error/error.ts";
import { formatDouble, parseDecimal, toDecimal } from "../../../schema/number.ts";
import type { DataType } from "../../../schema/type.ts";
import { CalendarDate, Decimal, LocalTimestamp, type Value } from "../../../schema/value.ts";
import { type Zone, zoneOf } from "../../../schema/zone.ts";
import { toProleptic } from "../../orc/calendar.ts";
import type { Reader } from "../../orc/column/open.ts";
import { catalystType } from "../../orc/spark.ts";
import type { OrcKind, OrcType } from "../../orc/type.ts";
import { columnOf } from "../text/column.ts";
import { decode } from "../text/layout.ts";
import type { Match } from "./match.ts";
import { type Clock, dayOf, ofClock, ofMoment, ofSeconds, ofWall, toJava } from "./moment.ts";
import type { Meaning, Put } from "./put.ts";
import { secondMover } from "./time.ts";

type Family = "boolean" | "whole" | "real" | "decimal" | "text" | "date" | "binary" | "instant";

const families: Partial<Record<OrcKind, Family>> = {
  ...{ boolean: "boolean", byte: "whole", short: "whole", int: "whole", long: "whole" },
  ...{ float: "real", double: "real", decimal: "decimal", date: "date" },
  ...{ string: "text", char: "text", varchar: "text", binary: "binary", timestamp: "instant" },
};

const numbers: readonly DataType["type"][] = [
  ...(["boolean", "byte", "short", "integer", "long", "float", "double", "decimal"] as const),
  "string",
];

const targets: Readonly<Record<Family, readonly DataType["type"][]>> = {
  boolean: [...numbers, "timestamp"],
  whole: [...numbers, "timestamp"],
  real: [...numbers, "timestamp"],
  decimal: [...numbers, "timestamp"],
  text: [...numbers, "binary", "date", "timestamp"],
  date: ["string", "timestamp"],
  binary: ["string"],
  instant: [...numbers, "date"],
};

/** Whether values of a file's type can be read as another, as ORC's readers for Java do. */
export function canChange(from: OrcType, to: DataType): boolean {
  const family = families[from.kind];
  if (family === undefined) return false;
  // What is kept as an integer for want of a type of its own is no number of seconds.
  const isOwn = family === "whole" && catalystType in from.attributes;
  if (isOwn && to.type === "timestamp") return false;
  if (to.type === "timestamp_ntz") return from.kind === "long" && !isOwn;
  return targets[family].includes(to.type);
}

/** Puts values read as another type; null where a value is none of it. */
export function change(match: Match, meaning: Meaning): Put {
  const { from, to } = match;
  const { proleptic } = meaning;
  const family = families[from.kind];
  assert(family !== undefined, `a ${from.kind} does not change`);
  const column = columnOf(to);
  const clock = { zone: zoneOf(meaning.zone) as Zone, proleptic };
  if (family === "instant") return putMoments(match, meaning);
  return (vector, reader, rows) => {
    column.reset();
    for (let row = 0; row < rows; row++) {
      if (reader.present[row] === 0) continue;
      const value = rawValue(reader, row);
      column.put(
        row,
        to.type === "timestamp"
          ? instantly(family, value, clock)
          : family === "date"
            ? dateText(Number(value), proleptic)
            : changed(family, value, to),
      );
    }
    column.flush(vector, rows);
  };
}

function putMoments({ to }: Match, meaning: Meaning): Put {
  const column = columnOf(to);
  const zone = zoneOf(meaning.zone) as Zone;
  return (vector, reader, rows) => {
    column.reset();
    assert(reader.kind === "timestamp", "an instant is read of one");
    const move = secondMover(reader, meaning);
    for (let row = 0; row < rows; row++) {
      if (reader.present[row] === 0) continue;
      const second = toJava(move(reader.seconds[row]!), zone);
      const value = ofMoment({ second, nano: reader.nanos[row]! }, to, zone);
      column.put(row, value === undefined ? ofWhole(BigInt(second), to) : value);
    }
    column.flush(vector, rows);
  };
}

function dateText(day: number, proleptic: boolean): string {
  return new CalendarDate(proleptic ? day : toProleptic(day)).toString();
}

/** A value that is no instant as one. */
function instantly(family: Family, value: bigint | number | Decimal | Uint8Array, clock: Clock) {
  if (value instanceof Uint8Array) return ofClock(decode(value), clock);
  if (family === "date") return ofWall(BigInt(value as bigint) * 86_400_000_000n, clock);
  return ofSeconds(value, clock);
}

/** The value as a bigint, number, Decimal or text. */
function rawValue(reader: Reader, row: number): bigint | number | Decimal | Uint8Array {
  switch (reader.kind) {
    case "boolean":
    case "byte":
    case "int":
      return BigInt(reader.values[row]!);
    case "long":
      return (BigInt(reader.words[row * 2 + 1]!) << 32n) | BigInt(reader.words[row * 2]! >>> 0);
    case "float":
    case "double":
      return reader.values[row]!;
    case "decimal": {
      let unscaled = 0n;
      for (let word = 3; word >= 0; word--) {
        const part = reader.words[row * 4 + word]!;
        unscaled = (unscaled << 32n) | BigInt(word === 3 ? part : part >>> 0);
      }
      return new Decimal(unscaled, reader.scale);
    }
    case "bytes":
      return bytesAt(reader.heap, reader.starts[row]!, reader.lengths[row]!);
    case "dictionary": {
      const { heap, starts, lengths } = reader.dictionary;
      const id = reader.ids[row]!;
      return bytesAt(heap, starts[id]!, lengths[id]!);
    }
    default:
      assert(false, `values of the kind ${reader.kind} do not change`);
  }
}

function bytesAt(heap: Uint8Array, start: number, length: number): Uint8Array {
  return heap.subarray(start, start + length);
}

function changed(family: Family, value: unknown, to: DataType): Value {
  switch (family) {
    case "boolean":
      return to.type === "string"
        ? value === 0n
          ? "FALSE"
          : "TRUE"
        : ofWhole(value as bigint, to);
    case "whole":
      return ofWhole(value as bigint, to);
    case "real":
      return ofReal(value as number, to);
    case "decimal":
      return ofDecimal(value as Decimal, to);
    case "binary":
      return [...(value as Uint8Array)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    default:
      return ofText(value as Uint8Array, to);
  }
}

const bits = { byte: 8, short: 16, integer: 32, long: 64 } as const;

/** An integer as another type; null where it is out of its range. */
function ofWhole(value: bigint, to: DataType): Value {
  switch (to.type) {
    case "boolean":
      return value !== 0n;
    case "byte":
    case "short":
    case "integer":
    case "long":
      if (BigInt.asIntN(bits[to.type], value) !== value) return null;
      return to.type === "long" ? value : Number(value);
    case "float":
      return Math.fround(Number(value));
    case "double":
      return Number(value);
    case "decimal":
      return toDecimal(new Decimal(value, 0), to) ?? null;
    case "timestamp_ntz":
      return new LocalTimestamp(value);
    default:
      return String(value);
  }
}

function ofReal(value: number, to: DataType): Value {
  switch (to.type) {
    case "float":
      return Math.fround(value);
    case "double":
      return value;
    case "string":
      return Number.isNaN(value) ? null : formatDouble(value);
    case "decimal": {
      const exact = Number.isFinite(value) ? parseDecimal(formatDouble(value)) : undefined;
      return (exact && toDecimal(exact, to)) ?? null;
    }
    default:
      if (!(value >= -(2 ** 63) && value < 2 ** 63)) return null;
      return ofWhole(BigInt(Math.trunc(value)), to);
  }
}

function ofDecimal(value: Decimal, to: DataType): Value {
  switch (to.type) {
    case "decimal":
      return toDecimal(value, to) ?? null;
    case "float":
      return Math.fround(Number(value.toString()));
    case "double":
      return Number(value.toString());
    case "string":
      // Without the zeros that the scale puts behind.
      return value.scale === 0 ? value.toString() : value.toString().replace(/\.?0+$/, "");
    case "boolean":
      return value.unscaled !== 0n;
    default:
      return ofWhole(value.unscaled / 10n ** BigInt(value.scale), to);
  }
}

function ofText(bytes: Uint8Array, to: DataType): Value {
  if (to.type === "binary") return Uint8Array.from(bytes);
  const text = decode(bytes);
  switch (to.type) {
    case "date": {
      const day = dayOf(text);
      return day === undefined ? null : new CalendarDate(day);
    }
    case "float":
    case "double": {
      const number = realOf(text.trim());
      if (number === undefined) return null;
      return to.type === "float" ? Math.fround(number) : number;
    }
    case "decimal": {
      const exact = parseDecimal(text);
      return (exact && toDecimal(exact, to)) ?? null;
    }
    default: {
      if (!/^[+-]?\d{1,20}$/.test(text)) return null;
      const value = BigInt(text);
      return BigInt.asIntN(64, value) === value ? ofWhole(value, to) : null;
    }
  }
}

/** A number as Java's Double reads it. */
function realOf(text: string): number | undefined {
  const infinite = /^([+-]?)(Infinity|NaN)$/.exec(text);
  if (infinite) return Number(`${infinite[1] === "-" ? "-" : ""}${infinite[2]}`);
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[dDfF]?$/.exec(text);
  return match ? Number(match[1]) : undefined;
}
