import type { DataType } from "../type.ts";
import { Decimal, type Value } from "../value.ts";
import { enumOf, type ProtoField, type ProtoSchema } from "./schema.ts";

/** The value of a field for which none came, as the type that Spark gives it. */
export function fallbackValue(field: ProtoField, schema: ProtoSchema, type: DataType): Value {
  const { kind, fallback } = field;
  if (kind === "enum") {
    const { values } = enumOf(schema, field);
    const one = values.find(({ name }) => name === fallback) ?? values[0]!;
    return type.type === "string" ? one.name : one.number;
  }
  switch (type.type) {
    case "boolean":
      return fallback === "true";
    case "string":
      return fallback ?? "";
    case "binary":
      return unescaped(fallback ?? "");
    case "float":
    case "double":
      return real(fallback ?? "0");
    case "decimal":
      return new Decimal(BigInt.asUintN(64, BigInt(fallback ?? "0")), 0);
    case "integer":
      return Number(BigInt.asIntN(32, BigInt(fallback ?? "0")));
    default:
      return BigInt.asIntN(64, BigInt(fallback ?? "0"));
  }
}

function real(text: string): number {
  const named: Readonly<Record<string, number>> = {
    inf: Number.POSITIVE_INFINITY,
    "-inf": Number.NEGATIVE_INFINITY,
    nan: Number.NaN,
  };
  return named[text] ?? Number(text);
}

const escapes: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 },
};

/** Bytes of a default, in which compilers write what is not printable as C does. */
function unescaped(text: string): Uint8Array {
  const bytes: number[] = [];
  const pattern = /\\([0-7]{1,3})|\\x([0-9a-f]{1,2})|\\(.)|([^\\]+)/giu;
  for (const [, octal, hex, letter, plain] of text.matchAll(pattern)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(...Buffer.from(plain ?? ""));
  }
  return Uint8Array.from(bytes);
}
