import type * as arrow from "apache-arrow";
import type { Result } from "../engine/engine.ts";
import { error } from "../error/error.ts";
import { formatDataType } from "../schema/ddl.ts";
import * as type from "../schema/type.ts";
import {
  CalendarDate,
  Decimal,
  floorDiv,
  LocalTimestamp,
  Timestamp,
  type Value,
} from "../schema/value.ts";

// Arrow's type ids are fixed by its format; naming them here spares 190 ms of import.
const id = {
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
  dictionary: -1,
} as const;

/** An Arrow table's schema in Spark's types, and its rows in column order. */
export function fromArrow(table: arrow.Table): {
  schema: type.StructType;
  rows: readonly (readonly Value[])[];
} {
  const fields = table.schema.fields.map((field) =>
    type.field(field.name, typeOf(field.type, field.name), field.nullable),
  );
  const schema = type.struct(fields);
  const columns = fields.map((field, index) => {
    const vector = table.getChildAt(index);
    if (vector && (vector.type as unknown as ArrowType).typeId === id.timestamp) {
      return timestamps(vector, field.type);
    }
    const read = reader(table.schema.fields[index]!.type);
    return Array.from({ length: table.numRows }, (_, row) => {
      const raw: unknown = vector?.get(row);
      return raw === null || raw === undefined ? null : read(raw, field.type);
    });
  });
  const rows = Array.from({ length: table.numRows }, (_, row) =>
    columns.map((column) => column[row] ?? null),
  );
  return { schema, rows };
}

/** Microseconds of one step of an Arrow timestamp, by unit: s, ms, µs; the last is ns. */
const stepMicros = [1_000_000n, 1000n, 1n] as const;

/** A column of timestamps from its own words: what Arrow hands out are ms in a double. */
function timestamps(vector: arrow.Vector, wanted: type.DataType): Value[] {
  const step = stepMicros[(vector.type as unknown as ArrowType)["unit"] as number];
  const values: Value[] = [];
  for (const part of vector.data) {
    for (let row = 0; row < part.length; row++) {
      if (!part.getValid(row)) {
        values.push(null);
        continue;
      }
      const word = part.values[row] as bigint;
      const micros = step === undefined ? floorDiv(word, 1000n) : word * step;
      values.push(wanted.type === "timestamp" ? new Timestamp(micros) : new LocalTimestamp(micros));
    }
  }
  return values;
}

interface ArrowType {
  readonly typeId: number;
  readonly [part: string]: unknown;
}

function typeOf(source: arrow.DataType, name: string): type.DataType {
  const of = source as unknown as ArrowType;
  const child = (index: number): arrow.Field => (source.children as arrow.Field[])[index]!;
  switch (of.typeId) {
    case id.bool:
      return type.boolean;
    case id.int: {
      const bits = of["bitWidth"] as number;
      if (of["isSigned"])
        return [type.byte, type.short, type.integer, type.long][Math.log2(bits / 8)]!;
      return bits === 8 ? type.short : bits === 16 ? type.integer : type.long;
    }
    case id.float:
      return of["precision"] === 2 ? type.double : type.float;
    case id.utf8:
    case id.largeUtf8:
      return type.string;
    case id.binary:
    case id.largeBinary:
      return type.binary;
    case id.decimal:
      return type.decimal(of["precision"] as number, of["scale"] as number);
    case id.date:
      return type.date;
    case id.timestamp:
      return of["timezone"] ? type.timestamp : type.timestampNtz;
    case id.dictionary:
      return typeOf(of["dictionary"] as arrow.DataType, name);
    case id.list:
      return type.array(typeOf(child(0).type, name), child(0).nullable);
    case id.struct:
      return type.struct(
        (source.children as arrow.Field[]).map((field) =>
          type.field(field.name, typeOf(field.type, field.name), field.nullable),
        ),
      );
    case id.map: {
      const [key, value] = child(0).type.children as [arrow.Field, arrow.Field];
      return type.map(typeOf(key.type, name), typeOf(value.type, name), value.nullable);
    }
    default:
      throw error("UNSUPPORTED_ARROWTYPE", { type: String(source), column: name });
  }
}

type Reader = (raw: unknown, wanted: type.DataType) => Value;

/** Arrow's values as ours. Dates come as ms; timestamps inside others as ms with a fraction. */
function reader(source: arrow.DataType): Reader {
  const of = source as unknown as ArrowType;
  switch (of.typeId) {
    case id.dictionary:
      return reader(of["dictionary"] as arrow.DataType);
    case id.int:
      return (raw, wanted) =>
        wanted.type === "long" ? BigInt(raw as number | bigint) : Number(raw);
    case id.decimal:
      return (raw) => new Decimal(wideInteger(raw as Uint32Array), of["scale"] as number);
    case id.date:
      return (raw) => new CalendarDate(Math.floor(Number(raw) / 86_400_000));
    case id.timestamp:
      return (raw, wanted) => {
        const micros = BigInt(Math.round(Number(raw) * 1000));
        return wanted.type === "timestamp" ? new Timestamp(micros) : new LocalTimestamp(micros);
      };
    case id.list: {
      const element = (source.children as arrow.Field[])[0]!;
      const read = nullable(reader(element.type));
      return (raw, wanted) =>
        [...(raw as Iterable<unknown>)].map((item) =>
          read(item, (wanted as type.ArrayType).elementType),
        );
    }
    case id.struct:
      return (raw, wanted) => structOf(raw as Record<string, unknown>, source, wanted);
    case id.map: {
      const [key, value] = (source.children as arrow.Field[])[0]!.type.children as arrow.Field[];
      const [readKey, readValue] = [reader(key!.type), nullable(reader(value!.type))];
      return (raw, wanted) => {
        const { keyType, valueType } = wanted as type.MapType;
        const entries = [...(raw as Iterable<[unknown, unknown]>)];
        return new Map(entries.map(([k, v]) => [readKey(k, keyType), readValue(v, valueType)]));
      };
    }
    default:
      return (raw) => raw as Value;
  }
}

function nullable(read: Reader): Reader {
  return (raw, wanted) => (raw === null || raw === undefined ? null : read(raw, wanted));
}

function structOf(
  raw: Record<string, unknown>,
  source: arrow.DataType,
  wanted: type.DataType,
): Value {
  const members: Record<string, Value> = {};
  for (const [index, field] of (source.children as arrow.Field[]).entries()) {
    const target = (wanted as type.StructType).fields[index]!;
    members[field.name] = nullable(reader(field.type))(raw[field.name], target.type);
  }
  return members;
}

function wideInteger(words: Uint32Array): bigint {
  let value = 0n;
  for (let index = words.length - 1; index >= 0; index--) {
    value = (value << 32n) | BigInt(words[index]!);
  }
  const bits = BigInt(words.length * 32);
  return value >> (bits - 1n) ? value - (1n << bits) : value;
}

/** A whole result as an Arrow table; it is held in memory. */
export async function toArrow(result: Result): Promise<arrow.Table> {
  const arrow = await import("apache-arrow");
  const columns: Value[][] = result.schema.fields.map(() => []);
  await using source = result;
  for (let chunk = await source.next(); chunk; chunk = await source.next()) {
    for (const [index, values] of chunk.columns.entries()) columns[index]?.push(...values);
  }
  const vectors: Record<string, arrow.Vector> = {};
  for (const [index, field] of result.schema.fields.entries()) {
    const target = arrowType(arrow, field.type);
    const values = columns[index] ?? [];
    vectors[field.name] = isTimestamp(field.type)
      ? timestampVector(arrow, values, target)
      : arrow.vectorFromArray(values.map(arrowValue), target);
  }
  return new arrow.Table(vectors);
}

function isTimestamp(of: type.DataType): boolean {
  return of.type === "timestamp" || of.type === "timestamp_ntz";
}

/** Timestamps as the words they are: Arrow's builder would take them through ms in a double. */
function timestampVector(
  library: typeof arrow,
  values: readonly Value[],
  target: arrow.DataType,
): arrow.Vector {
  const words = values.map((value) => (value as Timestamp | LocalTimestamp | null)?.micros ?? null);
  const vector = library.vectorFromArray(words, new library.Int64());
  return new library.Vector(vector.data.map((part) => part.clone(target)));
}

function arrowType(library: typeof arrow, of: type.DataType): arrow.DataType {
  const named = (name: string, part: type.DataType, nullable: boolean): arrow.Field =>
    new library.Field(name, arrowType(library, part), nullable);
  switch (of.type) {
    case "boolean":
      return new library.Bool();
    case "byte":
      return new library.Int8();
    case "short":
      return new library.Int16();
    case "integer":
      return new library.Int32();
    case "long":
      return new library.Int64();
    case "float":
      return new library.Float32();
    case "double":
      return new library.Float64();
    case "string":
      return new library.Utf8();
    case "binary":
      return new library.Binary();
    case "date":
      return new library.DateDay();
    case "timestamp":
      return new library.TimestampMicrosecond("UTC");
    case "timestamp_ntz":
      return new library.TimestampMicrosecond();
    case "decimal":
      return new library.Decimal(of.scale, of.precision, 128);
    case "void":
      return new library.Null();
    case "array":
      return new library.List(named("element", of.elementType, of.containsNull));
    case "struct":
      return new library.Struct(
        of.fields.map((part) => named(part.name, part.type, part.nullable)),
      );
    case "map": {
      const entries = new library.Struct<{ key: arrow.DataType; value: arrow.DataType }>([
        named("key", of.keyType, false),
        named("value", of.valueType, of.valueContainsNull),
      ]);
      return new library.Map_(new library.Field("entries", entries, false));
    }
    default:
      throw error("UNSUPPORTED_ARROWTYPE", { type: formatDataType(of), column: "" });
  }
}

/** What Arrow's builders take: microseconds as a fraction of ms would be cut, so bigint words. */
function arrowValue(value: Value): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof CalendarDate) return value.days * 86_400_000;
  if (value instanceof Timestamp || value instanceof LocalTimestamp) {
    return Number(value.micros) / 1000;
  }
  if (value instanceof Decimal) return words128(value.unscaled);
  if (Array.isArray(value)) return value.map((item: Value) => arrowValue(item));
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [arrowValue(key), arrowValue(item)]));
  }
  if (value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Value>).map(([name, item]) => [name, arrowValue(item)]),
  );
}

function words128(value: bigint): Uint32Array {
  const words = new Uint32Array(4);
  for (let index = 0; index < 4; index++) {
    words[index] = Number(BigInt.asUintN(32, value >> BigInt(index * 32)));
  }
  return words;
}
