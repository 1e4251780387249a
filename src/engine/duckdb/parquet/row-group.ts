import type { DataType, StructField } from "../../../schema/type.ts";
import { id, numberOf } from "./footer.ts";
import type { Struct } from "./thrift.ts";

/** What the rows that are wanted fulfil: the column's value, compared with a constant. */
export interface Comparison {
  /** As the files have it; its type is the schema's. */
  readonly column: StructField;
  readonly name: "=" | "<" | "<=" | ">" | ">=";
  /**
   * A number of the column's unit (days, microseconds, units of its scale), or a text's bytes; of
   * several, all of one kind, the column is equal to any.
   */
  readonly values: readonly Constant[];
}

export type Constant = bigint | Buffer;

/** Physical types in parquet.thrift. */
const physical = { int32: 1, int64: 2, bytes: 6 } as const;
/** Converted types there. */
const converted = { utf8: 0, decimal: 5, date: 6, micros: 10 } as const;
const signed = { byte: 15, short: 16, integer: 17, long: 18 } as const;

/**
 * Whether the statistics of a chunk rule a comparison out as surely as the engine finds that they
 * do: by both of the bounds that order as values do, of a column whose values are compared as they
 * stand in the file. Texts count by their first bytes: bounds may be cut, and the engine keeps
 * eight of them.
 */
export function rulesOut(chunk: Struct, element: Struct, comparison: Comparison): boolean {
  const { column, name, values } = comparison;
  const statistics = chunk.get(id.column.statistics)?.value;
  if (!(statistics instanceof Map) || !isAsStored(column.type, element)) return false;
  const least = statistics.get(id.statistics.min)?.value;
  const most = statistics.get(id.statistics.max)?.value;
  if (!Buffer.isBuffer(least) || !Buffer.isBuffer(most)) return false;
  return values.every((value) => {
    const [low, high] = [compared(least, value, element), compared(most, value, element)];
    return low !== undefined && high !== undefined && isOutside(low, high, { name, value });
  });
}

/** Whether no value fulfils a comparison, by how the least and the most stand to its constant. */
function isOutside(
  low: number,
  high: number,
  { name, value }: { readonly name: Comparison["name"]; readonly value: Constant },
): boolean {
  switch (name) {
    case "=":
      return low > 0 || high < 0;
    case "<":
      return Buffer.isBuffer(value) ? low > 0 : low >= 0;
    case "<=":
      return low > 0;
    case ">":
      return Buffer.isBuffer(value) ? high < 0 : high <= 0;
    case ">=":
      return high < 0;
  }
}

/** Whether a file has a column in just the type it is read in. */
function isAsStored(type: DataType, element: Struct): boolean {
  const kind = numberOf(element, id.element.type);
  const { value } = element.get(id.element.converted) ?? {};
  const as = value === undefined ? undefined : Number(value);
  const annotated = as !== undefined || element.has(id.element.logicalType);
  switch (type.type) {
    case "byte":
    case "short":
      return kind === physical.int32 && as === signed[type.type];
    case "integer":
      return kind === physical.int32 && (!annotated || as === signed.integer);
    case "long":
      return kind === physical.int64 && (!annotated || as === signed.long);
    case "date":
      return kind === physical.int32 && as === converted.date;
    case "timestamp":
      return kind === physical.int64 && as === converted.micros;
    case "decimal": {
      const whole = kind === physical.int32 || kind === physical.int64;
      const { precision, scale } = id.element;
      const same =
        numberOf(element, precision) === type.precision && numberOf(element, scale) === type.scale;
      return whole && as === converted.decimal && same;
    }
    case "string":
      return kind === physical.bytes && as === converted.utf8;
    default:
      return false;
  }
}

/** Bytes of a text's bound that the engine is sure to keep. */
const keptBytes = 8;

/** How a bound stands to a value; undefined where it is none of its type. */
function compared(bound: Buffer, value: Constant, element: Struct): number | undefined {
  if (Buffer.isBuffer(value)) {
    const length = Math.min(bound.length, value.length, keptBytes);
    return bound.subarray(0, length).compare(value, 0, length);
  }
  const bytes = numberOf(element, id.element.type) === physical.int32 ? 4 : 8;
  if (bound.length !== bytes) return undefined;
  const number = bytes === 4 ? BigInt(bound.readInt32LE()) : bound.readBigInt64LE();
  if (number === value) return 0;
  return number < value ? -1 : 1;
}
