import { error } from "../../error/error.ts";
import type { DataType, IntervalType, StructType } from "../../schema/type.ts";
import { variantBytes } from "./compile/variant-call.ts";
import { identifier, memberName } from "./quote.ts";

/** How struct members are called: by position inside a plan, by name in a file. */
export type MemberNames = "position" | "name";

const atomic: Readonly<Record<string, string>> = {
  string: "VARCHAR",
  long: "BIGINT",
  integer: "INTEGER",
  short: "SMALLINT",
  byte: "TINYINT",
  float: "FLOAT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  binary: "BLOB",
  date: "DATE",
  timestamp: "TIMESTAMPTZ",
  timestamp_ntz: "TIMESTAMP",
  // A column needs some type; its only value is null.
  void: "INTEGER",
  time: "TIME",
};

/**
 * A variant in a file. Where it is shredded the rest of it is beside `value`, in a shape of that
 * file; cast to DuckDB's VARIANT, which says its types with it, all files have one shape.
 */
const storedVariant = 'STRUCT(metadata BLOB, "value" BLOB, typed_value VARIANT)';

/** A number of months or of microseconds where that is all an interval is. */
const intervals: Readonly<Record<IntervalType["unit"], string>> = {
  month: "INTEGER",
  day: "BIGINT",
  calendar: "INTERVAL",
};

/** DuckDB's type for a Spark type. ENGINE_UNSUPPORTED_TYPE for structs of no members. */
export function sqlType(type: DataType, names: MemberNames = "position"): string {
  switch (type.type) {
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "interval":
      return intervals[type.unit];
    case "array":
      return `${sqlType(type.elementType, names)}[]`;
    case "map":
      return `MAP(${sqlType(type.keyType, names)}, ${sqlType(type.valueType, names)})`;
    case "struct": {
      if (type.fields.length === 0) throw error("ENGINE_UNSUPPORTED_TYPE", { type: "STRUCT<>" });
      const members = type.fields.map((field, ordinal) => {
        const name = names === "position" ? memberName(ordinal) : identifier(field.name);
        return `${name} ${sqlType(field.type, names)}`;
      });
      return `STRUCT(${members.join(", ")})`;
    }
    case "variant":
      return names === "name" ? storedVariant : "BLOB";
    default: {
      const name = atomic[type.type];
      if (name === undefined) throw error("ENGINE_UNSUPPORTED_TYPE", { type: type.type });
      return name;
    }
  }
}

/** Whether a type has struct members at any depth; a variant has them in files. */
export function hasMembers(type: DataType): boolean {
  switch (type.type) {
    case "struct":
    case "variant":
      return true;
    case "array":
      return hasMembers(type.elementType);
    case "map":
      return hasMembers(type.keyType) || hasMembers(type.valueType);
    default:
      return false;
  }
}

/** `value` with its members called by name instead of by position, or the other way round. */
export function rename(value: string, type: DataType, to: MemberNames, depth = 0): string {
  if (!hasMembers(type)) return value;
  const variable = `r${depth}`;
  switch (type.type) {
    case "struct": {
      if (type.fields.some(({ metadata }) => bareKey in metadata))
        return unbared(value, type, depth);
      const members = type.fields.map((field, ordinal) => {
        const position = memberName(ordinal);
        const name = identifier(field.name);
        const [before, after] = to === "name" ? [position, name] : [name, position];
        const inner = `struct_extract(${value},
          '${before.replaceAll(/^"|"$/g, "").replaceAll('""', '"').replaceAll("'", "''")}')`;
        return `${after} := ${rename(inner, field.type, to, depth + 1)}`;
      });
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
    }
    case "array": {
      const body = rename(variable, type.elementType, to, depth + 1);
      return `list_transform(${value}, lambda ${variable}: ${body})`;
    }
    case "map": {
      const key = rename(`struct_extract(${variable}, 'key')`, type.keyType, to, depth + 1);
      const item = rename(`struct_extract(${variable}, 'value')`, type.valueType, to, depth + 1);
      const pair = `struct_pack("key" := ${key}, "value" := ${item})`;
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${variable}: ${pair}))`;
    }
    case "variant":
      if (to === "name") throw error("ENGINE_UNSUPPORTED_TYPE", { type: "variant in a file" });
      return storedBytes(value);
    default:
      return value;
  }
}

/**
 * In the metadata of a struct's members: the struct is read as one of them alone, of which this is
 * true. What was in lists of old forms is, see the folder `parquet`.
 */
export const bareKey = "parquet.bare";

/** The struct, with members by position, whose only member in a file a value is. */
function unbared(value: string, { fields }: StructType, depth: number): string {
  const members = fields.map((field, ordinal) => {
    const inner = field.metadata[bareKey]
      ? rename(value, field.type, "position", depth + 1)
      : `CAST(NULL AS ${sqlType(field.type)})`;
    return `${memberName(ordinal)} := ${inner}`;
  });
  return `struct_pack(${members.join(", ")})`;
}

/** The metadata and value of a variant in a file, put together where it is shredded. */
function storedBytes(value: string): string {
  const [metadata, plain, typed] = ["metadata", "value", "typed_value"].map(
    (member) => `struct_extract(${value}, '${member}')`,
  );
  const whole = variantBytes("unshred", [
    `${metadata}`,
    `coalesce(${plain}, ''::BLOB)`,
    packedVariant(`${typed}`),
  ]);
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN ${typed} IS NULL THEN ${metadata} || ${plain}
    ELSE ${whole} END`;
}

/** A value of DuckDB's VARIANT in Spark's encoding. */
export function packedVariant(value: string): string {
  const pair = `CAST(variant_to_parquet_variant(${value}) AS STRUCT(metadata BLOB, "value" BLOB))`;
  return `list_transform([${pair}], lambda pv:
    struct_extract(pv, 'metadata') || struct_extract(pv, 'value'))[1]`;
}
