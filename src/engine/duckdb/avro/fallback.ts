import type { AvroSchema } from "../../../schema/avro/schema.ts";
import type { Json } from "../../../schema/type.ts";

/** The default of a field, in the encoding of its type. A union's is of its first branch. */
export function encodedDefault(schema: AvroSchema, value: Json): Uint8Array {
  const parts: Uint8Array[] = [];
  encode(schema, value, parts);
  return Buffer.concat(parts);
}

function encode(schema: AvroSchema, value: Json, parts: Uint8Array[]): void {
  switch (schema.type) {
    case "null":
      return;
    case "boolean":
      parts.push(Uint8Array.of(value ? 1 : 0));
      return;
    case "int":
    case "long":
      parts.push(zigzag(BigInt(Math.trunc(Number(value)))));
      return;
    case "float": {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(Number(value));
      parts.push(bytes);
      return;
    }
    case "double": {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(Number(value));
      parts.push(bytes);
      return;
    }
    case "bytes":
    case "fixed": {
      // Each character of the default is a byte.
      const bytes = Buffer.from(String(value), "latin1");
      parts.push(...(schema.type === "bytes" ? [zigzag(BigInt(bytes.length))] : []), bytes);
      return;
    }
    case "string": {
      const bytes = Buffer.from(String(value));
      parts.push(zigzag(BigInt(bytes.length)), bytes);
      return;
    }
    case "enum":
      parts.push(zigzag(BigInt(schema.symbols.indexOf(String(value)))));
      return;
    default:
      encodeParts(schema, value, parts);
  }
}

function encodeParts(
  schema: AvroSchema & { type: "array" | "map" | "record" | "union" },
  value: Json,
  parts: Uint8Array[],
): void {
  switch (schema.type) {
    case "array":
      for (const item of value as readonly Json[]) {
        parts.push(zigzag(1n));
        encode(schema.items, item, parts);
      }
      parts.push(zigzag(0n));
      return;
    case "map":
      for (const [key, item] of Object.entries(value as object)) {
        parts.push(zigzag(1n));
        encode({ type: "string" }, key, parts);
        encode(schema.values, item, parts);
      }
      parts.push(zigzag(0n));
      return;
    case "union":
      parts.push(zigzag(0n));
      if (schema.branches[0]) encode(schema.branches[0], value, parts);
      return;
    case "record":
      for (const field of schema.fields) {
        const own = (value as { readonly [name: string]: Json })[field.name];
        encode(field.schema, own ?? field.fallback ?? null, parts);
      }
  }
}

/** Avro's encoding of an int or long. */
function zigzag(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
