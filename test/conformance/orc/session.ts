import { formatValue } from "../../../src/schema/text.ts";
import type { DataType } from "../../../src/schema/type.ts";
import type { CalendarDate, Row, Timestamp, Value } from "../../../src/schema/value.ts";
import type { Place } from "../delta/place.ts";
import { Digits, type Exact, isSame, parseExact } from "./json.ts";

/** The rows of a file as a session reads them, as ORC's own tool would print them. */
export async function* sessionRows({ spark }: Place, path: string): AsyncGenerator<Exact> {
  const frame = spark.read.orc(path);
  const schema = await frame.schema();
  let rows = 0;
  for await (const row of frame as AsyncIterable<Row>) {
    yield exactOf(row as unknown as Value, schema);
    rows++;
  }
  const count = await frame.count();
  if (count !== rows) throw new Error(`${rows} rows come, and count says ${count}`);
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
export function differenceOf(row: Exact, line: string, micros = false): string | undefined {
  const text = show(row);
  if (text === line) return undefined;
  const expected = parseExact(line);
  return isSame(row, micros ? cut(expected) : expected) ? undefined : text;
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

/** The JSON of a value. */
function show(value: Exact): string {
  if (value instanceof Digits) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(show).join(",")}]`;
  const members = Object.entries(value).map(([name, of]) => `${JSON.stringify(name)}:${show(of)}`);
  return `{${members.join(",")}}`;
}
