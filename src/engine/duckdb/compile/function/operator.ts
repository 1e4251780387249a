import { error } from "../../../../error/error.ts";
import type { DataType, DecimalType } from "../../../../schema/type.ts";
import { Decimal } from "../../../../schema/value.ts";
import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { sqlType } from "../../type.ts";
import { toDecimal } from "../cast.ts";
import { expression } from "../expression.ts";
import { bound, once } from "../once.ts";
import type { Scope } from "../scope.ts";
import { type Compilation, compilationOf, type Group, javascript, type Site } from "./registry.ts";

const infix =
  (operator: string): Compilation =>
  ([left, right]) =>
    `(${left} ${operator} ${right})`;

/** Arithmetic, comparison and logic. */
export const operators: Group = {
  "+": arithmetic("+"),
  "-": arithmetic("-"),
  "*": arithmetic("*"),
  "/": division("ansi"),
  "%": remainder("%", "ansi"),
  pmod: remainder("pmod", "ansi"),
  div: quotient("ansi"),
  negative: ([value = ""], { node, scope }) => negated(value, { type: node.type, scope }),
  "=": infix("="),
  "<=>": infix("IS NOT DISTINCT FROM"),
  "<": infix("<"),
  "<=": infix("<="),
  ">": infix(">"),
  ">=": infix(">="),
  and: infix("AND"),
  or: infix("OR"),
  not: ([value]) => `(NOT ${value})`,
  "&": infix("&"),
  "|": infix("|"),
  "^": ([left, right]) => `xor(${left}, ${right})`,
  "~": ([value]) => `(~${value})`,
  "<<": shift("left"),
  ">>": shift("right"),
  ">>>": shift("unsigned"),
  try_add: attempt("+"),
  try_subtract: attempt("-"),
  try_multiply: attempt("*"),
  try_divide: division("try"),
  try_mod: remainder("%", "try"),
  try_pmod: remainder("pmod", "try"),
  try_div: quotient("try"),
  try_eval: (_args, site) => tried(site),
};

type Mode = "ansi" | "try";

function decimals(types: readonly DataType[]): readonly [DecimalType, DecimalType] | undefined {
  const [left, right] = types;
  return left?.type === "decimal" && right?.type === "decimal" ? [left, right] : undefined;
}

function arithmetic(operator: "+" | "-" | "*"): Compilation {
  return ([left, right], site) => {
    const pair = decimals(site.types);
    if (pair === undefined) return `(${left} ${operator} ${right})`;
    return decimalArithmetic(operator, [left as string, right as string], {
      site,
      pair,
      mode: "ansi",
    });
  };
}

interface DecimalSite {
  readonly site: Site;
  readonly pair: readonly [DecimalType, DecimalType];
  readonly mode: Mode;
}

/** Exact in DuckDB where the full result fits 38 digits; else on big integers in JavaScript. */
function decimalArithmetic(
  operator: "+" | "-" | "*",
  [left, right]: readonly [string, string],
  { site, pair: [a, b], mode }: DecimalSite,
): string {
  const { node, scope } = site;
  if (node.type.type !== "decimal") return `(${left} ${operator} ${right})`;
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale) + 1;
  const scale = operator === "*" ? a.scale + b.scale : Math.max(a.scale, b.scale);
  const width = operator === "*" ? a.precision + b.precision : whole + scale;
  const result =
    width <= 38
      ? operator === "*"
        ? `(${wideFactor(left, a, b)} * ${right})`
        : `(CAST(${left} AS DECIMAL(${width},${scale})) ${operator} CAST(${right} AS
          DECIMAL(${width},${scale})))`
      : javascript({ "+": "add", "-": "subtract", "*": "multiply" }[operator], [
          `CAST(${left} AS VARCHAR)`,
          `CAST(${right} AS VARCHAR)`,
        ]);
  const target = node.type;
  if (width <= 38 && target.precision >= width && target.scale === scale) {
    return `CAST(${result} AS ${sqlType(target)})`;
  }
  return toDecimal(result, { type: target, mode, scope });
}

function division(mode: Mode): Compilation {
  return ([left, right], site) =>
    once([left as string, right as string], site.scope, (a, b) => {
      const zero = mode === "try" ? "NULL" : raise("DIVIDE_BY_ZERO", {});
      const { type } = site.node;
      if (type.type !== "decimal") {
        // Spark's check comes before the null check of the dividend only for a zero divisor.
        return `CASE WHEN ${b} = 0
          THEN ${a === "NULL" ? "NULL" : `CASE WHEN ${a} IS NULL THEN NULL ELSE ${zero} END`}
          ELSE ${a} / ${b} END`;
      }
      const args = [`CAST(${a} AS VARCHAR)`, `CAST(${b} AS VARCHAR)`, `'${type.scale}'`];
      const quotient = toDecimal(javascript("divide", args), { type, mode, scope: site.scope });
      return `CASE WHEN ${b} = 0 AND ${a} IS NOT NULL THEN ${zero} WHEN ${b} = 0 THEN NULL
        ELSE ${quotient} END`;
    });
}

/** The whole part of a quotient; `try` is null by zero, and keeps the low bits of 2^63. */
function quotient(mode: Mode): Compilation {
  return ([left, right], { types, scope }) =>
    once([left as string, right as string], scope, (a, b) => {
      const zero = mode === "try" ? "NULL" : raise("DIVIDE_BY_ZERO", {});
      if (types[0]?.type === "decimal") {
        const [x, y] = [`CAST(${a} AS VARCHAR)`, `CAST(${b} AS VARCHAR)`];
        const whole = javascript(mode === "try" ? "quotient_bits" : "quotient", [x, y]);
        return `CASE WHEN ${b} = 0 THEN ${zero} ELSE CAST(${whole} AS BIGINT) END`;
      }
      const wraps = mode === "try" ? `WHEN ${b} = -1 AND ${a} = ${-(2n ** 63n)} THEN ${a}` : "";
      return `CASE WHEN ${b} = 0 THEN ${zero} ${wraps} ELSE ${a} // ${b} END`;
    });
}

function remainder(operator: "%" | "pmod", mode: Mode): Compilation {
  return ([left, right], site) =>
    once([left as string, right as string], site.scope, (a, b) => {
      const zero = mode === "try" ? "NULL" : raise("REMAINDER_BY_ZERO", {});
      const type = sqlType(site.node.type);
      const pair = decimals(site.types);
      const common = pair === undefined ? type : wideEnough(pair);
      const [x, y] = [`CAST(${a} AS ${common})`, `CAST(${b} AS ${common})`];
      const { type: name } = site.node.type;
      const real = name === "float" || name === "double" || name === "decimal";
      // By -1 nothing is left, but DuckDB divides, and the least whole number overflows.
      const safe = real ? y : `CASE WHEN ${y} = -1 THEN 1 ELSE ${y} END`;
      // Of floating numbers too: DuckDB's fmod() rounds the quotient down.
      const rest = `(${x} % ${safe})`;
      const positive =
        operator === "%"
          ? rest
          : `CASE WHEN ${rest} < 0 THEN CAST((${rest} + ${y}) % ${y} AS ${common})
            ELSE ${rest} END`;
      return `CASE WHEN ${b} = 0 AND ${a} IS NOT NULL THEN ${zero} WHEN ${b} = 0 THEN NULL
        ELSE CAST(${positive} AS ${type}) END`;
    });
}

/** A factor as wide as makes DuckDB multiply in 128 bits, where 64 may be too few. */
function wideFactor(value: string, type: DecimalType, other: DecimalType): string {
  const narrow = type.precision <= 18 && other.precision <= 18;
  if (!narrow || type.precision + other.precision <= 18) return value;
  return `CAST(${value} AS DECIMAL(${38 - other.precision},${type.scale}))`;
}

function wideEnough([a, b]: readonly [DecimalType, DecimalType]): string {
  const scale = Math.max(a.scale, b.scale);
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  return `DECIMAL(${Math.min(38, whole + scale)},${scale})`;
}

function attempt(operator: "+" | "-" | "*"): Compilation {
  return ([left, right], site) => {
    const pair = decimals(site.types);
    if (pair !== undefined) {
      return decimalArithmetic(operator, [left as string, right as string], {
        site,
        pair,
        mode: "try",
      });
    }
    const { type } = site.node;
    if (type.type === "double" || type.type === "float") return `(${left} ${operator} ${right})`;
    return `TRY_CAST(CAST(${left} AS HUGEINT) ${operator} CAST(${right} AS HUGEINT) AS
      ${sqlType(type)})`;
  };
}

/**
 * The value of a call, or null where it fails. Its arguments stand outside of DuckDB's TRY, which
 * takes no aggregates, subqueries or volatile functions.
 */
function tried({ node, scope }: Site): string {
  const [inner] = node.arguments;
  const compilation = inner?.kind === "call" ? compilationOf(inner.name) : undefined;
  if (inner?.kind !== "call" || compilation === undefined) {
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "try" });
  }
  const args = inner.arguments.map((argument) => expression(argument, scope));
  const types = inner.arguments.map((argument) => argument.type);
  return bound(
    args.length === 0 ? ["0"] : args,
    scope,
    (...names) => `TRY(${compilation(names, { node: inner, scope, types, trying: true })})`,
  );
}

/** Java's shifts: the distance counts modulo the width, and bits fall off. */
function shift(way: "left" | "right" | "unsigned"): Compilation {
  return ([value, distance], { node, scope }) => {
    const bits = node.type.type === "long" ? 64 : 32;
    const range = 2n ** BigInt(bits);
    const type = sqlType(node.type);
    const by = `((${distance} % ${bits}) + ${bits}) % ${bits}`;
    const power = `CAST(pow(2, ${by}) AS HUGEINT)`;
    return once([value as string], scope, (input) => {
      const wide = `CAST(${input} AS HUGEINT)`;
      const unsigned = `(((${wide} % ${range}) + ${range}) % ${range})`;
      if (way === "right")
        return `CAST(CASE WHEN ${input} < 0 THEN -((-${wide} - 1) // ${power}) - 1
          ELSE ${wide} // ${power} END AS ${type})`;
      const raw =
        way === "left"
          ? `((${unsigned} % (${range} // ${power})) * ${power})`
          : `(${unsigned} // ${power})`;
      return `CAST(CASE WHEN ${raw} >= ${range / 2n} THEN ${raw} - ${range}
        ELSE ${raw} END AS ${type})`;
    });
  };
}

/** Digits that Spark's decimals keep when their sign is changed: those of Scala's BigDecimal. */
const signDigits = 34;

/** SQL of the value with the other sign; of a decimal of more digits, the last ones are rounded. */
export function negated(
  value: string,
  { type, scope }: { readonly type: DataType; readonly scope: Scope },
): string {
  const name = sqlType(type);
  if (type.type !== "decimal" || type.precision <= signDigits)
    return `CAST(-(${value}) AS ${name})`;
  const limit = `CAST('${new Decimal(10n ** BigInt(signDigits), type.scale)}' AS ${name})`;
  return once([value], scope, (x) => {
    const rounded = javascript("negate", [`CAST(${x} AS VARCHAR)`, text(String(signDigits))]);
    return `CASE WHEN ${x} > -${limit} AND ${x} < ${limit} THEN CAST(-${x} AS ${name})
      ELSE CAST(${rounded} AS ${name}) END`;
  });
}
