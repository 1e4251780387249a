import { error } from "../../error/error.ts";
import { sameName } from "../compare.ts";
import { sqlDataType } from "../ddl.ts";
import { intervalAmount } from "../interval-text.ts";
import type { DataType, StructType } from "../type.ts";
import {
  type CalendarDate,
  type Decimal,
  floorDiv,
  type Interval,
  type LocalTimestamp,
  type Timestamp,
  type Value,
} from "../value.ts";
import type { AvroOutput } from "./output.ts";
import { type AvroSchema, branchName, presentBranches } from "./schema.ts";
import { wideType } from "./spark.ts";

/** Writes the values of a row. */
export type Encode = (out: AvroOutput, values: readonly Value[]) => void;

/** Writes a value that is not null. */
export type Put = (out: AvroOutput, value: Value) => void;

interface Place {
  readonly type: DataType;
  readonly schema: AvroSchema;
  readonly path: readonly string[];
  readonly positional: boolean;
}

/**
 * The encoder of rows by a schema (Spark's AvroSerializer): columns are found by name, or by place
 * if `positional`. Throws AVRO_INCOMPATIBLE_SCHEMA, and AVRO_CANNOT_WRITE_NULL_FIELD for a null
 * where the schema has none.
 */
export function recordEncoder(type: StructType, schema: AvroSchema, positional: boolean): Encode {
  return fieldsEncoder({ type, schema, path: [], positional });
}

/** The encoder of a value that is not null, by a schema of any kind; as `recordEncoder`. */
export function valueEncoder(type: DataType, schema: AvroSchema): Put {
  return nullable({ type, schema, path: [], positional: false });
}

function fieldsEncoder({ type, schema, path, positional }: Place & { type: StructType }): Encode {
  if (schema.type !== "record") throw unfit(path, type, schema);
  const at = schema.fields.map((one, index) =>
    positional ? index : type.fields.findIndex(({ name }) => sameName(name, one.name)),
  );
  const lost = type.fields.find((_, index) => !at.includes(index));
  if (lost)
    throw reasoned(`the schema has no field for the column ${[...path, lost.name].join(".")}`);
  const puts = schema.fields.map((one, index) => {
    const from = type.fields[at[index]!];
    if (from === undefined && presentBranches(one.schema).length === branchCount(one.schema)) {
      throw reasoned(
        `the schema's field ${[...path, one.name].join(".")} has no column and cannot be null`,
      );
    }
    const place = {
      type: from?.type ?? ({ type: "void" } as const),
      schema: one.schema,
      positional,
    };
    return nullable({ ...place, path: [...path, one.name] });
  });
  return (out, values) => {
    for (let i = 0; i < puts.length; i++) puts[i]!(out, values[at[i]!] ?? null);
  };
}

function branchCount(schema: AvroSchema): number {
  return schema.type === "union" ? schema.branches.length : 1;
}

/** A value or null: a union's branch is told before it. */
function nullable(place: Place): Put {
  const { schema, path } = place;
  if (schema.type !== "union") {
    const put = putOf(place);
    if (schema.type === "null") return put;
    return (out, value) => {
      if (value === null) throw nullRefused(path, schema);
      put(out, value);
    };
  }
  const none = schema.branches.findIndex((branch) => branch.type === "null");
  const put = unionPut(place, schema);
  return (out, value) => {
    if (value !== null) put(out, value);
    else if (none >= 0) out.int(none);
    else throw nullRefused(path, schema);
  };
}

function unionPut(place: Place, schema: AvroSchema & { type: "union" }): Put {
  const present = presentBranches(schema);
  const { type, path } = place;
  if (present.length === 0) return (out) => out.int(0);
  const wide = wideType(present);
  const only =
    present.length === 1
      ? present[0]
      : wide?.type === type.type
        ? present.find((branch) => branch.type === type.type)
        : undefined;
  if (only) {
    if (type.type === "void") return (out) => out.int(schema.branches.indexOf(only));
    const put = putOf({ ...place, schema: only });
    const index = schema.branches.indexOf(only);
    return (out, value) => {
      out.int(index);
      put(out, value);
    };
  }
  if (type.type !== "struct" || type.fields.length !== present.length)
    throw unfit(path, type, schema);
  const members = type.fields.map(({ name, type: of }, index) => ({
    name,
    index: schema.branches.indexOf(present[index]!),
    put: putOf({ ...place, type: of, schema: present[index]!, path: [...path, name] }),
  }));
  const none = schema.branches.findIndex((branch) => branch.type === "null");
  return (out, value) => {
    const row = value as { readonly [name: string]: Value };
    const member = members.find(({ name }) => (row[name] ?? null) !== null);
    if (!member && none < 0) throw nullRefused(path, schema);
    out.int(member?.index ?? none);
    member?.put(out, row[member.name]!);
  };
}

function putOf(place: Place): Put {
  const { type, schema, path } = place;
  const put = nestedPut(place) ?? leafPut(place);
  if (put) return put;
  throw unfit(path, type, schema);
}

function nestedPut(place: Place): Put | undefined {
  const { type, schema, path } = place;
  if (type.type === "struct" && schema.type === "record") {
    const encode = fieldsEncoder({ ...place, type });
    const names = type.fields.map(({ name }) => name);
    return (out, value) => {
      const row = value as { readonly [name: string]: Value };
      encode(
        out,
        names.map((name) => row[name] ?? null),
      );
    };
  }
  if (type.type === "array" && schema.type === "array") {
    const inner = { ...place, type: type.elementType, schema: schema.items };
    const put = nullable({ ...inner, path: [...path, "element"] });
    return (out, value) => {
      const items = value as readonly Value[];
      if (items.length > 0) out.int(items.length);
      for (const item of items) put(out, item);
      out.int(0);
    };
  }
  if (type.type !== "map" || schema.type !== "map" || type.keyType.type !== "string")
    return undefined;
  const inner = { ...place, type: type.valueType, schema: schema.values };
  const put = nullable({ ...inner, path: [...path, "value"] });
  return (out, value) => {
    const pairs = value as ReadonlyMap<Value, Value>;
    if (pairs.size > 0) out.int(pairs.size);
    for (const [key, item] of pairs) {
      out.text(String(key));
      put(out, item);
    }
    out.int(0);
  };
}

function leafPut({ type, schema, path }: Place): Put | undefined {
  switch (`${type.type} ${schema.type}`) {
    case "void null":
      return () => {};
    case "boolean boolean":
      return (out, value) => out.byte(value ? 1 : 0);
    case "byte int":
    case "short int":
    case "integer int":
      return (out, value) => out.int(value as number);
    case "long long":
      return (out, value) => out.long(value as bigint);
    case "float float":
      return (out, value) => out.float(value as number);
    case "double double":
      return (out, value) => out.double(value as number);
    case "string string":
      return (out, value) => out.text(value as string);
    case "string enum":
      return enumPut(schema as AvroSchema & { type: "enum" });
    case "binary bytes":
      return (out, value) => {
        out.int((value as Uint8Array).length);
        out.raw(value as Uint8Array);
      };
    case "binary fixed":
      return fixedPut(schema as AvroSchema & { type: "fixed" }, path);
    case "date int":
      return (out, value) => out.int((value as CalendarDate).days);
    case "timestamp long":
    case "timestamp_ntz long":
      return instantPut(type, schema);
    case "decimal bytes":
    case "decimal fixed":
      return decimalPut(type as DataType & { type: "decimal" }, schema);
    case "interval int":
      return type.type === "interval" && type.unit === "month"
        ? (out, value) => out.int((value as Interval).months)
        : undefined;
    case "interval long": {
      if (type.type !== "interval" || type.unit !== "day") return undefined;
      return (out, value) => out.long(intervalAmount(value as Interval, type));
    }
    default:
      return undefined;
  }
}

function enumPut({ name, symbols }: AvroSchema & { type: "enum" }): Put {
  return (out, value) => {
    const index = symbols.indexOf(value as string);
    if (index < 0) throw reasoned(`'${value}' is none of the symbols of the enum ${name}`);
    out.int(index);
  };
}

function fixedPut({ name, size }: AvroSchema & { type: "fixed" }, path: readonly string[]): Put {
  return (out, value) => {
    const bytes = value as Uint8Array;
    if (bytes.length !== size) {
      throw reasoned(`${path.join(".")} has ${bytes.length} bytes, and ${name} is of ${size}`);
    }
    out.raw(bytes);
  };
}

/** Without a logical type a long holds milliseconds. */
function instantPut({ type }: DataType, schema: AvroSchema): Put | undefined {
  const own = type === "timestamp" ? "timestamp" : "local-timestamp";
  const logical = "logical" in schema ? schema.logical?.name : undefined;
  if (logical === `${own}-micros`) {
    return (out, value) => out.long((value as Timestamp | LocalTimestamp).micros);
  }
  if (logical !== undefined && logical !== `${own}-millis`) return undefined;
  return (out, value) => out.long(floorDiv((value as Timestamp | LocalTimestamp).micros, 1000n));
}

function decimalPut(type: DataType & { type: "decimal" }, schema: AvroSchema): Put | undefined {
  if (schema.type !== "fixed" && schema.type !== "bytes") return undefined;
  const { logical } = schema;
  if (logical?.name !== "decimal") return undefined;
  if (logical.precision !== type.precision || logical.scale !== type.scale) return undefined;
  const size = schema.type === "fixed" ? schema.size : undefined;
  return (out, value) => {
    const { unscaled } = value as Decimal;
    const length = size ?? minimalBytes(unscaled);
    if (size === undefined) out.int(length);
    for (let i = length - 1; i >= 0; i--) out.byte(Number((unscaled >> BigInt(i * 8)) & 0xffn));
  };
}

function minimalBytes(value: bigint): number {
  let bytes = 1;
  while (BigInt.asIntN(bytes * 8, value) !== value) bytes++;
  return bytes;
}

function nullRefused(path: readonly string[], schema: AvroSchema): Error {
  return error("AVRO_CANNOT_WRITE_NULL_FIELD", {
    name: path.join("."),
    dataType: branchName(schema),
  });
}

function unfit(path: readonly string[], type: DataType, schema: AvroSchema): Error {
  const where = path.length === 0 ? "the row" : path.join(".");
  return reasoned(
    `${where} of the type ${sqlDataType(type)} cannot be written as ${branchName(schema)}`,
  );
}

function reasoned(reason: string): Error {
  return error("AVRO_INCOMPATIBLE_SCHEMA", { reason });
}
