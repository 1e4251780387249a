import type { DataType, IntervalType } from "../../../schema/type.ts";
import { text } from "../quote.ts";

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
  variant(value: string): string;
  interval(value: string, type: IntervalType): string;
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
    case "variant":
      return style.variant(value);
    case "binary":
      return `to_json(base64(${value}))`;
    case "timestamp":
    case "timestamp_ntz":
      return `to_json(${style.time(value, type.type)})`;
    case "date":
      return `to_json(${style.date?.(value) ?? value})`;
    case "interval":
      return `to_json(${style.interval(value, type)})`;
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
