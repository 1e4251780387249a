import type { DataType, StructType } from "../../../schema/type.ts";
import { identifier, paths, text } from "../quote.ts";
import { sqlType } from "../type.ts";
import { scan } from "./read.ts";

/** SQL of a Parquet file's rows as JSON texts, in one VARCHAR column. */
export function jsonSelect(path: string, schema: StructType): string {
  const members = schema.fields.map((field, at) =>
    member(field.name, `k${at}`, { type: field.type, depth: 0, style: byName }),
  );
  return `SELECT ${objectOf(members)} AS json FROM ${scan(schema.fields, [path])}`;
}

/** The COPY of a JSON lines file into a Parquet file of the schema. */
export function jsonCopy(source: string, schema: StructType, target: string): string {
  const columns = schema.fields.map(
    (field) => `${text(field.name)}: ${text(sqlType(field.type, "name"))}`,
  );
  const from = `read_json(${paths([source])}, format = 'newline_delimited',
    columns = {${columns.join(", ")}}, maximum_object_size = ${objectLimit})`;
  const names = schema.fields.map((field) => identifier(field.name)).join(", ");
  return `COPY (SELECT ${names} FROM ${from}) TO ${text(target)} (FORMAT parquet,
    COMPRESSION snappy)`;
}

/** Bytes of one line: an action with statistics of 2,000 columns fits many times. */
const objectLimit = 256 * 1024 * 1024;

function objectOf(members: readonly string[]): string {
  return `'{' || concat_ws(',', ${members.join(", ")}) || '}'`;
}

/** `"name":value`; where the value is null and is to be left out, null. */
function member(name: string, value: string, site: JsonSite): string {
  const json = jsonText(value, site);
  const shown = site.style.nulls ? `coalesce(${json}, 'null')` : json;
  return `(${text(`${JSON.stringify(name)}:`)} || ${shown})`;
}

/** How a value is spelled: where its members are, and how times look. */
export interface JsonStyle {
  member(value: string, field: { readonly name: string; readonly ordinal: number }): string;
  time(value: string, type: "timestamp" | "timestamp_ntz"): string;
  /** The text of a map's key. */
  key(value: string, type: DataType): string;
  /** Of a number that is finite. */
  real(value: string, type: "float" | "double"): string;
  /** Present where it is spelled in a way of its own. */
  date?(value: string): string;
  /** Whether members of structs that are null are written. */
  readonly nulls: boolean;
}

export interface JsonSite {
  readonly type: DataType;
  readonly depth: number;
  readonly style: JsonStyle;
}

const byName: JsonStyle = {
  member: (value, { name }) => `struct_extract(${value}, ${text(name)})`,
  time: (value, type) =>
    `strftime(${value}, '%Y-%m-%dT%H:%M:%S.%f${type === "timestamp" ? "Z" : ""}')`,
  key: (value) => `CAST(${value} AS VARCHAR)`,
  real: (value) => `CAST(${value} AS VARCHAR)`,
  nulls: false,
};

/** SQL of a value's JSON text; null members of structs are left out. */
export function jsonText(value: string, { type, depth, style }: JsonSite): string {
  const below = (inner: string, of: DataType): string =>
    jsonText(inner, { type: of, depth: depth + 1, style });
  const variable = `j${depth}`;
  switch (type.type) {
    case "struct": {
      const members = type.fields.map((field, ordinal) =>
        member(field.name, style.member(value, { name: field.name, ordinal }), {
          type: field.type,
          depth: depth + 1,
          style,
        }),
      );
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE ${objectOf(members)} END`;
    }
    case "array": {
      const item = `coalesce(${below(variable, type.elementType)}, 'null')`;
      return `('[' || array_to_string(list_transform(${value}, lambda ${variable}: ${item}), ',')
        || ']')`;
    }
    case "map": {
      const key = `to_json(${style.key(`struct_extract(${variable}, 'key')`, type.keyType)})`;
      const inner = below(`struct_extract(${variable}, 'value')`, type.valueType);
      const entry = `${key} || ':' || coalesce(${inner}, 'null')`;
      const entries = `list_transform(map_entries(${value}), lambda ${variable}: ${entry})`;
      return `('{' || array_to_string(${entries}, ',') || '}')`;
    }
    case "binary":
      return `to_json(base64(${value}))`;
    case "timestamp":
    case "timestamp_ntz":
      return `to_json(${style.time(value, type.type)})`;
    case "date":
      return `to_json(${style.date?.(value) ?? value})`;
    case "decimal":
      return `CAST(${value} AS VARCHAR)`;
    case "float":
    case "double":
      return `CASE WHEN isfinite(${value}) THEN ${style.real(value, type.type)} ELSE CASE
        WHEN isnan(${value}) THEN '"NaN"' WHEN ${value} > 0 THEN '"Infinity"'
        WHEN ${value} < 0 THEN '"-Infinity"' END END`;
    default:
      return `CAST(to_json(${value}) AS VARCHAR)`;
  }
}
