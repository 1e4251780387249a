import type { DataType, StructType } from "../../../schema/type.ts";
import { identifier, paths, text } from "../quote.ts";
import { sqlType } from "../type.ts";
import { scan } from "./read.ts";

/** SQL of a Parquet file's rows as JSON texts, in one VARCHAR column. */
export function jsonSelect(path: string, schema: StructType): string {
  const members = schema.fields.map((field, at) => member(field.name, `k${at}`, field.type));
  return `SELECT ${objectOf(members)} AS json FROM ${scan(schema.fields, [path])}`;
}

/** The COPY of a JSON lines file into a Parquet file of the schema. */
export function jsonCopy(source: string, schema: StructType, target: string): string {
  const columns = schema.fields.map(
    (field) => `${text(field.name)}: ${text(sqlType(field.type, "name"))}`,
  );
  const from = `read_json(${paths([source])}, format = 'newline_delimited', columns = {${columns.join(", ")}}, maximum_object_size = ${objectLimit})`;
  const names = schema.fields.map((field) => identifier(field.name)).join(", ");
  return `COPY (SELECT ${names} FROM ${from}) TO ${text(target)} (FORMAT parquet, COMPRESSION snappy)`;
}

/** Bytes of one line: an action with statistics of 2,000 columns fits many times. */
const objectLimit = 256 * 1024 * 1024;

function objectOf(members: readonly string[]): string {
  return `'{' || concat_ws(',', ${members.join(", ")}) || '}'`;
}

/** `"name":value`, or null where the value is. */
function member(name: string, value: string, type: DataType, depth = 0): string {
  return `(${text(`${JSON.stringify(name)}:`)} || ${json(value, type, depth)})`;
}

function json(value: string, type: DataType, depth: number): string {
  const variable = `j${depth}`;
  switch (type.type) {
    case "struct": {
      const members = type.fields.map((field) =>
        member(field.name, `struct_extract(${value}, ${text(field.name)})`, field.type, depth + 1),
      );
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${objectOf(members)} END`;
    }
    case "array": {
      const item = `coalesce(${json(variable, type.elementType, depth + 1)}, 'null')`;
      return `('[' || array_to_string(list_transform(${value}, lambda ${variable}: ${item}), ',') || ']')`;
    }
    case "map": {
      const key = `to_json(CAST(struct_extract(${variable}, 'key') AS VARCHAR))`;
      const inner = json(`struct_extract(${variable}, 'value')`, type.valueType, depth + 1);
      const entry = `${key} || ':' || coalesce(${inner}, 'null')`;
      const entries = `list_transform(map_entries(${value}), lambda ${variable}: ${entry})`;
      return `('{' || array_to_string(${entries}, ',') || '}')`;
    }
    case "binary":
      return `to_json(base64(${value}))`;
    case "timestamp":
      return `to_json(strftime(${value}, '%Y-%m-%dT%H:%M:%S.%fZ'))`;
    case "timestamp_ntz":
      return `to_json(strftime(${value}, '%Y-%m-%dT%H:%M:%S.%f'))`;
    case "decimal":
      return `CAST(${value} AS VARCHAR)`;
    case "float":
    case "double":
      return `CASE WHEN isfinite(${value}) THEN CAST(${value} AS VARCHAR) ELSE CASE WHEN isnan(${value}) THEN '"NaN"' WHEN ${value} > 0 THEN '"Infinity"' WHEN ${value} < 0 THEN '"-Infinity"' END END`;
    default:
      return `CAST(to_json(${value}) AS VARCHAR)`;
  }
}
