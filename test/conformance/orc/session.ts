import { formatValue } from "../../../src/schema/text.ts";
import type { DataType } from "../../../src/schema/type.ts";
import type { CalendarDate, Row, Timestamp, Value } from "../../../src/schema/value.ts";
import type { Place } from "../delta/place.ts";
import { Digits, type Exact, isSame } from "./json.ts";

/** The first rows of a file as a session reads them, as ORC's own tool would print them. */
export async function sessionRows({ spark }: Place, path: string, most: number) {
  const frame = spark.read.orc(path);
  const schema = await frame.schema();
  const count = await frame.count();
  const rows = (await frame.limit(most).collect()) as readonly Row[];
  return { count, rows: rows.map((row) => exactOf(row as unknown as Value, schema)) };
}

function exactOf(value: Value, type: DataType): Exact {
  if (value === null) return null;
  switch (type.type) {
    case "struct": {
      const from = value as { readonly [name: string]: Value };
      const members = type.fields.map(({ name, type: of }) => [
        name,
        exactOf(from[name] ?? null, of),
      ]);
      return Object.fromEntries(members) as { readonly [name: string]: Exact };
    }
    case "array":
      return (value as readonly Value[]).map((item) => exactOf(item, type.elementType));
    case "map":
      return [...(value as ReadonlyMap<Value, Value>)].map(([key, item]) => ({
        key: exactOf(key, type.keyType),
        value: exactOf(item, type.valueType),
      }));
    case "boolean":
      return value as boolean;
    case "string":
      return value as string;
    case "binary":
      return [...(value as Uint8Array)].map((byte) => new Digits(String(byte)));
    case "date":
      return (value as CalendarDate).toString();
    case "timestamp": {
      const text = (value as Timestamp).toString().replace("T", " ").replace("Z", "");
      const [whole = "", fraction = ""] = text.split(".");
      return `${whole}.${fraction.replace(/0+$/, "") || "0"}`;
    }
    default:
      return new Digits(formatValue(value, type), type.type === "float");
  }
}

const clock = /^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6})\d*$/;

/**
 * What is read where something else is expected. `micros`: of a fraction of a second six digits
 * count.
 */
export function differenceOf(row: Exact, expected: Exact, micros = false): string | undefined {
  return isSame(row, micros ? cut(expected) : expected) ? undefined : show(row);
}

function cut(value: Exact): Exact {
  if (typeof value === "string") {
    const match = clock.exec(value);
    return match ? match[1]!.replace(/0+$/, "").replace(/\.$/, ".0") : value;
  }
  if (value === null || typeof value !== "object" || value instanceof Digits) return value;
  if (Array.isArray(value)) return value.map(cut);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, cut(part)]));
}

function show(value: Exact): string {
  return JSON.stringify(value, (_, part) => (part instanceof Digits ? part.text : part));
}
