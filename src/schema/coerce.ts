import { error } from "../error/error.ts";
import { sameName } from "./compare.ts";
import { formatDataType } from "./ddl.ts";
import { isPlainObject } from "./infer.ts";
import { toDecimal } from "./number.ts";
import { truncateTime } from "./time.ts";
import type { ArrayType, DataType, DecimalType, MapType, StructType, TimeType } from "./type.ts";
import {
  CalendarDate,
  Decimal,
  Interval,
  LocalTime,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "./value.ts";
import { VariantVal } from "./variant/variant.ts";

/**
 * A row as the user holds it (an object by column name, or an array by position) as the values of
 * a schema, in column order. Numbers become bigint for long, Date becomes a timestamp; a text is
 * never read as anything else. Throws FIELD_DATA_TYPE_UNACCEPTABLE, FIELD_NOT_NULLABLE,
 * VALUE_OUT_OF_BOUNDS or UNEXPECTED_FIELD, naming the column.
 */
export function coerceRow(row: unknown, schema: StructType): readonly Value[] {
  return members(row, schema, "");
}

/** One value as a type holds it. `path` names the place in messages. */
export function coerceValue(value: unknown, type: DataType, path: string): Value {
  if (value === null || value === undefined) return null;
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return whole(value, type, path);
    case "double":
      return take(value, typeof value === "number", { type, path, accepted: "a number" });
    case "float": {
      const accepted = "a number";
      return Math.fround(
        take(value, typeof value === "number", { type, path, accepted }) as number,
      );
    }
    case "decimal":
      return exact(value, type, path);
    case "timestamp":
      return instant(value, type, path);
    case "array":
      return items(value, type, path);
    case "map":
      return entries(value, type, path);
    case "struct": {
      const values = members(value, type, path);
      return Object.fromEntries(type.fields.map(({ name }, index) => [name, values[index]!]));
    }
    default:
      return simple(value, type, path);
  }
}

interface Place {
  readonly type: DataType;
  readonly path: string;
  /** What could have been given instead. */
  readonly accepted: string;
}

function take(value: unknown, accepted: boolean, place: Place): Value {
  if (accepted) return value as Value;
  throw error("FIELD_DATA_TYPE_UNACCEPTABLE", {
    path: place.path,
    dataType: formatDataType(place.type),
    value: shown(value),
    accepted: place.accepted,
  });
}

function simple(value: unknown, type: DataType, path: string): Value {
  switch (type.type) {
    case "string":
      return take(value, typeof value === "string", { type, path, accepted: "a string" });
    case "boolean":
      return take(value, typeof value === "boolean", { type, path, accepted: "true or false" });
    case "binary":
      return take(value, value instanceof Uint8Array, { type, path, accepted: "a Uint8Array" });
    case "date":
      return take(value, value instanceof CalendarDate, { type, path, accepted: "a CalendarDate" });
    case "timestamp_ntz": {
      const accepted = "a LocalTimestamp";
      return take(value, value instanceof LocalTimestamp, { type, path, accepted });
    }
    case "time":
      return clock(value, type, path);
    case "interval":
      return take(value, value instanceof Interval, { type, path, accepted: "an Interval" });
    case "variant":
      return take(value, value instanceof VariantVal, { type, path, accepted: "a VariantVal" });
    default:
      return take(value, false, { type, path, accepted: "null" });
  }
}

function clock(value: unknown, type: TimeType, path: string): Value {
  take(value, value instanceof LocalTime, { type, path, accepted: "a LocalTime" });
  const time = value as LocalTime;
  if (time.micros < 0n || time.micros >= 86_400_000_000n) throw outOfBounds(value, type, path);
  return truncateTime(time, type.precision);
}

const bits: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 };

function whole(value: unknown, type: DataType, path: string): Value {
  const sound = typeof value === "bigint" || Number.isSafeInteger(value);
  take(value, sound, { type, path, accepted: "a bigint or a safe whole number" });
  const integer = BigInt(value as bigint | number);
  const width = bits[type.type]!;
  if (BigInt.asIntN(width, integer) !== integer) throw outOfBounds(value, type, path);
  return width === 64 ? integer : Number(integer);
}

function exact(value: unknown, type: DecimalType, path: string): Value {
  const whole = typeof value === "bigint" || Number.isSafeInteger(value);
  const accepted = "a Decimal, a bigint or a safe whole number";
  take(value, whole || value instanceof Decimal, { type, path, accepted });
  const given = value instanceof Decimal ? value : new Decimal(BigInt(value as bigint), 0);
  const fitted = toDecimal(given, type);
  if (!fitted) throw outOfBounds(given, type, path);
  return fitted;
}

function instant(value: unknown, type: DataType, path: string): Value {
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return new Timestamp(BigInt(value.getTime()) * 1000n);
  }
  const accepted = "a Timestamp or a valid Date";
  return take(value, value instanceof Timestamp, { type, path, accepted });
}

function items(value: unknown, type: ArrayType, path: string): Value {
  take(value, Array.isArray(value), { type, path, accepted: "an array" });
  return (value as readonly unknown[]).map((item, index) => {
    const place = `${path}[${index}]`;
    return notNull(coerceValue(item, type.elementType, place), type.containsNull, place);
  });
}

function entries(value: unknown, type: MapType, path: string): Value {
  const keyed = type.keyType.type === "string" && isPlainObject(value);
  const accepted = "a Map, or an object if the keys are strings";
  take(value, keyed || value instanceof Map, { type, path, accepted });
  const pairs = keyed ? Object.entries(value) : [...(value as ReadonlyMap<unknown, unknown>)];
  return new Map(
    pairs.map(([key, item]) => {
      const place = `${path}[${shown(key)}]`;
      const held = coerceValue(item, type.valueType, place);
      return [
        notNull(coerceValue(key, type.keyType, `${path}.key`), false, `${path}.key`),
        notNull(held, type.valueContainsNull, place),
      ];
    }),
  );
}

function members(value: unknown, type: StructType, path: string): readonly Value[] {
  const fields = type.fields;
  const positional = Array.isArray(value) && value.length === fields.length;
  const accepted = `an object, or an array of ${fields.length} values`;
  take(value, positional || isPlainObject(value), { type, path: path || "row", accepted });
  const given = positional ? (value as readonly unknown[]) : byName(value as object, type, path);
  return fields.map(({ name, type, nullable }, index) => {
    const place = path === "" ? name : `${path}.${name}`;
    return notNull(coerceValue(given[index], type, place), nullable, place);
  });
}

function byName(value: object, type: StructType, path: string): readonly unknown[] {
  const given = new Array<unknown>(type.fields.length).fill(undefined);
  for (const [name, item] of Object.entries(value)) {
    const exact = type.fields.findIndex((member) => member.name === name);
    const index = exact >= 0 ? exact : type.fields.findIndex((one) => sameName(one.name, name));
    if (index < 0) {
      const known = type.fields.map((member) => member.name).join(", ");
      throw error("UNEXPECTED_FIELD", { path: path === "" ? name : `${path}.${name}`, known });
    }
    given[index] = item;
  }
  return given;
}

function notNull(value: Value, nullable: boolean, path: string): Value {
  if (value === null && !nullable) throw error("FIELD_NOT_NULLABLE", { path });
  return value;
}

function outOfBounds(value: unknown, type: DataType, path: string): Error {
  return error("VALUE_OUT_OF_BOUNDS", {
    value: String(value),
    path,
    dataType: formatDataType(type),
  });
}

/** Enough of a value to find it by. */
const SHOWN_CHARACTERS = 60;

function shown(value: unknown): string {
  const kind = typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value;
  const text = typeof value === "object" ? "" : ` ${String(value).slice(0, SHOWN_CHARACTERS)}`;
  return `${kind}${text}`;
}
