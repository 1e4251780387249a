import { error } from "../../error/error.ts";
import { CalendarDate, Decimal, LocalTimestamp, Timestamp } from "../value.ts";

/** A place in a variant: its value begins at `at`, and is read without what stands around it. */
export interface VariantNode {
  readonly value: Uint8Array;
  readonly metadata: Uint8Array;
  readonly at: number;
}

/** What stands at a node. The widths of whole numbers and of decimals are none of their meaning. */
export type VariantKind = (typeof primitives)[number] | "object" | "array";

/** Kinds by the ids of primitive values; those that are unknown Spark does not read either. */
const primitives = [
  "null",
  "boolean",
  "boolean",
  "long",
  "long",
  "long",
  "long",
  "double",
  "decimal",
  "decimal",
  "decimal",
  "date",
  "timestamp",
  "timestamp_ntz",
  "float",
  "binary",
  "string",
  "unknown",
  "unknown",
  "unknown",
  "uuid",
] as const;

/** Bytes behind the header, by the ids of primitive values; -1: the length is written there. */
const widths = [0, 0, 0, 1, 2, 4, 8, 8, 5, 9, 17, 4, 8, 8, 4, -1, -1, 8, 8, 8, 16];

function malformed(): Error {
  return error("MALFORMED_VARIANT", {});
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw malformed();
  return byte;
}

function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let result = 0;
  for (let index = size - 1; index >= 0; index -= 1) {
    result = result * 256 + byteAt(bytes, at + index);
  }
  if (result > 0x7fffffff) throw malformed();
  return result;
}

function signed(bytes: Uint8Array, at: number, size: number): bigint {
  let result = 0n;
  for (let index = size - 1; index >= 0; index -= 1) {
    result = (result << 8n) | BigInt(byteAt(bytes, at + index));
  }
  return BigInt.asIntN(size * 8, result);
}

function part(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (at + length > bytes.length) throw malformed();
  return bytes.subarray(at, at + length);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

/** Basic types, the low two bits of a header: a primitive is 0. */
const [SHORT_STRING, OBJECT, ARRAY] = [1, 2, 3];

function header({ value, at }: VariantNode): { basic: number; info: number } {
  const byte = byteAt(value, at);
  return { basic: byte & 3, info: byte >> 2 };
}

function unknown(id: number): Error {
  return error("UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT", { id });
}

export function kindOf(node: VariantNode): VariantKind {
  const { basic, info } = header(node);
  if (basic === SHORT_STRING) return "string";
  if (basic === OBJECT) return "object";
  if (basic === ARRAY) return "array";
  const kind = primitives[info] ?? "unknown";
  if (kind === "unknown") throw unknown(info);
  return kind;
}

/** Bytes of a node's value, its header among them. */
export function sizeOf(node: VariantNode): number {
  const { basic, info } = header(node);
  if (basic === SHORT_STRING) return 1 + info;
  if (basic === OBJECT || basic === ARRAY) {
    const { data, end } = layoutOf(node);
    return data - node.at + end;
  }
  const width = widths[info];
  if (width === undefined) throw unknown(info);
  return width < 0 ? 5 + unsigned(node.value, node.at + 1, 4) : 1 + width;
}

export type VariantScalar =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Decimal
  | CalendarDate
  | Timestamp
  | LocalTimestamp;

/** The value of a node that is neither object nor array. Decimals have no zeros at the end. */
export function scalarOf(node: VariantNode): VariantScalar {
  const { value, at } = node;
  const { basic, info } = header(node);
  const size = widths[info] ?? 0;
  if (basic === SHORT_STRING) return utf8(part(value, at + 1, info));
  switch (kindOf(node)) {
    case "null":
      return null;
    case "boolean":
      return info === 1;
    case "long":
      return signed(value, at + 1, size);
    case "double":
      return view(part(value, at + 1, 8)).getFloat64(0, true);
    case "float":
      return view(part(value, at + 1, 4)).getFloat32(0, true);
    case "decimal":
      return decimal(signed(value, at + 2, size - 1), byteAt(value, at + 1), size);
    case "date":
      return new CalendarDate(Number(signed(value, at + 1, 4)));
    case "timestamp":
      return new Timestamp(signed(value, at + 1, 8));
    case "timestamp_ntz":
      return new LocalTimestamp(signed(value, at + 1, 8));
    case "binary":
      return part(value, at + 5, unsigned(value, at + 1, 4));
    case "uuid":
      return uuid(part(value, at + 1, 16));
    default:
      return utf8(part(value, at + 5, unsigned(value, at + 1, 4)));
  }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Digits that a decimal of so many bytes may have, its scale's byte among them. */
const digits: Readonly<Record<number, number>> = { 5: 9, 9: 18, 17: 38 };

function decimal(unscaled: bigint, scale: number, size: number): Decimal {
  const most = digits[size] ?? 0;
  if (scale > most || String(unscaled).replace("-", "").length > most) throw malformed();
  let [rest, places] = [unscaled, scale];
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n;
    places -= 1;
  }
  return new Decimal(rest, places);
}

function uuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** Where the parts of an object or array are. */
interface Layout {
  readonly count: number;
  readonly ids: number;
  readonly idSize: number;
  readonly offsets: number;
  readonly offsetSize: number;
  readonly data: number;
  /** Bytes of the data. */
  readonly end: number;
}

function layoutOf(node: VariantNode): Layout {
  const { value, at } = node;
  const { basic, info } = header(node);
  const object = basic === OBJECT;
  const large = object ? (info >> 4) & 1 : (info >> 2) & 1;
  const countSize = large === 1 ? 4 : 1;
  const count = unsigned(value, at + 1, countSize);
  const offsetSize = (info & 3) + 1;
  const idSize = object ? ((info >> 2) & 3) + 1 : 0;
  const ids = at + 1 + countSize;
  const offsets = ids + count * idSize;
  const data = offsets + (count + 1) * offsetSize;
  const end = unsigned(value, offsets + count * offsetSize, offsetSize);
  return { count, ids, idSize, offsets, offsetSize, data, end };
}

function child(node: VariantNode, layout: Layout, index: number): VariantNode {
  const offset = unsigned(
    node.value,
    layout.offsets + index * layout.offsetSize,
    layout.offsetSize,
  );
  return { ...node, at: layout.data + offset };
}

/** The elements of an array, in order. */
export function elementsOf(node: VariantNode): VariantNode[] {
  const layout = layoutOf(node);
  return Array.from({ length: layout.count }, (_, index) => child(node, layout, index));
}

/** The element of an array at an index from 0, if there is one. */
export function elementAt(node: VariantNode, index: number): VariantNode | undefined {
  const layout = layoutOf(node);
  return index < layout.count ? child(node, layout, index) : undefined;
}

/** The fields of an object, in the order of their names. */
export function fieldsOf(
  node: VariantNode,
): { readonly key: string; readonly node: VariantNode }[] {
  const layout = layoutOf(node);
  return Array.from({ length: layout.count }, (_, index) => ({
    key: keyAt(node, layout, index),
    node: child(node, layout, index),
  }));
}

function keyAt(node: VariantNode, layout: Layout, index: number): string {
  return keyOf(
    node.metadata,
    unsigned(node.value, layout.ids + index * layout.idSize, layout.idSize),
  );
}

/** The field of an object by its exact name, if it has one. */
export function fieldOf(node: VariantNode, key: string): VariantNode | undefined {
  const layout = layoutOf(node);
  for (let index = 0; index < layout.count; index += 1) {
    if (keyAt(node, layout, index) === key) return child(node, layout, index);
  }
  return undefined;
}

interface Names {
  readonly size: number;
  readonly count: number;
  readonly texts: number;
}

function namesOf(metadata: Uint8Array): Names {
  const first = byteAt(metadata, 0);
  if ((first & 15) !== 1) throw malformed();
  const size = (first >> 6) + 1;
  const count = unsigned(metadata, 1, size);
  return { size, count, texts: 1 + (count + 2) * size };
}

function keyOf(metadata: Uint8Array, id: number): string {
  const { size, count, texts } = namesOf(metadata);
  if (id >= count) throw malformed();
  const start = unsigned(metadata, 1 + (id + 1) * size, size);
  const end = unsigned(metadata, 1 + (id + 2) * size, size);
  if (start > end) throw malformed();
  return utf8(part(metadata, texts + start, end - start));
}

/** The variant whose metadata and value stand in one text of bytes, one behind the other. */
export function rootOf(bytes: Uint8Array): VariantNode {
  const { size, count, texts } = namesOf(bytes);
  const length = texts + unsigned(bytes, 1 + (count + 1) * size, size);
  if (length >= bytes.length) throw malformed();
  return { metadata: bytes.subarray(0, length), value: bytes.subarray(length), at: 0 };
}
