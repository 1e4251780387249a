import type { DataType } from "../../../schema/type.ts";
import { memberName, text } from "../quote.ts";
import { intervalText } from "./cast-interval.ts";
import { javascript } from "./function/registry.ts";
import { once } from "./once.ts";
import { fresh, type Scope } from "./scope.ts";
import { textBytes, variantText } from "./variant-call.ts";
import { local } from "./zone.ts";

/** SQL of Spark's cast to STRING: Java's spelling of floats, times in the session's zone. */
export function toText(value: string, from: DataType, scope: Scope): string {
  switch (from.type) {
    case "string":
      return value;
    case "float":
    case "double":
      return realText(value, from.type, scope);
    case "date":
      return once(
        [value],
        scope,
        (day) =>
          `CASE WHEN year(${day}) BETWEEN 1 AND 9999 THEN CAST(${day} AS VARCHAR)
            ELSE ${javascript("date_text", [`CAST(${day} - DATE '1970-01-01' AS VARCHAR)`])} END`,
      );
    case "timestamp":
      return timeText(local(value, scope), scope);
    case "timestamp_ntz":
      return timeText(value, scope);
    case "binary":
      return once(
        [value],
        scope,
        (bytes) => `coalesce(TRY(decode(${bytes})), ${javascript("utf8", [`hex(${bytes})`])})`,
      );
    case "array":
      return listText(value, from.elementType, scope);
    case "map":
      return mapText(value, from, scope);
    case "struct":
      return once([value], scope, (input) => {
        const members = from.fields.map((field, at) =>
          orNull(`struct_extract(${input}, '${memberName(at)}')`, field.type, scope),
        );
        return `CASE WHEN ${input} IS NULL THEN NULL
          ELSE '{' || ${members.join(" || ', ' || ")} || '}' END`;
      });
    case "interval":
      return intervalText(value, from, scope);
    case "variant":
      return variantText("json", [value, textBytes(text("UTC"))]);
    case "decimal":
      // DuckDB writes no zero before the point where the type has no digit for it.
      return from.precision === from.scale
        ? `regexp_replace(CAST(${value} AS VARCHAR), '^(-?)[.]', '\\10.')`
        : `CAST(${value} AS VARCHAR)`;
    default:
      return `CAST(${value} AS VARCHAR)`;
  }
}

/** Java prints from 0.001 up to 10 million as DuckDB does, the rest with an exponent. */
function realText(value: string, type: "float" | "double", scope: Scope): string {
  return once([value], scope, (number) => {
    const plain = `abs(${number}) >= 0.001 AND abs(${number}) < 10000000`;
    const java = javascript(`${type}_text`, [`CAST(${number} AS VARCHAR)`]);
    return `CASE WHEN ${plain} THEN CAST(${number} AS VARCHAR) ELSE ${java} END`;
  });
}

function timeText(value: string, scope: Scope): string {
  return once(
    [value],
    scope,
    (time) =>
      `CASE WHEN year(${time}) BETWEEN 1 AND 9999 THEN CAST(${time} AS VARCHAR)
        ELSE ${javascript("timestamp_text", [`CAST(epoch_us(${time}) AS VARCHAR)`])} END`,
  );
}

function orNull(value: string, type: DataType, scope: Scope): string {
  return `coalesce(${toText(value, type, scope)}, 'null')`;
}

function listText(value: string, elementType: DataType, scope: Scope): string {
  const name = fresh(scope);
  const items = `list_transform(${value}, lambda ${name}: ${orNull(name, elementType, scope)})`;
  return `('[' || array_to_string(${items}, ', ') || ']')`;
}

function mapText(value: string, from: DataType & { type: "map" }, scope: Scope): string {
  const name = fresh(scope);
  const key = toText(`struct_extract(${name}, 'key')`, from.keyType, scope);
  const item = orNull(`struct_extract(${name}, 'value')`, from.valueType, scope);
  const entries = `list_transform(map_entries(${value}), lambda ${name}: ${key} || ' -> '
    || ${item})`;
  return `('{' || array_to_string(${entries}, ', ') || '}')`;
}
