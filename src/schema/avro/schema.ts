import type { Json } from "../type.ts";

/** An Avro schema with its names resolved: a record that holds itself is a cycle of objects. */
export type AvroSchema =
  | AvroPrimitive
  | AvroEnum
  | AvroFixed
  | AvroRecord
  | AvroArray
  | AvroMap
  | AvroUnion;

export type AvroPrimitiveName =
  | "null"
  | "boolean"
  | "int"
  | "long"
  | "float"
  | "double"
  | "bytes"
  | "string";

/** What a type stands for; logical types that do not fit theirs are passed over, as Avro has it. */
export type AvroLogical =
  | {
      readonly name: "decimal" | "custom-decimal";
      readonly precision: number;
      readonly scale: number;
    }
  | { readonly name: AvroLogicalName };

export type AvroLogicalName =
  | "date"
  | "time-millis"
  | "time-micros"
  | "timestamp-millis"
  | "timestamp-micros"
  | "timestamp-nanos"
  | "local-timestamp-millis"
  | "local-timestamp-micros"
  | "local-timestamp-nanos"
  | "uuid"
  | "duration";

export interface AvroPrimitive {
  readonly type: AvroPrimitiveName;
  readonly logical?: AvroLogical;
  /** The property `spark.sql.catalyst.type`: the type of Spark that was written. */
  readonly catalyst?: string;
}

interface AvroNamed {
  /** With its namespace. */
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface AvroEnum extends AvroNamed {
  readonly type: "enum";
  readonly symbols: readonly string[];
  readonly fallback?: string;
}

export interface AvroFixed extends AvroNamed {
  readonly type: "fixed";
  readonly size: number; // bytes
  readonly logical?: AvroLogical;
}

export interface AvroRecord extends AvroNamed {
  readonly type: "record";
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly schema: AvroSchema;
  /** Absent: there is none. A default that is null is null. */
  readonly fallback?: Json;
}

export interface AvroArray {
  readonly type: "array";
  readonly items: AvroSchema;
}

export interface AvroMap {
  readonly type: "map";
  readonly values: AvroSchema;
}

export interface AvroUnion {
  readonly type: "union";
  readonly branches: readonly AvroSchema[];
}

/** The name a branch of a union is known by: a named type's own, or that of the type. */
export function branchName(schema: AvroSchema): string {
  return "name" in schema ? schema.name : schema.type;
}

/** A name without its namespace. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** The branches of a union that are not null; of another type, itself. */
export function presentBranches(schema: AvroSchema): readonly AvroSchema[] {
  return schema.type === "union"
    ? schema.branches.filter((branch) => branch.type !== "null")
    : [schema];
}
