import type { DataType, StructType } from "./type.ts";
import type { Value } from "./value.ts";

/**
 * A value as JSON text, the form of the command line's `--output ndjson`: integers exact at 64
 * bits; float and double as numbers, `"NaN"`, `"Infinity"` and `"-Infinity"` as strings; decimal,
 * date and timestamps as strings; binary base64; a map an array of `[key, value]`; variant its
 * own JSON.
 */
export function jsonValue(value: Value, type: DataType): string {
  if (value === null) return "null";
  switch (type.type) {
    case "long":
    case "integer":
    case "short":
    case "byte":
    case "boolean":
    case "variant":
      return String(value);
    case "float":
    case "double":
      return jsonNumber(value as number, type.type);
    case "binary":
      return `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
    case "array": {
      const items = value as readonly Value[];
      return `[${items.map((item) => jsonValue(item, type.elementType)).join(",")}]`;
    }
    case "map": {
      const entries = [...(value as ReadonlyMap<Value, Value>)].map(
        ([key, item]) => `[${jsonValue(key, type.keyType)},${jsonValue(item, type.valueType)}]`,
      );
      return `[${entries.join(",")}]`;
    }
    case "struct": {
      const members = value as { readonly [name: string]: Value };
      const values = type.fields.map(({ name }) => members[name] ?? null);
      return jsonRow(values, type);
    }
    default:
      return JSON.stringify(String(value));
  }
}

/** A row as one JSON object, its columns in the order of the schema, nulls kept. */
export function jsonRow(row: readonly Value[], schema: StructType): string {
  const members = schema.fields.map(
    ({ name, type }, at) => `${JSON.stringify(name)}:${jsonValue(row[at] ?? null, type)}`,
  );
  return `{${members.join(",")}}`;
}

function jsonNumber(value: number, type: "float" | "double"): string {
  if (!Number.isFinite(value)) return `"${value}"`;
  if (Object.is(value, -0)) return "-0.0";
  return type === "float" ? shortestFloat(value) : String(value);
}

/** The fewest digits that read back as the same 32-bit value: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
