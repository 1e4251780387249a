import {
  boolean,
  type DataType,
  decimal,
  double,
  integer,
  long,
  string,
} from "../../schema/type.ts";
import { isIntegral } from "../coercion.ts";
import { call, cast, integerLiteral, stringLiteral } from "../expression.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  constantNumber,
  type Entry,
  type FunctionCall,
  type Group,
  modeOf,
  takes,
  upperCase,
} from "./definition.ts";
import { wrapped } from "./operator.ts";

const unary: Entry = { takes: [takes.double], type: double, print: upperCase };
const plainUnary: Entry = { takes: [takes.double], type: double };
const undefinedSomewhere: Entry = { ...unary, nullable: true };

/** Numbers. */
export const maths: Group = {
  abs: {
    takes: [takes.numericOrInterval],
    resolve: (given) => {
      const input = argument(given, 0);
      const exact = call("abs", [input], { type: input.type });
      return given.conf.ansi || !isIntegral(input.type) ? exact : wrapped(exact);
    },
  },
  sign: {
    ...plainUnary,
    aliases: ["signum"],
    takes: [takes.double],
    print: (t, name) => (name === "signum" ? `SIGNUM(${t[0]})` : `sign(${t[0]})`),
  },
  sqrt: unary,
  cbrt: unary,
  exp: unary,
  expm1: unary,
  ln: { ...undefinedSomewhere, print: (t, name) => `${name}(${t[0]})` },
  log: {
    arity: [1, 2],
    takes: [takes.double, takes.double],
    resolve: (given) => {
      const args = given.arguments;
      return args.length === 1
        ? call("ln", args, { type: double, nullable: true })
        : call("log", args, { type: double, nullable: true });
    },
    print: (texts) => (texts.length === 1 ? `ln(${texts[0]})` : `LOG(${texts.join(", ")})`),
  },
  log2: undefinedSomewhere,
  log10: undefinedSomewhere,
  log1p: undefinedSomewhere,
  sin: unary,
  cos: unary,
  tan: unary,
  cot: unary,
  sec: unary,
  csc: unary,
  asin: unary,
  acos: unary,
  atan: unary,
  atan2: { takes: [takes.double, takes.double], type: double, print: upperCase },
  sinh: unary,
  cosh: unary,
  tanh: unary,
  asinh: unary,
  acosh: unary,
  atanh: unary,
  degrees: unary,
  radians: unary,
  rint: plainUnary,
  hypot: { takes: [takes.double, takes.double], type: double, print: upperCase },
  pow: {
    takes: [takes.double, takes.double],
    aliases: ["power"],
    type: double,
    print: (texts, name) => (name === "pow" ? "pow" : "POWER").concat(`(${texts.join(", ")})`),
  },
  pi: { arity: [0, 0], type: double, nullable: false, print: () => "PI()" },
  e: { arity: [0, 0], type: double, nullable: false, print: () => "E()" },
  round: {
    arity: [1, 2],
    takes: [takes.numeric, takes.integer],
    resolve: rounded,
    print: roundText,
  },
  bround: {
    arity: [1, 2],
    takes: [takes.numeric, takes.integer],
    resolve: rounded,
    print: roundText,
  },
  ceil: {
    arity: [1, 2],
    aliases: ["ceiling"],
    takes: [takes.numeric, takes.integer],
    resolve: toward,
    print: (t, name) => `${name === "ceil" ? "CEIL" : name}(${t.join(", ")})`,
  },
  floor: {
    arity: [1, 2],
    takes: [takes.numeric, takes.integer],
    resolve: toward,
    print: upperCase,
  },
  factorial: { takes: [takes.integer], type: long, nullable: true },
  bin: { takes: [takes.long], type: string },
  conv: {
    arity: [3, 3],
    takes: [takes.string, takes.integer, takes.integer],
    resolve: (given) => {
      const mode = stringLiteral(given.conf.ansi ? "ansi" : "legacy");
      const args = [0, 1, 2].map((at) => argument(given, at));
      return call("conv", [...args, mode], { type: string, nullable: true });
    },
  },
  bit_count: {
    takes: [
      {
        label: '("INTEGRAL" or "BOOLEAN")',
        target: (type) =>
          isIntegral(type) || type.type === "boolean"
            ? type
            : type.type === "void"
              ? boolean
              : undefined,
      },
    ],
    type: integer,
  },
  bit_get: { takes: [takes.integral, takes.integer], aliases: ["getbit"], type: { type: "byte" } },
  width_bucket: {
    takes: [takes.double, takes.double, takes.double, takes.long],
    type: long,
    nullable: true,
  },
  rand: {
    arity: [0, 1],
    aliases: ["random"],
    print: (texts) => `rand(${texts.join(", ")})`,
    takes: [takes.long],
    deterministic: false,
    type: double,
    nullable: false,
  },
  randn: {
    arity: [0, 1],
    takes: [takes.long],
    deterministic: false,
    type: double,
    nullable: false,
  },
};

/** round and bround: a decimal loses the digits that are rounded off, others keep their type. */
function rounded(given: FunctionCall): TypedExpression {
  const input = argument(given, 0);
  const scale = given.arguments.length > 1 ? constantNumber(given, 1) : 0;
  const name = given.name;
  const args = [input, integerLiteral(scale)];
  if (input.type.type !== "decimal") return call(name, args, { type: input.type });
  return call(name, args, { type: roundedType(input.type.precision, input.type.scale, scale) });
}

function roundedType(precision: number, scale: number, digits: number): DataType {
  const whole = precision - scale + 1;
  if (digits < 0) return decimal(Math.min(Math.max(whole, -digits + 1), 38), 0);
  const kept = Math.min(scale, digits);
  return decimal(Math.min(whole + kept, 38), kept);
}

function roundText(texts: readonly string[], name: string): string {
  return `${name}(${texts[0]}, ${texts[1] ?? "0"})`;
}

/** ceil and floor: to long, or to a decimal of the same whole part; with a scale as round. */
function toward(given: FunctionCall): TypedExpression {
  const name = given.name === "ceiling" ? "ceil" : given.name;
  const input = argument(given, 0);
  if (given.arguments.length > 1) {
    const scale = constantNumber(given, 1);
    const exact = isIntegral(input.type) ? cast(input, decimal(20, 0), modeOf(given)) : input;
    const { type } = exact;
    const result =
      type.type === "decimal"
        ? roundedType(type.precision, type.scale, scale)
        : decimal(38, Math.max(scale, 0));
    return call(name, [exact, integerLiteral(scale)], { type: result });
  }
  if (input.type.type === "decimal") {
    const { precision, scale } = input.type;
    if (scale === 0) return call(name, [input], { type: input.type });
    return call(name, [input], { type: decimal(Math.min(precision - scale + 1, 38), 0) });
  }
  return call(name, [isIntegral(input.type) ? cast(input, long) : cast(input, double)], {
    type: long,
  });
}
