import { error } from "../../error/error.ts";
import type { DataType } from "../type.ts";
import type { CalendarDate, Decimal, Value } from "../value.ts";
import type { WireOutput } from "./output.ts";
import { enumOf, type ProtoField, type ProtoKind, type ProtoSchema } from "./schema.ts";

/** Writes a value that is not null and has no parts, without its tag. */
export type PutLeaf = (out: WireOutput, value: Value) => void;

/** The writer of values of an SQL type for a field; undefined where Spark has none. */
export function leafPut(
  type: DataType,
  place: { readonly field: ProtoField; readonly schema: ProtoSchema; readonly path: string },
): PutLeaf | undefined {
  const { kind } = place.field;
  switch (type.type) {
    case "boolean":
      return kind === "bool" ? (out, value) => out.word(value ? 1 : 0) : undefined;
    case "byte":
    case "short":
    case "integer":
      return kind === "enum" ? enumPut("number", place) : intPut(kind);
    case "date": {
      const put = intPut(kind);
      return put && ((out, value) => put(out, (value as CalendarDate).days));
    }
    case "long":
      if (kind === "uint32") return (out, value) => out.word(Number(value as bigint) >>> 0);
      return longPut(kind);
    case "decimal":
      if (kind !== "uint64" || type.scale !== 0) return undefined;
      return (out, value) => out.long((value as Decimal).unscaled);
    case "float":
      return kind === "float" ? (out, value) => out.float(value as number) : undefined;
    case "double":
      return kind === "double" ? (out, value) => out.double(value as number) : undefined;
    case "string":
      if (kind === "enum") return enumPut("name", place);
      return kind === "string" ? (out, value) => out.text(value as string) : undefined;
    case "binary":
      return kind === "bytes" ? (out, value) => out.piece(value as Uint8Array) : undefined;
    default:
      return undefined;
  }
}

function intPut(kind: ProtoKind): PutLeaf | undefined {
  switch (kind) {
    case "int32":
      return (out, value) => out.long(BigInt(value as number));
    case "uint32":
      return (out, value) => out.word((value as number) >>> 0);
    case "sint32":
      return (out, value) => {
        const number = value as number;
        out.word(((number << 1) ^ (number >> 31)) >>> 0);
      };
    case "fixed32":
    case "sfixed32":
      return (out, value) => out.fixed32(value as number);
    default:
      return undefined;
  }
}

function longPut(kind: ProtoKind): PutLeaf | undefined {
  switch (kind) {
    case "int64":
    case "uint64":
      return (out, value) => out.long(value as bigint);
    case "sint64":
      return (out, value) => {
        const number = value as bigint;
        out.long((number << 1n) ^ (number >> 63n));
      };
    case "fixed64":
    case "sfixed64":
      return (out, value) => out.fixed64(value as bigint);
    default:
      return undefined;
  }
}

function enumPut(
  by: "name" | "number",
  { field, schema, path }: { field: ProtoField; schema: ProtoSchema; path: string },
): PutLeaf {
  const { values } = enumOf(schema, field);
  const numbers = new Map<Value, number>();
  for (const one of values) if (!numbers.has(one[by])) numbers.set(one[by], one.number);
  return (out, value) => {
    const number = numbers.get(value);
    if (number === undefined) {
      throw error("CANNOT_CONVERT_SQL_VALUE_TO_PROTOBUF_ENUM_TYPE", {
        sqlColumn: path,
        protobufColumn: path,
        data: String(value),
        enumString: values.map((one) => one[by]).join(", "),
      });
    }
    out.long(BigInt(number));
  };
}

/**
 * Whether Google's Java does not write the value where a schema does not tell zero from none. An
 * array of bytes is never its zero.
 */
export function isUnwritten(value: Value, field: ProtoField, schema: ProtoSchema): boolean {
  if (field.presence || value instanceof Uint8Array) return false;
  if (field.kind === "enum") {
    const [zero] = enumOf(schema, field).values;
    return value === zero?.name || value === zero?.number;
  }
  if (typeof value === "object") {
    return "unscaled" in value! ? value.unscaled === 0n : "days" in value! && value.days === 0;
  }
  return Object.is(value, 0) || value === 0n || value === "" || value === false;
}
