import { error } from "../../../../error/error.ts";
import { raise } from "../../failure.ts";
import { text } from "../../quote.ts";
import { sqlType } from "../../type.ts";
import { toDecimal } from "../cast.ts";
import { once } from "../once.ts";
import { randoms } from "../random.ts";
import { toText } from "../text-of.ts";
import { negated } from "./operator.ts";
import { type Compilation, type Group, javascript } from "./registry.ts";

const widths: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 };

const named =
  (name: string): Compilation =>
  (args) =>
    `${name}(${args.join(", ")})`;

/** A logarithm: null where it is not defined, as in Spark. */
const logarithm =
  (name: string, least = "0"): Compilation =>
  ([value], { scope }) =>
    once(
      [value as string],
      scope,
      (x) => `CASE WHEN ${x} <= ${least} THEN NULL ELSE ${name.replace("?", x)} END`,
    );

/** A function DuckDB refuses outside its domain, where Java says NaN. */
const within =
  (name: string, outside: string): Compilation =>
  ([value], { scope }) =>
    once(
      [value as string],
      scope,
      (x) =>
        `CASE WHEN ${outside.replaceAll("?", x)} THEN CAST('NaN' AS DOUBLE) ELSE ${name}(${x}) END`,
    );

/** Numbers. */
export const maths: Group = {
  abs: (args, { node, scope }) => {
    const [value = ""] = args;
    if (node.type.type !== "decimal") return `abs(${value})`;
    return once([value], scope, (x) => {
      return `CASE WHEN ${x} < 0 THEN ${negated(x, { type: node.type, scope })} ELSE ${x} END`;
    });
  },
  conv: ([value, from, to, mode]) =>
    javascript("conv", [
      value as string,
      `CAST(${from} AS VARCHAR)`,
      `CAST(${to} AS VARCHAR)`,
      mode as string,
    ]),
  format_number: ([value, places], { types: [type, second] }) => {
    if (second?.type === "string") {
      throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "format_number by a pattern" });
    }
    const kind = type?.type === "double" || type?.type === "float" ? "real" : "exact";
    const exact = type?.type === "float" ? `CAST(${value} AS DOUBLE)` : value;
    return javascript("format_number", [
      `CAST(${exact} AS VARCHAR)`,
      `'${kind}'`,
      `CAST(${places} AS VARCHAR)`,
    ]);
  },
  sign: ([value], { scope }) =>
    once(
      [value as string],
      scope,
      (x) => `CASE WHEN isnan(${x}) OR ${x} = 0 THEN ${x} ELSE CAST(sign(${x}) AS DOUBLE) END`,
    ),
  sqrt: within("sqrt", "? < 0"),
  cbrt: named("cbrt"),
  exp: named("exp"),
  expm1: ([x]) => `CASE WHEN abs(${x}) < 1e-5 THEN ${x} + ${x} * ${x} / 2 ELSE exp(${x}) - 1 END`,
  ln: logarithm("ln(?)"),
  log: ([base, value], { scope }) =>
    once(
      [base as string, value as string],
      scope,
      (b, x) => `CASE WHEN ${b} <= 0 OR ${x} <= 0 THEN NULL ELSE ln(${x}) / ln(${b}) END`,
    ),
  log2: logarithm("log2(?)"),
  log10: logarithm("log10(?)"),
  log1p: logarithm("ln(1 + ?)", "-1"),
  sin: within("sin", "isinf(?)"),
  cos: within("cos", "isinf(?)"),
  tan: within("tan", "isinf(?)"),
  cot: ([x]) => `(1 / tan(${x}))`,
  sec: ([x]) => `(1 / cos(${x}))`,
  csc: ([x]) => `(1 / sin(${x}))`,
  asin: within("asin", "abs(?) > 1"),
  acos: within("acos", "abs(?) > 1"),
  atan: named("atan"),
  atan2: named("atan2"),
  sinh: named("sinh"),
  cosh: named("cosh"),
  tanh: named("tanh"),
  asinh: named("asinh"),
  acosh: within("acosh", "? < 1"),
  atanh: within("atanh", "abs(?) > 1"),
  degrees: named("degrees"),
  radians: named("radians"),
  rint: ([value]) => `round_even(${value}, 0)`,
  hypot: ([a, b]) => `sqrt(${a} * ${a} + ${b} * ${b})`,
  pow: named("pow"),
  pi: () => "pi()",
  e: () => "exp(1.0::DOUBLE)",
  round: rounding("half up"),
  bround: rounding("half even"),
  ceil: toward("ceil"),
  floor: toward("floor"),
  factorial: ([value]) =>
    `CASE WHEN ${value} BETWEEN 0 AND 20 THEN CAST(factorial(CAST(${value} AS INTEGER)) AS BIGINT)
      END`,
  bin: ([value]) => `bin(${value})`,
  bit_count: ([value], { types }) =>
    types[0]?.type === "boolean"
      ? `CAST(${value} AS INTEGER)`
      : `bit_count(CAST(${value} AS BIGINT))`,
  bit_get: ([value, at], { types, scope, node }) =>
    once([value, at] as string[], scope, (bits, position) => {
      const upper = widths[types[0]?.type ?? ""] ?? 64;
      const failure = raise("INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", {
        functionName: text(`\`${node.name}\``),
        parameter: "'`pos`'",
        upper: text(String(upper)),
        invalidValue: `CAST(${position} AS VARCHAR)`,
      });
      return `CASE WHEN ${bits} IS NULL OR ${position} IS NULL THEN NULL
        WHEN ${position} NOT BETWEEN 0 AND ${upper - 1} THEN ${failure}
        ELSE CAST((CAST(${bits} AS BIGINT) >> CAST(${position} AS BIGINT)) & 1 AS TINYINT) END`;
    }),
  width_bucket: ([value, low, high, count], { scope }) =>
    once(
      [value, low, high, count] as string[],
      scope,
      (x, a, b, n) =>
        `CASE WHEN ${x} IS NULL OR ${a} IS NULL OR ${b} IS NULL OR ${n} NOT BETWEEN 1 AND
          ${2n ** 63n - 2n} OR ${a} = ${b} OR isnan(${x}) OR NOT isfinite(${a})
          OR NOT isfinite(${b}) THEN NULL WHEN ${a} < ${b} THEN CASE
          WHEN ${x} < ${a} THEN 0 WHEN ${x} >= ${b} THEN ${n} + 1
          ELSE CAST(floor((${x} - ${a}) / (${b} - ${a}) * ${n}) AS BIGINT) + 1 END ELSE CASE
          WHEN ${x} > ${a} THEN 0 WHEN ${x} <= ${b} THEN ${n} + 1
          ELSE CAST(floor((${a} - ${x}) / (${a} - ${b}) * ${n}) AS BIGINT) + 1 END END`,
    ),
  ...randoms,
};

/** `round` and `bround`: decimals and floats by their decimal text, whole numbers exactly. */
function rounding(mode: "half up" | "half even"): Compilation {
  return ([value, digits], { node, types, scope }) => {
    const count = scaleOf(digits);
    const [type] = types;
    if (type?.type === "decimal") {
      if (mode === "half up" && node.type.type === "decimal" && count >= 0) {
        return toDecimal(value as string, { type: node.type, mode: "ansi", scope });
      }
      if (mode === "half up") return `CAST(round(${value}, ${count}) AS ${sqlType(node.type)})`;
      return `CAST(${halfEven(`CAST(${value} AS VARCHAR)`, count)} AS ${sqlType(node.type)})`;
    }
    if (type?.type === "float" || type?.type === "double") {
      return once([value as string], scope, (x) => {
        // By the shortest text, as Java's BigDecimal: 2.675 is 2.68 to two digits.
        const shortest = toText(x, type, scope);
        if (mode === "half even") {
          const even = `CAST(${halfEven(shortest, count)} AS ${sqlType(type)})`;
          return `CASE WHEN isfinite(${x}) THEN ${even} ELSE ${x} END`;
        }
        const exact = `round(TRY_CAST(${shortest} AS DECIMAL(38,16)), ${count})`;
        return `CASE WHEN abs(${x}) < 1e15 THEN CAST(${exact} AS ${sqlType(type)})
          ELSE round(${x}, ${count}) END`;
      });
    }
    if (count >= 0) return value as string;
    const power = 10n ** BigInt(-count);
    return once([value as string], scope, (x) => {
      const wide = `CAST(${x} AS HUGEINT)`;
      const half =
        mode === "half up"
          ? `(abs(${wide}) + ${power / 2n}) // ${power}`
          : `CASE WHEN abs(${wide}) % ${power} = ${power / 2n}
            THEN ((abs(${wide}) // ${power}) + 1) // 2 * 2
            ELSE (abs(${wide}) + ${power / 2n}) // ${power} END`;
      return `CAST((${half}) * ${power} * CASE WHEN ${x} < 0 THEN -1
        ELSE 1 END AS ${sqlType(node.type)})`;
    });
  };
}

function halfEven(decimalText: string, count: number): string {
  return javascript("round_even", [decimalText, `'${count}'`]);
}

function scaleOf(digits: string | undefined): number {
  const found = /-?\d+/.exec(digits ?? "0");
  if (found === null)
    throw error("ENGINE_UNSUPPORTED_FUNCTION", { name: "round to a column's scale" });
  return Number(found[0]);
}

function toward(name: "ceil" | "floor"): Compilation {
  return ([value, digits], { node, types, scope }) => {
    const [type] = types;
    const target = sqlType(node.type);
    if (digits === undefined) {
      if (type?.type !== "double") return `CAST(${name}(${value}) AS ${target})`;
      return once(
        [value as string],
        scope,
        (x) =>
          `CASE WHEN isnan(${x}) THEN 0 WHEN ${x} >= 9223372036854775807 THEN 9223372036854775807
            WHEN ${x} <= -9223372036854775808 THEN -9223372036854775807 - 1
            ELSE CAST(${name}(${x}) AS ${target}) END`,
      );
    }
    const count = scaleOf(digits);
    const power = 10n ** BigInt(Math.abs(count));
    const [up, down] = count >= 0 ? ["*", "/"] : ["/", "*"];
    const exact =
      type?.type === "decimal"
        ? `CAST(${value} AS DECIMAL(38,${type.scale}))`
        : `CAST(CAST(${value} AS VARCHAR) AS DECIMAL(38,10))`;
    return `CAST(${name}(${exact} ${up} ${power}) ${down} ${power} AS ${target})`;
  };
}
