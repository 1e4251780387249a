import { formatDouble, formatFloat } from "../number.ts";
import { formatLocalTimestamp, formatTimestamp } from "../time.ts";
import { Decimal, floorDiv, LocalTimestamp, Timestamp } from "../value.ts";
import { offsetAt, type Zone } from "../zone.ts";
import { elementsOf, fieldsOf, kindOf, scalarOf, type VariantNode } from "./read.ts";

/** A variant as Spark's JSON text: no blanks, fields by name, instants in the zone. */
export function variantJson(node: VariantNode, zone: Zone): string {
  const kind = kindOf(node);
  if (kind === "object") {
    const members = fieldsOf(node).map(
      (field) => `${quoted(field.key)}:${variantJson(field.node, zone)}`,
    );
    return `{${members.join(",")}}`;
  }
  if (kind === "array") {
    return `[${elementsOf(node)
      .map((element) => variantJson(element, zone))
      .join(",")}]`;
  }
  const value = scalarOf(node);
  if (kind === "float") return formatFloat(value as number);
  if (kind === "double") return formatDouble(value as number);
  if (value instanceof Timestamp) return `"${instantText(value.micros, zone)}"`;
  if (value instanceof LocalTimestamp) return `"${formatLocalTimestamp(value.micros)}"`;
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  if (value instanceof Decimal || typeof value !== "object") {
    return typeof value === "string" ? quoted(value) : String(value);
  }
  return value === null ? "null" : `"${value}"`;
}

/** As Jackson writes: where a control character has no name, its digits are capitals. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /\\u00[01][0-9a-f]/g,
    (found) => `\\u${found.slice(2).toUpperCase()}`,
  );
}

function instantText(micros: bigint, zone: Zone): string {
  const seconds = offsetAt(zone, Number(floorDiv(micros, 1_000_000n)));
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const offset = `${seconds < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60))}:${pad(minutes % 60)}`;
  return `${formatTimestamp(micros, zone)}${offset}`;
}
