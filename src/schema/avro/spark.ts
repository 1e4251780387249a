import { error } from "../../error/error.ts";
import { parseDataType } from "../ddl.ts";
import {
  array,
  binary,
  boolean,
  type DataType,
  date,
  decimal,
  double,
  field,
  float,
  integer,
  long,
  map,
  nullType,
  type StructType,
  string,
  struct,
  timestamp,
  timestampNtz,
} from "../type.ts";
import {
  type AvroPrimitive,
  type AvroSchema,
  branchName,
  presentBranches,
  shortName,
} from "./schema.ts";

/** The options that shape Spark's types of Avro's. */
export interface AvroTypeOptions {
  /** Members of a union's struct are named by their types, not by their places. */
  readonly stableUnions: boolean;
  readonly unionPrefix: string;
  /** How deep a record may hold itself; 0 or less: not at all. */
  readonly recursionDepth: number;
}

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
}

interface Walk extends AvroTypeOptions {
  readonly within: ReadonlyMap<string, number>;
}

/**
 * Spark's type of an Avro record (its SchemaConverters). Throws AVRO_INCOMPATIBLE_SCHEMA for a
 * schema that is no record, and for one that holds itself deeper than the options have it.
 */
export function sparkSchema(schema: AvroSchema, options: AvroTypeOptions): StructType {
  const typed = typedOf(schema, { ...options, within: new Map() });
  if (typed?.type.type === "struct") return typed.type;
  const reason = "it is not a record, whose fields are the columns";
  throw error("AVRO_INCOMPATIBLE_SCHEMA", { reason });
}

/** Spark's type of any Avro schema. Throws AVRO_INCOMPATIBLE_SCHEMA as `sparkSchema` does. */
export function sparkType(schema: AvroSchema, options: AvroTypeOptions): DataType {
  const typed = typedOf(schema, { ...options, within: new Map() });
  if (typed) return typed.type;
  throw error("AVRO_INCOMPATIBLE_SCHEMA", { reason: "its recursion leaves no value" });
}

/** Undefined: nothing is left of the type at the depth where its recursion ends. */
function typedOf(schema: AvroSchema, walk: Walk): Typed | undefined {
  switch (schema.type) {
    case "record":
      return recordType(schema, walk);
    case "array": {
      const items = typedOf(schema.items, walk);
      return items && { type: array(items.type, items.nullable), nullable: false };
    }
    case "map": {
      const values = typedOf(schema.values, walk);
      return values && { type: map(string, values.type, values.nullable), nullable: false };
    }
    case "union":
      return unionType(schema, walk);
    case "enum":
      return { type: string, nullable: false };
    case "fixed":
      return { type: bytesType(schema.logical), nullable: false };
    default:
      return { type: primitiveType(schema), nullable: schema.type === "null" };
  }
}

function bytesType(logical: AvroPrimitive["logical"]): DataType {
  return logical?.name === "decimal" ? decimal(logical.precision, logical.scale) : binary;
}

function primitiveType({ type, logical, catalyst }: AvroPrimitive): DataType {
  switch (type) {
    case "null":
      return nullType;
    case "boolean":
      return boolean;
    case "float":
      return float;
    case "double":
      return double;
    case "string":
      return string;
    case "bytes":
      return bytesType(logical);
    case "int":
      if (logical?.name === "date") return date;
      return catalyst === undefined ? integer : parseDataType(catalyst);
    case "long":
      break;
  }
  switch (logical?.name) {
    case "custom-decimal":
      return decimal(logical.precision, logical.scale);
    case "timestamp-millis":
    case "timestamp-micros":
      return timestamp;
    case "local-timestamp-millis":
    case "local-timestamp-micros":
      return timestampNtz;
    default:
      return catalyst === undefined ? long : parseDataType(catalyst);
  }
}

function recordType(schema: AvroSchema & { type: "record" }, walk: Walk): Typed | undefined {
  const depth = walk.within.get(schema.name) ?? 0;
  if (depth > 0 && walk.recursionDepth <= 0) {
    const reason =
      `the record ${schema.name} holds itself. Set the option recursiveFieldMaxDepth ` +
      "to how deep it is read, from 1 to 15";
    throw error("AVRO_INCOMPATIBLE_SCHEMA", { reason });
  }
  if (depth > 0 && depth >= walk.recursionDepth) return undefined;
  const inner = { ...walk, within: new Map(walk.within).set(schema.name, depth + 1) };
  const fields = schema.fields.flatMap((one) => {
    const typed = typedOf(one.schema, inner);
    return typed ? [field(one.name, typed.type, typed.nullable)] : [];
  });
  return { type: struct(fields), nullable: false };
}

function unionType(schema: AvroSchema & { type: "union" }, walk: Walk): Typed | undefined {
  const present = presentBranches(schema);
  const nullable = present.length < schema.branches.length;
  const typed = presentType(present, walk);
  return typed && { type: typed.type, nullable: nullable || typed.nullable };
}

function presentType(branches: readonly AvroSchema[], walk: Walk): Typed | undefined {
  if (branches.length === 1) return typedOf(branches[0]!, walk);
  const wide = wideType(branches);
  if (wide) return { type: wide, nullable: false };
  const names = new Set<string>();
  const fields = branches.flatMap((branch, index) => {
    const typed = typedOf(branch, walk);
    if (!typed) return [];
    if (!walk.stableUnions) return [field(`member${index}`, typed.type)];
    const name = walk.unionPrefix + shortName(branchName(branch));
    if (names.has(name.toLowerCase())) {
      const called = shortName(branchName(branch));
      const reason = `two types of a union are called ${called}, which leaves no stable names`;
      throw error("AVRO_INCOMPATIBLE_SCHEMA", { reason });
    }
    names.add(name.toLowerCase());
    return [field(name, typed.type)];
  });
  return { type: struct(fields), nullable: false };
}

/** The one type that both of two numbers become. */
export function wideType(branches: readonly AvroSchema[]): DataType | undefined {
  if (branches.length !== 2) return undefined;
  const pair = branches
    .map((branch) => branch.type)
    .sort()
    .join(" ");
  if (pair === "int long") return long;
  return pair === "double float" ? double : undefined;
}
