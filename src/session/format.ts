import type { Expression } from "../plan/expression.ts";
import { Column, type ColumnOrName, callOf, named, operand } from "./column.ts";

/** How texts of a format are read or written: Spark's options. */
export type FormatOptions = Readonly<Record<string, string | number | boolean>>;

function withOptions(name: string, args: readonly Expression[], options: FormatOptions): Column {
  const pairs = Object.entries(options).flatMap(([key, value]) => [
    operand(key),
    operand(String(value)),
  ]);
  return new Column(callOf(name, pairs.length === 0 ? args : [...args, callOf("map", pairs)]));
}

/** `schema` is DDL text, or a `schema_of_json`. */
export function from_json(
  column: ColumnOrName,
  schema: string | Column,
  options: FormatOptions = {},
): Column {
  return withOptions("from_json", [named(column), operand(schema)], options);
}
export function to_json(column: ColumnOrName, options: FormatOptions = {}): Column {
  return withOptions("to_json", [named(column)], options);
}
/** Of a constant. */
export function schema_of_json(json: string | Column, options: FormatOptions = {}): Column {
  return withOptions("schema_of_json", [operand(json)], options);
}
/** `schema` is DDL text, or a `schema_of_xml`. */
export function from_xml(
  column: ColumnOrName,
  schema: string | Column,
  options: FormatOptions = {},
): Column {
  return withOptions("from_xml", [named(column), operand(schema)], options);
}
export function to_xml(column: ColumnOrName, options: FormatOptions = {}): Column {
  return withOptions("to_xml", [named(column)], options);
}
/** Of a constant. */
export function schema_of_xml(xml: string | Column, options: FormatOptions = {}): Column {
  return withOptions("schema_of_xml", [operand(xml)], options);
}
/** `schema` is Avro's, as JSON; before an address of a schema registry it is a subject there. */
export function from_avro(
  column: ColumnOrName,
  schema: string,
  ...rest: readonly [options?: FormatOptions] | readonly [address: string, options?: FormatOptions]
): Column {
  const [first, second] = rest;
  const address = typeof first === "string" ? [operand(first)] : [];
  const options = typeof first === "string" ? second : first;
  return withOptions("from_avro", [named(column), operand(schema), ...address], options ?? {});
}
/** By an Avro schema as JSON, or that of the column's type; or by a subject of a registry. */
export function to_avro(
  column: ColumnOrName,
  schema?: string,
  address?: string,
  options: FormatOptions = {},
): Column {
  const own = [schema, address].filter((text) => text !== undefined).map((text) => operand(text));
  return withOptions("to_avro", [named(column), ...own], options);
}
/** Of a constant. */
export function schema_of_avro(schema: string | Column, options: FormatOptions = {}): Column {
  return withOptions("schema_of_avro", [operand(schema)], options);
}
/** How a message's schema is told: a descriptor file's path, or the bytes of one. */
export type Descriptors = string | Uint8Array;

/**
 * `message` is the name of one in the descriptors; without those, options that name a subject and
 * a schema registry.
 */
export function from_protobuf(
  column: ColumnOrName,
  message: string | FormatOptions,
  descriptors?: Descriptors,
  options: FormatOptions = {},
): Column {
  return withDescriptors("from_protobuf", [column, message, descriptors], options);
}
/** As `from_protobuf`. */
export function to_protobuf(
  column: ColumnOrName,
  message: string | FormatOptions,
  descriptors?: Descriptors,
  options: FormatOptions = {},
): Column {
  return withDescriptors("to_protobuf", [column, message, descriptors], options);
}

function withDescriptors(
  name: string,
  [column, message, descriptors]: readonly [
    ColumnOrName,
    string | FormatOptions,
    Descriptors | undefined,
  ],
  options: FormatOptions,
): Column {
  if (typeof message !== "string") return withOptions(name, [named(column)], message);
  const known = descriptors === undefined ? [] : [operand(descriptors)];
  return withOptions(name, [named(column), operand(message), ...known], options);
}
