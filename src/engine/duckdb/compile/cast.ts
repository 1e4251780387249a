import type { TypedCast } from "../../../analysis/typed.ts";
import { error } from "../../../error/error.ts";
import { intervalName } from "../../../schema/interval-field.ts";
import type { DataType, DecimalType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { memberName, text } from "../quote.ts";
import { sqlType } from "../type.ts";
import { fromInterval, toInterval } from "./cast-interval.ts";
import { fromText, malformed } from "./cast-text.ts";
import { fromVariant, toVariant } from "./cast-variant.ts";
import { javascript } from "./function/registry.ts";
import { truncatedTime } from "./function/time.ts";
import { once } from "./once.ts";
import type { Scope } from "./scope.ts";
import { toText } from "./text-of.ts";
import { instant, local } from "./zone.ts";

export interface CastRequest {
  readonly from: DataType;
  readonly to: DataType;
  readonly mode: TypedCast["mode"];
  readonly scope: Scope;
}

/** SQL of Spark's cast of a value. */
export function cast(value: string, request: CastRequest): string {
  const { from, to, mode, scope } = request;
  if (from.type === "void") return `CAST(NULL AS ${sqlType(to)})`;
  if (to.type === "variant") return from.type === "variant" ? value : toVariant(value, request);
  if (from.type === "variant") return fromVariant(value, request);
  if (from.type === "time" && to.type === "time") {
    return to.precision < from.precision ? truncatedTime(value, to.precision) : value;
  }
  if (to.type === "string" && from.type === "decimal" && mode === "legacy" && from.scale > 6) {
    return javascript("decimal_text", [`CAST(${value} AS VARCHAR)`]);
  }
  if (to.type === "string") return toText(value, from, scope);
  if (to.type === "interval") return toInterval(value, request);
  if (from.type === "interval") return fromInterval(value, request);
  if (from.type !== "struct" && from.type === to.type && sqlType(from) === sqlType(to))
    return value;
  if (from.type === "string") return fromText(value, request);
  switch (to.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return toInteger(value, request);
    case "float":
    case "double":
      return toReal(value, request);
    case "decimal":
      return toDecimal(decimalSource(value, from, scope), { type: to, mode, scope });
    case "boolean":
      return from.type === "timestamp" ? `(epoch_us(${value}) <> 0)` : `(${value} <> 0)`;
    case "date":
      return from.type === "timestamp"
        ? `CAST(${local(value, scope)} AS DATE)`
        : `CAST(${value} AS DATE)`;
    case "timestamp":
      return toTimestamp(value, request);
    case "timestamp_ntz":
      return from.type === "timestamp" ? local(value, scope) : `CAST(${value} AS TIMESTAMP)`;
    case "binary":
      return toBinary(value, from);
    default:
      return nested(value, request);
  }
}

function impossible({ from, to }: CastRequest): Error {
  return error("ENGINE_UNSUPPORTED_FUNCTION", { name: `cast from ${from.type} to ${to.type}` });
}

const integerBits: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 };

function toInteger(value: string, request: CastRequest): string {
  const { from, to, mode, scope } = request;
  const type = sqlType(to);
  switch (from.type) {
    case "boolean":
      return `CAST(${value} AS ${type})`;
    case "timestamp":
    case "timestamp_ntz": {
      const seconds = once(
        [`epoch_us(${value})`],
        scope,
        (micros) => `((${micros} - ((${micros} % 1000000) + 1000000) % 1000000) // 1000000)`,
      );
      return to.type === "long"
        ? seconds
        : toInteger(seconds, { ...request, from: { type: "long" } });
    }
    case "time": {
      const seconds = `(epoch_us(${value}) // 1000000)`;
      const mode = request.mode === "legacy" ? "try" : request.mode;
      return toInteger(seconds, { ...request, mode, from: { type: "long" } });
    }
    case "date":
      throw impossible(request);
    default:
  }
  const bits = integerBits[to.type] ?? 64;
  const whole = from.type in integerBits;
  if (whole && (integerBits[from.type] ?? 64) <= bits) return `CAST(${value} AS ${type})`;
  return once([value], scope, (input) => {
    const exact = whole ? input : `trunc(${input})`;
    if (mode === "try") return `TRY_CAST(${exact} AS ${type})`;
    if (mode === "legacy")
      return wrapped(exact, { bits, type, real: !whole && from.type !== "decimal" });
    return `CASE WHEN ${input} IS NULL THEN NULL
      ELSE coalesce(TRY_CAST(${exact} AS ${type}), ${overflow(input, request)}) END`;
  });
}

/** Two's complement for whole numbers; for floats Java's saturation, then its narrowing. */
function wrapped(
  exact: string,
  { bits, type, real }: { bits: number; type: string; real: boolean },
): string {
  const half = 2n ** BigInt(bits - 1);
  if (real) {
    const width = bits === 64 ? 64n : 32n;
    const [low, high] = [-(2n ** (width - 1n)), 2n ** (width - 1n) - 1n];
    const held = `CASE WHEN isnan(${exact}) THEN 0 WHEN ${exact} >= ${high} THEN ${high}
      WHEN ${exact} <= ${low} THEN ${low} ELSE CAST(${exact} AS HUGEINT) END`;
    if (bits >= 32) return `CAST(${held} AS ${type})`;
    return wrapped(`(${held})`, { bits, type, real: false });
  }
  const range = 2n * half;
  const wide = `CAST(${exact} AS HUGEINT)`;
  return `CAST((((${wide} + ${half}) % ${range} + ${range}) % ${range}) - ${half} AS ${type})`;
}

function overflow(value: string, { from, to }: CastRequest): string {
  return raise("CAST_OVERFLOW", {
    value: `CAST(${value} AS VARCHAR)`,
    sourceType: text(`"${sparkName(from)}"`),
    targetType: text(`"${sparkName(to)}"`),
  });
}

const sparkNames: Readonly<Record<string, string>> = {
  long: "BIGINT",
  integer: "INT",
  short: "SMALLINT",
  byte: "TINYINT",
};

/** A type as Spark's messages name it. */
export function sparkName(type: DataType): string {
  if (type.type === "decimal") return `DECIMAL(${type.precision},${type.scale})`;
  if (type.type === "interval") return intervalName(type).toUpperCase();
  return sparkNames[type.type] ?? type.type.toUpperCase();
}

function toReal(value: string, { from, to }: CastRequest): string {
  const type = sqlType(to);
  if (from.type === "timestamp" || from.type === "timestamp_ntz") {
    return `CAST(epoch_us(${value}) / 1000000.0::DOUBLE AS ${type})`;
  }
  // Beyond 15 digits DuckDB's own conversion rounds twice.
  if (from.type === "decimal" && from.precision > 15) {
    return `CAST(CAST(${value} AS VARCHAR) AS ${type})`;
  }
  if (from.type === "double" && to.type === "float") {
    return `CASE WHEN abs(${value}) > 3.4028235677973366e38 AND isfinite(${value}) THEN CAST(CASE
      WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END AS FLOAT)
      ELSE CAST(${value} AS FLOAT) END`;
  }
  return `CAST(${value} AS ${type})`;
}

/** What a number is rounded from: floats by their shortest text, as Java's BigDecimal does. */
function decimalSource(value: string, from: DataType, scope: Scope): string {
  switch (from.type) {
    case "float":
    case "double":
      // NaN and the infinities are no decimal, and null even where other casts fail.
      return once([value], scope, (x) => {
        return `CASE WHEN isfinite(${x}) THEN ${plainNumber(`CAST(${x} AS VARCHAR)`, scope)} END`;
      });
    case "boolean":
      return `CAST(${value} AS INTEGER)`;
    case "timestamp":
    case "timestamp_ntz":
    case "time":
      return `(CAST(epoch_us(${value}) AS DECIMAL(26,6)) / 1000000)`;
    default:
      return value;
  }
}

/** A number's text without a negative exponent: DuckDB rounds 9.9e-6 up to 0.01, digit by digit. */
export function plainNumber(number: string, scope: Scope): string {
  return once([number], scope, (x) => {
    return `CASE WHEN regexp_matches(${x}, '[eE]-') THEN ${javascript("plain_number", [x])}
      ELSE ${x} END`;
  });
}

export interface DecimalRequest {
  readonly type: DecimalType;
  readonly mode: TypedCast["mode"];
  readonly scope: Scope;
}

/** A number, or a number's text, rounded half up to a decimal type; held to its precision. */
export function toDecimal(value: string, { type, mode, scope }: DecimalRequest): string {
  const target = sqlType(type);
  if (mode !== "ansi") return `TRY_CAST(${value} AS ${target})`;
  return once([value], scope, (input) => {
    const failure = raise("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", {
      value: `CAST(${input} AS VARCHAR)`,
      precision: text(String(type.precision)),
      scale: text(String(type.scale)),
    });
    return `CASE WHEN ${input} IS NULL THEN NULL
      ELSE coalesce(TRY_CAST(${input} AS ${target}), ${failure}) END`;
  });
}

function toTimestamp(value: string, request: CastRequest): string {
  const { from, to, mode, scope } = request;
  switch (from.type) {
    case "date":
      return instant(`CAST(${value} AS TIMESTAMP)`, scope);
    case "timestamp_ntz":
      return instant(value, scope);
    case "boolean":
      return `make_timestamptz(CAST(${value} AS BIGINT))`;
    case "float":
    case "double":
      return once([value], scope, (input) => {
        const micros = `CAST(trunc(CAST(${input} AS DOUBLE) * 1000000) AS BIGINT)`;
        const endless = mode === "ansi" ? malformed(`CAST(${input} AS VARCHAR)`, from, to) : "NULL";
        const made = `make_timestamptz(${micros})`;
        return `CASE WHEN isfinite(${input}) THEN ${made}
          WHEN ${input} IS NOT NULL THEN ${endless} END`;
      });
    case "decimal":
      return `make_timestamptz(CAST(trunc(CAST(${value} AS DECIMAL(38,${Math.min(from.scale, 12)}))
        * 1000000) AS BIGINT))`;
    default:
      return `make_timestamptz(CAST(${value} AS BIGINT) * 1000000)`;
  }
}

function toBinary(value: string, from: DataType): string {
  const bits = integerBits[from.type] ?? 64;
  const unsigned = `(CAST(${value} AS HUGEINT) + CASE WHEN ${value} < 0 THEN ${2n ** BigInt(bits)}
    ELSE 0 END)`;
  return `unhex(lpad(hex(${unsigned}), ${bits / 4}, '0'))`;
}

function nested(value: string, request: CastRequest): string {
  const { from, to, scope } = request;
  const name = `n${scope.counter.next}`;
  scope.counter.next += 1;
  if (from.type === "array" && to.type === "array") {
    const item = cast(name, { ...request, from: from.elementType, to: to.elementType });
    return `list_transform(${value}, lambda ${name}: ${item})`;
  }
  if (from.type === "map" && to.type === "map") {
    const key = cast(`struct_extract(${name}, 'key')`, {
      ...request,
      from: from.keyType,
      to: to.keyType,
    });
    const item = cast(`struct_extract(${name}, 'value')`, {
      ...request,
      from: from.valueType,
      to: to.valueType,
    });
    const pair = `struct_pack("key" := ${key}, "value" := ${item})`;
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${name}: ${pair}))`;
  }
  if (from.type === "struct" && to.type === "struct") {
    if (sqlType(from) === sqlType(to)) return value;
    return once([value], scope, (input) => {
      const members = to.fields.map((field, at) => {
        const source = from.fields[at]?.type ?? { type: "void" as const };
        const inner = `struct_extract(${input}, '${memberName(at)}')`;
        return `${memberName(at)} := ${cast(inner, { ...request, from: source, to: field.type })}`;
      });
      return `CASE WHEN ${input} IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
    });
  }
  throw impossible(request);
}
