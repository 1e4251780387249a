import { assert } from "../../../error/error.ts";
import { formatDouble, parseDecimal, toDecimal } from "../../../schema/number.ts";
import { parseDate } from "../../../schema/time.ts";
import type { DataType } from "../../../schema/type.ts";
import { CalendarDate, Decimal, type Value } from "../../../schema/value.ts";
import { toProleptic } from "../../orc/calendar.ts";
import type { Reader } from "../../orc/column/open.ts";
import type { OrcKind, OrcType } from "../../orc/type.ts";
import { columnOf } from "../text/column.ts";
import { decode } from "../text/layout.ts";
import type { Match } from "./match.ts";
import type { Meaning, Put } from "./put.ts";

type Family = "boolean" | "whole" | "real" | "decimal" | "text" | "date" | "binary";

const families: Partial<Record<OrcKind, Family>> = {
  ...{ boolean: "boolean", byte: "whole", short: "whole", int: "whole", long: "whole" },
  ...{ float: "real", double: "real", decimal: "decimal", date: "date" },
  ...{ string: "text", char: "text", varchar: "text", binary: "binary" },
};

const numbers: readonly DataType["type"][] = [
  ...(["boolean", "byte", "short", "integer", "long", "float", "double", "decimal"] as const),
  "string",
];

const targets: Readonly<Record<Family, readonly DataType["type"][]>> = {
  boolean: numbers,
  whole: numbers,
  real: numbers,
  decimal: numbers,
  text: [...numbers, "binary", "date"],
  date: ["string"],
  binary: ["string"],
};

/** Whether values of a file's type can be read as another, as ORC's readers for Java do. */
export function canChange(from: OrcType, to: DataType): boolean {
  const family = families[from.kind];
  return family !== undefined && targets[family].includes(to.type);
}

/** Puts values read as another type; null where a value is none of it. */
export function change({ from, to }: Match, { proleptic }: Meaning): Put {
  const family = families[from.kind];
  assert(family !== undefined, `a ${from.kind} does not change`);
  const column = columnOf(to);
  return (vector, reader, rows) => {
    column.reset();
    for (let row = 0; row < rows; row++) {
      if (reader.present[row] === 0) continue;
      const value = rawValue(reader, row);
      if (family === "date") {
        const day = value as bigint;
        const days = proleptic ? Number(day) : toProleptic(Number(day));
        column.put(row, new CalendarDate(days).toString());
      } else column.put(row, changed(family, value, to));
    }
    column.flush(vector, rows);
  };
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
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? (parseDate(text) ?? null) : null;
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
