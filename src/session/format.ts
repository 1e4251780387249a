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
/** `schema` is Avro's, as JSON. */
export function from_avro(
  column: ColumnOrName,
  schema: string,
  options: FormatOptions = {},
): Column {
  return withOptions("from_avro", [named(column), operand(schema)], options);
}
/** By an Avro schema as JSON, or that of the column's type. */
export function to_avro(column: ColumnOrName, schema?: string): Column {
  const own = schema === undefined ? [] : [operand(schema)];
  return new Column(callOf("to_avro", [named(column), ...own]));
}
/** Of a constant. */
export function schema_of_avro(schema: string | Column, options: FormatOptions = {}): Column {
  return withOptions("schema_of_avro", [operand(schema)], options);
}
