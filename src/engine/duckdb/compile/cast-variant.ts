import { castable } from "../../../analysis/coercion.ts";
import { quoteType } from "../../../analysis/type-text.ts";
import { dataTypeJson } from "../../../schema/json.ts";
import type { DataType, StructType } from "../../../schema/type.ts";
import { raise } from "../failure.ts";
import { memberName, text } from "../quote.ts";
import { packedVariant, sqlType } from "../type.ts";
import { type CastRequest, cast } from "./cast.ts";
import { bound, once } from "./once.ts";
import { fresh, type Scope } from "./scope.ts";
import { textBytes, variantBytes, variantText } from "./variant-call.ts";

/** SQL of a value as a variant: structs and maps become objects. */
export function toVariant(value: string, { from, scope }: CastRequest): string {
  const type = textBytes(text(JSON.stringify(dataTypeJson(from))));
  return once([value], scope, (input) => {
    const plain = packedVariant(`CAST(${input} AS VARIANT)`);
    return `CASE WHEN ${input} IS NOT NULL THEN ${variantBytes("retype", [plain, type])} END`;
  });
}

/**
 * SQL of Spark's cast of a variant. A variant that is null gives null; any other that does not
 * fit raises INVALID_VARIANT_CAST, or gives null where the cast tries.
 */
export function fromVariant(value: string, request: CastRequest): string {
  const { to } = request;
  return once([value], request.scope, (input) => {
    switch (to.type) {
      case "variant":
        return input;
      case "array":
        return parts(input, request, "array", (entries, site) => {
          const item = fresh(site.scope);
          const made = fromVariant(partOf(item), { ...site, to: to.elementType });
          return `list_transform(${entries}, lambda ${item}: ${made})`;
        });
      case "map":
        return parts(input, request, "object", (entries, site) => {
          const entry = fresh(site.scope);
          const made = fromVariant(partOf(entry), { ...site, to: to.valueType });
          const pair = `struct_pack("key" := struct_extract(${entry}, 'k'), "value" := ${made})`;
          return `map_from_entries(list_transform(${entries}, lambda ${entry}: ${pair}))`;
        });
      case "struct":
        return members(input, to, request);
      default:
        return scalar(input, request);
    }
  });
}

/** The bytes of an entry of `parts`. */
function partOf(entry: string): string {
  return `unhex(struct_extract(${entry}, 'v'))`;
}

/** The shape of what the function `parts` answers with. */
const partShape = `[{"p":"INTEGER","k":"VARCHAR","v":"VARCHAR"}]`;

/** SQL of the parts of a variant as a list of structs: their places, names and digits. */
export function partsOf(variant: string): string {
  return `from_json(${variantText("parts", [variant])}, '${partShape}')`;
}

function parts(
  input: string,
  request: CastRequest,
  kind: "array" | "object",
  body: (entries: string, site: CastRequest) => string,
): string {
  return ofKind(input, request, { kind, made: body(partsOf(input), request) });
}

function members(input: string, to: StructType, request: CastRequest): string {
  const made = to.fields.map((field, at) => {
    const part = variantBytes("field", [input, textBytes(text(field.name))]);
    return `${memberName(at)} := ${fromVariant(part, { ...request, to: field.type })}`;
  });
  return ofKind(input, request, { kind: "object", made: `struct_pack(${made.join(", ")})` });
}

/** What is made of a variant of a kind; null of one that is null; of others there is no cast. */
function ofKind(
  input: string,
  request: CastRequest,
  { kind, made }: { readonly kind: string; readonly made: string },
): string {
  const type = sqlType(request.to);
  return `CASE ${variantText("kind", [input])} WHEN '${kind}' THEN CAST(${made} AS ${type})
    WHEN 'null' THEN NULL ELSE ${invalid(input, request)} END`;
}

function invalid(input: string, { to, mode, scope }: CastRequest): string {
  if (mode === "try") return "NULL";
  const failure = raise("INVALID_VARIANT_CAST", {
    value: variantText("json", [input, zone(scope)]),
    dataType: text(quoteType(to)),
  });
  return `CASE WHEN ${input} IS NOT NULL THEN CAST(${failure} AS ${sqlType(to)}) END`;
}

function zone(scope: Scope): string {
  return textBytes(text(scope.context.timeZone));
}

/** Kinds of values by the letter that the function `scalar` gives them, their SQL from its text. */
const kinds: Readonly<Record<string, readonly [DataType["type"], (rest: string) => string]>> = {
  b: ["boolean", (rest) => `(${rest} = 'true')`],
  l: ["long", (rest) => `CAST(${rest} AS BIGINT)`],
  s: ["string", (rest) => rest],
  d: ["double", (rest) => `CAST(${rest} AS DOUBLE)`],
  f: ["float", (rest) => `CAST(${rest} AS FLOAT)`],
  D: ["date", (rest) => `(DATE '1970-01-01' + CAST(${rest} AS INTEGER))`],
  t: ["timestamp", (rest) => `make_timestamptz(CAST(${rest} AS BIGINT))`],
  z: ["timestamp_ntz", (rest) => `make_timestamp(CAST(${rest} AS BIGINT))`],
  x: ["binary", (rest) => `unhex(${rest})`],
};

function scalar(input: string, request: CastRequest): string {
  const { to, scope } = request;
  const told = variantText("scalar", [input, zone(scope)]);
  return bound([told], scope, (tagged) => {
    const rest = `substr(${tagged}, 2)`;
    const branches = Object.entries(kinds).flatMap(([letter, [type, read]]) => {
      const from = { type } as DataType;
      if (!castable(from, to, true)) return [];
      return [[letter, castOf(read(rest), { ...request, from, mode: "try" }, rest)] as const];
    });
    branches.push(...decimalBranch(rest, request));
    if (to.type === "string") branches.push(["u", rest], ["j", rest]);
    const cases = branches.map(([letter, made]) => `WHEN '${letter}' THEN ${made}`);
    const type = sqlType(to);
    const made = `CASE substr(${tagged}, 1, 1) ${cases.join(" ")} END`;
    if (request.mode === "try") return `CAST(${made} AS ${type})`;
    return `CASE WHEN ${tagged} IS NOT NULL THEN coalesce(CAST(${made} AS ${type}),
      ${invalid(input, request)}) END`;
  });
}

/** Where Spark's own cast would wrap around, this one fails. */
function castOf(value: string, request: CastRequest, rest: string): string {
  if (request.from.type === "long" && request.to.type === "timestamp") {
    return `make_timestamptz(TRY_CAST(CAST(${rest} AS HUGEINT) * 1000000 AS BIGINT))`;
  }
  return cast(value, request);
}

/** A decimal is plain text here, of whatever precision. */
function decimalBranch(rest: string, { to }: CastRequest): readonly (readonly [string, string])[] {
  const type = sqlType(to);
  const whole = `split_part(${rest}, '.', 1)`;
  switch (to.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
      return [["n", `TRY_CAST(${whole} AS ${type})`]];
    case "float":
    case "double":
    case "decimal":
      return [["n", `TRY_CAST(${rest} AS ${type})`]];
    case "boolean":
      return [["n", `(${rest} <> '0')`]];
    case "string":
      return [["n", rest]];
    case "timestamp": {
      const micros = `${whole} || rpad(substr(split_part(${rest}, '.', 2), 1, 6), 6, '0')`;
      return [["n", `make_timestamptz(TRY_CAST(${micros} AS BIGINT))`]];
    }
    default:
      return [];
  }
}
