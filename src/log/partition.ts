import { formatDouble, formatFloat } from "../schema/number.ts";
import { parseValue } from "../schema/text.ts";
import type { DataType } from "../schema/type.ts";
import { LocalTimestamp, Timestamp, type Value } from "../schema/value.ts";
import { escapePartition } from "./path.ts";

/** The folder name of a null partition value. */
const hiveNull = "__HIVE_DEFAULT_PARTITION__";

/**
 * A partition value as `partitionValues` holds it (PROTOCOL.md#partition-value-serialization). An
 * empty string is null there; timestamps are written in ISO UTC.
 */
export function partitionText(value: Value | undefined, type: DataType): string | null {
  if (value === null || value === undefined || value === "") return null;
  if (value instanceof LocalTimestamp) return trimMicros(value.toString().replace("T", " "));
  if (typeof value === "number") {
    if (type.type === "float") return formatFloat(value);
    return type.type === "double" ? formatDouble(value) : String(value);
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return String(value);
}

/**
 * The typed value of a partition text; text that does not fit the type is null, as in Spark. A
 * time without a zone is in UTC: the writer's own zone is not known.
 */
export function partitionValue(text: string | null | undefined, type: DataType): Value {
  if (text === null || text === undefined || text === "") return null;
  if (type.type === "binary") return new TextEncoder().encode(text);
  return parseValue(text, type, "UTC") ?? null;
}

/** The folders of a partition: `a=1/b=x%3Ay`, not yet encoded as a URI. */
export function partitionFolder(
  columns: readonly { readonly name: string; readonly type: DataType }[],
  values: Readonly<Record<string, Value>>,
): string {
  return columns
    .map(({ name, type }) => {
      const text = folderText(values[name], type);
      return `${escapePartition(name)}=${text === null ? hiveNull : escapePartition(text)}`;
    })
    .join("/");
}

function folderText(value: Value | undefined, type: DataType): string | null {
  if (!(value instanceof Timestamp)) return partitionText(value, type);
  return trimMicros(value.toString().replace("T", " ").replace("Z", ""));
}

/** Without the zeros at the end of the fraction, and without a fraction of zeros. */
function trimMicros(text: string): string {
  return text.replace(/(\.\d*?)0+$/, (_, kept: string) => (kept === "." ? "" : kept));
}
