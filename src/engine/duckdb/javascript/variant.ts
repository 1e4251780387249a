import { assert, isError } from "../../../error/error.ts";
import { parseDataTypeJson } from "../../../schema/json.ts";
import { CalendarDate, Decimal, LocalTimestamp, Timestamp } from "../../../schema/value.ts";
import { variantJson } from "../../../schema/variant/json.ts";
import { variantAt, variantPath } from "../../../schema/variant/path.ts";
import {
  elementsOf,
  fieldOf,
  fieldsOf,
  kindOf,
  rootOf,
  scalarOf,
  type VariantNode,
} from "../../../schema/variant/read.ts";
import { retyped } from "../../../schema/variant/retype.ts";
import {
  mergeShapes,
  nullShape,
  shapeOf,
  shapeText,
  type VariantShape,
} from "../../../schema/variant/shape.ts";
import { unshred } from "../../../schema/variant/unshred.ts";
import { parseVariant } from "../../../schema/variant/variant.ts";
import { copyBytes, VariantNames } from "../../../schema/variant/write.ts";
import { zoneOf } from "../../../schema/zone.ts";
import { memberName } from "../quote.ts";

/** A function of bytes; null for a value that is none. */
export type VariantOperation = (args: readonly Uint8Array[]) => Uint8Array | string | null;

const none = new Uint8Array();

function textOf(bytes: Uint8Array = none): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

function json(node: VariantNode, zone: Uint8Array | undefined): string {
  const known = zoneOf(textOf(zone));
  assert(known !== undefined, "a time zone is checked where it is set");
  return variantJson(node, known);
}

/** A part of a variant with no more names than its own. */
function whole(node: VariantNode): Uint8Array {
  const names = new VariantNames();
  return names.variant(copyBytes(node, names));
}

/** Texts that DuckDB turns into lists: bytes travel as their digits. */
function digits(node: VariantNode): string {
  return Buffer.from(whole(node)).toString("hex");
}

/** A value without parts as a letter for its kind, then what SQL makes it of. */
function scalar(node: VariantNode, zone: Uint8Array | undefined): string | null {
  const kind = kindOf(node);
  if (kind === "object" || kind === "array") return `j${json(node, zone)}`;
  const value = scalarOf(node);
  if (value === null) return null;
  if (value instanceof CalendarDate) return `D${value.days}`;
  if (value instanceof Timestamp) return `t${value.micros}`;
  if (value instanceof LocalTimestamp) return `z${value.micros}`;
  if (value instanceof Decimal) return `n${value}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
  if (kind === "uuid") return `u${value}`;
  return `${kind[0]}${value}`;
}

/** The parts of an array or object: their places, names and bytes; null of anything else. */
function parts(node: VariantNode): string | null {
  const kind = kindOf(node);
  if (kind === "array") {
    return JSON.stringify(elementsOf(node).map((part, p) => ({ p, k: null, v: digits(part) })));
  }
  if (kind !== "object") return null;
  return JSON.stringify(fieldsOf(node).map(({ key, node }, p) => ({ p, k: key, v: digits(node) })));
}

/** Functions of variants, each its metadata and value in one text of bytes; texts come as UTF-8. */
const operations: Readonly<Record<string, VariantOperation>> = {
  parse_json: ([text]) => parseVariant(textOf(text)),
  try_parse_json: ([text]) => {
    try {
      return parseVariant(textOf(text));
    } catch (thrown) {
      if (isError(thrown)) return null;
      throw thrown;
    }
  },
  json: ([variant = none, zone]) => json(rootOf(variant), zone),
  kind: ([variant = none]) => kindOf(rootOf(variant)),
  scalar: ([variant = none, zone]) => scalar(rootOf(variant), zone),
  parts: ([variant = none]) => parts(rootOf(variant)),
  field: ([variant = none, name]) => {
    const found = fieldOf(rootOf(variant), textOf(name));
    return found === undefined ? null : whole(found);
  },
  get: ([variant = none, path, name]) => {
    const found = variantAt(rootOf(variant), variantPath(textOf(path), textOf(name)));
    return found === undefined ? null : whole(found);
  },
  /** A value that DuckDB made a VARIANT of, and its type as Spark's JSON. */
  retype: ([plain = none, type]) =>
    retyped(rootOf(plain), parseDataTypeJson(textOf(type)), memberName),
  schema: ([variant = none]) => shapeText(shapeOf(rootOf(variant))),
  shape: ([variant = none]) => JSON.stringify(shapeOf(rootOf(variant))),
  /** The schema of a JSON array of shapes. */
  merged_schema: ([shapes]) => {
    const texts = JSON.parse(textOf(shapes)) as readonly string[];
    const all = texts.map((text) => JSON.parse(text) as VariantShape);
    return shapeText(all.reduce(mergeShapes, nullShape));
  },
  /** The metadata, the value or nothing, and `typed_value` as a variant. */
  unshred: ([metadata = none, value = none, typed = none]) =>
    unshred({
      metadata,
      value: value.length === 0 ? undefined : value,
      typed: rootOf(typed),
    }),
};

export function variantOperationOf(name: string): VariantOperation {
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  assert(operation !== undefined, `no function ${name} of variants`);
  return operation;
}
