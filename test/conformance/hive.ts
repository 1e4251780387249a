import { type BinaryStyle, formatBinary } from "../../src/schema/binary.ts";
import { fieldSize } from "../../src/schema/interval-field.ts";
import { formatDouble, formatFloat } from "../../src/schema/number.ts";
import { formatValue } from "../../src/schema/text.ts";
import type { DataType, IntervalType, StructType } from "../../src/schema/type.ts";
import type { Interval, Value } from "../../src/schema/value.ts";

/** A row as Spark's `HiveResult` prints it: columns joined by tab. */
export function hiveRow(values: readonly Value[], schema: StructType, how: Looks): string {
  return schema.fields
    .map(({ type }, index) => hiveValue(values[index] ?? null, type, { nested: false, ...how }))
    .join("\t");
}

/** The session's settings that change how values look. */
export interface Looks {
  readonly zone: string;
  readonly binary: BinaryStyle;
}

interface Place extends Looks {
  readonly nested: boolean;
}

function hiveValue(value: Value, type: DataType, place: Place): string {
  if (value === null) return place.nested ? "null" : "NULL";
  const inner = { ...place, nested: true };
  switch (type.type) {
    case "string":
      return place.nested ? `"${value}"` : String(value);
    case "float":
      return formatFloat(value as number);
    case "double":
      return formatDouble(value as number);
    case "binary":
      return formatBinary(value as Uint8Array, place.binary);
    case "interval":
      return hiveInterval(value as Interval, type);
    case "array": {
      const items = value as readonly Value[];
      return `[${items.map((item) => hiveValue(item, type.elementType, inner)).join(",")}]`;
    }
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) =>
        [hiveValue(key, type.keyType, inner), hiveValue(item, type.valueType, inner)].join(":"),
      );
      return `{${entries.sort(byCodeUnit).join(",")}}`;
    }
    case "struct": {
      const row = value as { readonly [name: string]: Value };
      const members = type.fields.map(
        (field) => `"${field.name}":${hiveValue(row[field.name] ?? null, field.type, inner)}`,
      );
      return `{${members.join(",")}}`;
    }
    default:
      return formatValue(value, type, place.zone);
  }
}

/** Hive writes `1-2` for months and `1 02:03:04.000000000` for a day-time interval. */
function hiveInterval(value: Interval, type: IntervalType): string {
  if (type.unit === "month") {
    const months = Math.abs(value.months);
    return `${value.months < 0 ? "-" : ""}${Math.floor(months / 12)}-${months % 12}`;
  }
  if (type.unit === "calendar") return formatValue(value, type);
  const exact = BigInt(value.days) * 86_400_000_000n + value.micros;
  // Spark cuts what is below the smallest field of the type where it prints.
  const micros = type.end === "second" ? exact : exact - (exact % fieldSize(type.end));
  const size = micros < 0n ? -micros : micros;
  const seconds = size / 1_000_000n;
  const clock = [(seconds / 3600n) % 24n, (seconds / 60n) % 60n, seconds % 60n]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
  const nanos = String((size % 1_000_000n) * 1000n).padStart(9, "0");
  return `${micros < 0n ? "-" : ""}${seconds / 86_400n} ${clock}.${nanos}`;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
