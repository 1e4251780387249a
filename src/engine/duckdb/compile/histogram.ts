import type { DataType } from "../../../schema/type.ts";
import { memberName } from "../quote.ts";
import { sqlType } from "../type.ts";
import { cast } from "./cast.ts";
import { javascript } from "./function/registry.ts";
import { fresh, type Scope } from "./scope.ts";

/** `histogram_numeric`: bins of an array of doubles, with centres of the type of the values. */
export function histogram(
  values: string,
  given: { readonly bins: string; readonly type: DataType; readonly scope: Scope },
): string {
  const texts = [`CAST(${values} AS VARCHAR)`, `CAST(${given.bins} AS VARCHAR)`];
  const pairs = `CAST(${javascript("histogram_numeric", texts)} AS DOUBLE[][])`;
  const bin = fresh(given.scope);
  const x = centre(`${bin}[1]`, given.type);
  const members = `${memberName(0)} := ${x}, ${memberName(1)} := ${bin}[2]`;
  return `list_transform(${pairs}, lambda ${bin}: struct_pack(${members}))`;
}

/** A value as the number that Spark holds it as. */
export function heldNumber(value: string, type: DataType, scope: Scope): string {
  switch (type.type) {
    case "date":
      return `CAST(CAST(${value} AS DATE) - DATE '1970-01-01' AS DOUBLE)`;
    case "timestamp":
    case "timestamp_ntz":
      return `CAST(epoch_us(${value}) AS DOUBLE)`;
    case "interval":
      return `CAST(${value} AS DOUBLE)`;
    default:
      return cast(value, { from: type, to: { type: "double" }, mode: "legacy", scope });
  }
}

function centre(x: string, type: DataType): string {
  const whole = `CAST(trunc(${x}) AS BIGINT)`;
  switch (type.type) {
    case "date":
      return `(DATE '1970-01-01' + CAST(${whole} AS INTEGER))`;
    case "timestamp":
      return `make_timestamptz(${whole})`;
    case "timestamp_ntz":
      return `make_timestamp(${whole})`;
    case "float":
    case "double":
      return `CAST(${x} AS ${sqlType(type)})`;
    case "decimal":
      return `CAST(CAST(${x} AS VARCHAR) AS ${sqlType(type)})`;
    default:
      return `CAST(${whole} AS ${sqlType(type)})`;
  }
}
