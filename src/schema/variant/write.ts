import { error } from "../../error/error.ts";
import type { Decimal } from "../value.ts";
import { elementsOf, fieldsOf, kindOf, sizeOf, type VariantNode } from "./read.ts";

/** Bytes of a variant, beyond which Spark makes none. */
const sizeLimit = 128 * 1024 * 1024;

/** Names of fields seen while a variant is written; what is written refers to them by number. */
export class VariantNames {
  readonly #ids = new Map<string, number>();

  id(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    return id;
  }

  /** The metadata of a variant with these names, and its value behind it. */
  variant(value: Uint8Array): Uint8Array {
    const keys = [...this.#ids.keys()].map((key) => Buffer.from(wellFormed(key)));
    const length = keys.reduce((sum, key) => sum + key.length, 0);
    const size = sizeFor(Math.max(length, keys.length));
    const head = Buffer.alloc(1 + (keys.length + 2) * size);
    head[0] = 1 | ((size - 1) << 6);
    head.writeUIntLE(keys.length, 1, size);
    let offset = 0;
    keys.forEach((key, id) => {
      head.writeUIntLE(offset, 1 + (id + 1) * size, size);
      offset += key.length;
    });
    head.writeUIntLE(offset, 1 + (keys.length + 1) * size, size);
    const bytes = Buffer.concat([head, ...keys, value]);
    if (bytes.length > sizeLimit) throw tooLarge();
    return bytes;
  }
}

function tooLarge(): Error {
  return error("VARIANT_SIZE_LIMIT", { sizeLimit: "128.0 MiB" });
}

/** Java writes half of a pair of surrogates as a question mark. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "?");
}

function sizeFor(value: number): number {
  if (value <= 0xff) return 1;
  if (value <= 0xffff) return 2;
  return value <= 0xffffff ? 3 : 4;
}

function primitive(id: number, content = 0): Buffer {
  const bytes = Buffer.alloc(1 + content);
  bytes[0] = id << 2;
  return bytes;
}

/** The bytes of values without parts. */
export const scalarBytes = {
  null: (): Uint8Array => primitive(0),
  boolean: (value: boolean): Uint8Array => primitive(value ? 1 : 2),
  /** In the fewest bytes of 1, 2, 4 and 8. */
  long: (value: bigint): Uint8Array => {
    const step = [8, 16, 32, 64].findIndex((bits) => BigInt.asIntN(bits, value) === value);
    return whole(primitive(3 + step, 1 << step), 1, value);
  },
  double: (value: number): Uint8Array => {
    const bytes = primitive(7, 8);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  },
  float: (value: number): Uint8Array => {
    const bytes = primitive(14, 4);
    bytes.writeFloatLE(value, 1);
    return bytes;
  },
  decimal: ({ unscaled, scale }: Decimal): Uint8Array => {
    const digits = Math.max(scale, String(unscaled).replace("-", "").length);
    const [id, size] = digits <= 9 ? [8, 4] : digits <= 18 ? [9, 8] : [10, 16];
    const bytes = primitive(id, size + 1);
    bytes[1] = scale;
    return whole(bytes, 2, unscaled);
  },
  date: (days: number): Uint8Array => whole(primitive(11, 4), 1, BigInt(days)),
  timestamp: (micros: bigint): Uint8Array => whole(primitive(12, 8), 1, micros),
  timestampNtz: (micros: bigint): Uint8Array => whole(primitive(13, 8), 1, micros),
  binary: (value: Uint8Array): Uint8Array => long(15, value),
  string: (text: string): Uint8Array => {
    const bytes = Buffer.from(wellFormed(text));
    if (bytes.length >= 64) return long(16, bytes);
    return Buffer.concat([Uint8Array.of((bytes.length << 2) | 1), bytes]);
  },
} as const;

/** Fills the rest of the bytes with a whole number, its lowest byte first. */
function whole(bytes: Buffer, from: number, value: bigint): Buffer {
  let rest = value;
  for (let at = from; at < bytes.length; at += 1) {
    bytes[at] = Number(rest & 255n);
    rest >>= 8n;
  }
  return bytes;
}

function long(id: number, content: Uint8Array): Buffer {
  const head = primitive(id, 4);
  head.writeUInt32LE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** The bytes of an array of elements that are bytes. */
export function arrayBytes(elements: readonly Uint8Array[]): Uint8Array {
  return group(elements, { basic: 3, order: elements.map((_, at) => at), ids: [] });
}

export interface VariantField {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * The bytes of an object: its fields are listed by name, and lie in the order they are given in.
 * VARIANT_DUPLICATE_KEY if two have one name.
 */
export function objectBytes(fields: readonly VariantField[], names: VariantNames): Uint8Array {
  const ids = fields.map(({ key }) => names.id(key));
  const keyAt = (at: number): string => fields[at]?.key ?? "";
  const order = fields.map((_, at) => at);
  order.sort((a, b) => (keyAt(a) < keyAt(b) ? -1 : keyAt(a) > keyAt(b) ? 1 : 0));
  const twice = order.find((at, place) => place > 0 && keyAt(at) === keyAt(order[place - 1] ?? at));
  if (twice !== undefined) throw error("VARIANT_DUPLICATE_KEY", { key: keyAt(twice) });
  return group(
    fields.map(({ bytes }) => bytes),
    { basic: 2, order, ids: order.map((at) => ids[at] ?? 0) },
  );
}

interface Listing {
  readonly basic: 2 | 3;
  /** The places of the parts, in the order they are listed in. */
  readonly order: readonly number[];
  /** The numbers of their names, in that order; an array has none. */
  readonly ids: readonly number[];
}

function group(parts: readonly Uint8Array[], { basic, order, ids }: Listing): Uint8Array {
  const starts: number[] = [];
  let length = 0;
  for (const bytes of parts) {
    starts.push(length);
    length += bytes.length;
  }
  if (length > sizeLimit) throw tooLarge();
  const idSize = sizeFor(ids.reduce((a, b) => Math.max(a, b), 0));
  const offsetSize = sizeFor(length);
  const large = parts.length > 0xff;
  const countSize = large ? 4 : 1;
  const head = Buffer.alloc(1 + countSize + ids.length * idSize + (parts.length + 1) * offsetSize);
  const flags = basic === 2 ? (large ? 16 : 0) | ((idSize - 1) << 2) : large ? 4 : 0;
  head[0] = ((flags | (offsetSize - 1)) << 2) | basic;
  let at = head.writeUIntLE(parts.length, 1, countSize);
  for (const id of ids) at = head.writeUIntLE(id, at, idSize);
  for (const place of order) at = head.writeUIntLE(starts[place] ?? 0, at, offsetSize);
  head.writeUIntLE(length, at, offsetSize);
  return Buffer.concat([head, ...parts]);
}

/** The bytes of a part of another variant, by the names of this one. */
export function copyBytes(node: VariantNode, names: VariantNames): Uint8Array {
  switch (kindOf(node)) {
    case "object":
      return objectBytes(
        fieldsOf(node).map((field) => ({ key: field.key, bytes: copyBytes(field.node, names) })),
        names,
      );
    case "array":
      return arrayBytes(elementsOf(node).map((element) => copyBytes(element, names)));
    default:
      return node.value.subarray(node.at, node.at + sizeOf(node));
  }
}
