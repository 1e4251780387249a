import { error } from "../../error/error.ts";
import { boolean, type DataType, decimal, double, integer, long } from "../../schema/type.ts";
import { isIntegral, isNumeric, isOrderable, operandType, wider, withString } from "../coercion.ts";
import { arithmeticDecimal, decimalOfOperand, widerDecimal } from "../decimal.ts";
import { and, call, cast, compare, not } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedCall, TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  type FunctionCall,
  type Group,
  mismatch,
  modeOf,
  takes,
  tried,
} from "./definition.ts";
import { datetimeArithmetic } from "./temporal.ts";
import { temporalText } from "./temporal-text.ts";
import { wholeComparison } from "./whole-comparison.ts";

const infix = (name: string) => (texts: readonly string[]) => `(${texts.join(` ${name} `)})`;

/** Arithmetic, comparison and logic, by the symbols the plan carries. */
export const operators: Group = {
  "+": binary("+", { aliases: [] }),
  "-": binary("-", {}),
  "*": binary("*", {}),
  "/": binary("/", {}),
  "%": binary("%", { aliases: ["mod"] }),
  pmod: {
    arity: [2, 2],
    resolve: (given) => computed(given, "pmod"),
    print: (texts) => `pmod(${texts.join(", ")})`,
  },
  div: {
    arity: [2, 2],
    resolve: (given) => {
      const [left, right] = numbers(given, "div");
      const exact = call("div", [left, right], { type: long, nullable: true });
      return given.conf.ansi ? exact : attempted(exact);
    },
    print: infix("div"),
  },
  negative: {
    arity: [1, 1],
    aliases: ["unary -"],
    takes: [takes.numericOrInterval],
    resolve: (given) => negated(given, argument(given, 0)),
    print: (texts, name) => (name === "negative" ? `negative(${texts[0]})` : `(- ${texts[0]})`),
  },
  positive: {
    takes: [takes.numericOrInterval],
    sugar: true,
    resolve: (given) => argument(given, 0),
    print: (texts) => `(+ ${texts[0]})`,
  },
  "=": comparison("=", ["=="]),
  "<=>": comparison("<=>", []),
  "<": comparison("<", []),
  "<=": comparison("<=", []),
  ">": comparison(">", []),
  ">=": comparison(">=", []),
  "!=": {
    aliases: ["<>"],
    arity: [2, 2],
    sugar: true,
    resolve: (given) => not(compared(given, "=")),
    print: (texts) => `(NOT (${texts[0]} = ${texts[1]}))`,
  },
  equal_null: {
    arity: [2, 2],
    sugar: true,
    resolve: (given) => compared(given, "<=>"),
  },
  and: { takes: [takes.boolean, takes.boolean], type: boolean, print: infix("AND") },
  or: { takes: [takes.boolean, takes.boolean], type: boolean, print: infix("OR") },
  not: { takes: [takes.boolean], aliases: ["!"], type: boolean, print: (t) => `(NOT ${t[0]})` },
  between: {
    arity: [3, 3],
    sugar: true,
    resolve: (given) => {
      const pair = (index: number) => [argument(given, 0), argument(given, index)] as const;
      const low = compared({ ...given, arguments: pair(1) }, ">=");
      const high = compared({ ...given, arguments: pair(2) }, "<=");
      return and([low, high]);
    },
  },
  "&": bitwise("&"),
  "|": bitwise("|"),
  "^": bitwise("^"),
  "~": {
    takes: [takes.integral],
    aliases: ["bitwise_not"],
    type: (args) => args[0]?.type ?? long,
    print: (texts) => `~${texts[0]}`,
  },
  "<<": shift("<<", "shiftleft"),
  ">>": shift(">>", "shiftright"),
  ">>>": shift(">>>", "shiftrightunsigned"),
  try_add: attempt("+"),
  try_subtract: attempt("-"),
  try_multiply: attempt("*"),
  try_divide: attempt("/"),
  try_mod: attempt("%"),
  try_pmod: attempt("pmod"),
  try_div: { takes: [takes.any, takes.any], nullable: true, type: long },
  try_eval: { takes: [takes.any], nullable: true, type: (args) => args[0]?.type ?? double },
};

function binary(name: string, entry: { readonly aliases?: readonly string[] }): Group[string] {
  return {
    ...entry,
    arity: name === "-" || name === "+" ? [1, 2] : [2, 2],
    resolve: (given) => {
      if (given.arguments.length === 2) return computed(given, name);
      const only = coerce(given, 0, takes.numericOrInterval);
      return name === "+" ? only : negated(given, only);
    },
    print: (texts, as, args) => {
      if (texts.length === 1) return `(${name} ${texts[0]})`;
      const temporal = temporalText(
        name,
        texts,
        args.map(({ type }) => type),
      );
      if (temporal !== undefined) return temporal;
      return as === "mod" ? `mod(${texts.join(", ")})` : infix(name)(texts);
    },
  };
}

/** `try_add` and its kin: null where the operator would fail. */
function attempt(name: string): Group[string] {
  return {
    arity: [2, 2],
    resolve: (given) => {
      const plain = arithmetic(given, name);
      return plain.kind === "call" ? attempted(plain) : plain;
    },
  };
}

const attempts: Readonly<Record<string, string>> = {
  "+": "try_add",
  "-": "try_subtract",
  "*": "try_multiply",
  "/": "try_divide",
  "%": "try_mod",
  pmod: "try_pmod",
  div: "try_div",
};

function attempted(plain: TypedCall): TypedExpression {
  const name = attempts[plain.name];
  return name === undefined ? tried(plain) : { ...plain, name, nullable: true };
}

/** Arithmetic as the session has it: without ANSI, what fails is null and whole numbers wrap. */
function computed(given: FunctionCall, name: string): TypedExpression {
  const exact = arithmetic(given, name);
  if (given.conf.ansi || exact.kind !== "call" || exact.name !== name) return exact;
  const divides = name === "/" || name === "%" || name === "pmod";
  if (divides || exact.type.type === "decimal") return attempted(exact);
  return isIntegral(exact.type) ? wrapped(exact) : exact;
}

/** Computes on whole numbers with room for every result, of which the low bits are kept. */
export function wrapped(exact: TypedCall): TypedExpression {
  const { type, name } = exact;
  const room = type.type === "long" ? decimal(19, 0) : long;
  const args = exact.arguments.map((argument) => cast(argument, room));
  const wide = type.type === "long" ? decimal(38, 0) : long;
  return cast(call(name, args, { type: wide }), type, "legacy");
}

function negated(given: FunctionCall, input: TypedExpression): TypedExpression {
  if (input.type.type === "interval") {
    return call("interval_negate", [input], { type: input.type });
  }
  const exact = call("negative", [input], { type: input.type });
  return given.conf.ansi || !isIntegral(input.type) ? exact : wrapped(exact);
}

function bitwise(name: string): Group[string] {
  return {
    arity: [2, 2],
    resolve: (given) => {
      const { ansi } = given.conf;
      const [left, right] = [argument(given, 0), argument(given, 1)];
      const type = wider(left.type, right.type, ansi);
      const text = left.type.type === "string" || right.type.type === "string";
      if (!type || !isIntegral(type) || (text && !ansi)) throw unfit(given, name);
      return call(name, [cast(left, type, modeOf(given)), cast(right, type, modeOf(given))], {
        type,
      });
    },
    print: infix(name),
  };
}

function shift(name: string, word: string): Group[string] {
  return {
    aliases: [word],
    takes: [
      {
        label: '("INT" or "BIGINT")',
        target: (type) =>
          type.type === "long"
            ? long
            : isNumeric(type) || type.type === "void"
              ? integer
              : undefined,
      },
      takes.integer,
    ],
    type: (args) => args[0]?.type ?? integer,
    print: (texts, as) => (as === word ? `${word}(${texts.join(", ")})` : infix(name)(texts)),
  };
}

function comparison(name: "=" | "<=>" | "<" | "<=" | ">" | ">=", aliases: string[]): Group[string] {
  return {
    aliases,
    arity: [2, 2],
    resolve: (given) => compared(given, name),
    print: (texts, _as, args) => {
      const [left = "", ...right] = wholeComparison(name, texts, args);
      return right.length === 0 ? left : infix(name)([left, ...right]);
    },
  };
}

/** A comparison with both sides cast to their common type. */
export function compared(
  given: FunctionCall,
  name: "=" | "<=>" | "<" | "<=" | ">" | ">=",
): TypedExpression {
  const left = argument(given, 0);
  const right = argument(given, 1);
  const type =
    decimalLiteralType(left, right) ?? operandType(left.type, right.type, given.conf.ansi);
  if (!type) throw different(given, left.type, right.type);
  const orderable = name === "=" || name === "<=>" ? type.type !== "map" : isOrderable(type);
  if (!orderable || (!isOrderable(type) && type.type !== "interval")) {
    throw error("DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", {
      sqlExpr: `"${given.text}"`,
      functionName: `\`${name}\``,
      dataType: quoteType(type),
    });
  }
  const mode = modeOf(given);
  return compare(name, cast(left, type, mode), cast(right, type, mode));
}

function decimalLiteralType(left: TypedExpression, right: TypedExpression): DataType | undefined {
  if (left.type.type !== "decimal" && right.type.type !== "decimal") return undefined;
  const a = decimalOfOperand(left);
  const b = decimalOfOperand(right);
  return a && b && widerDecimal(a, b);
}

function different(given: FunctionCall, left: DataType, right: DataType): Error {
  return error("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
    sqlExpr: `"${given.text}"`,
    left: quoteType(left),
    right: quoteType(right),
  });
}

/** `+ - * / % pmod`, with dates and intervals. */
function arithmetic(given: FunctionCall, name: string): TypedExpression {
  const temporal = datetimeArithmetic(given, name);
  if (temporal) return temporal;
  const [left, right] = numbers(given, name);
  const type =
    left.type.type === "decimal" && right.type.type === "decimal"
      ? arithmeticDecimal(name === "pmod" ? "%" : name, [left.type, right.type], given.conf)
      : left.type;
  const divides = name === "/" || name === "%" || name === "pmod";
  const overflows = type.type === "decimal" && !given.conf.ansi;
  const nullable = divides || overflows || left.nullable || right.nullable;
  return call(name, [left, right], { type, nullable });
}

/** Both sides as numbers of one type; decimals keep their own precision and scale. */
function numbers(given: FunctionCall, name: string): readonly [TypedExpression, TypedExpression] {
  const { ansi } = given.conf;
  const mode = modeOf(given);
  const [a, b] = [argument(given, 0), argument(given, 1)];
  const [leftType, rightType] = [
    numberType(a.type, b.type, ansi),
    numberType(b.type, a.type, ansi),
  ];
  if (!leftType || !rightType) throw unfit(given, name);
  const real = [leftType, rightType].find(
    (type) => type.type === "double" || type.type === "float",
  );
  if (name === "div" && real) {
    // What is divided to a whole number must be exact; Spark compares the types first.
    throw leftType.type === rightType.type
      ? wrongType(given, a.type, exactText)
      : different(given, a.type, b.type);
  }
  const left = cast(a, leftType, mode);
  const right = cast(b, rightType, mode);
  if (left.type.type === "decimal" || right.type.type === "decimal") {
    const [da, db] = [decimalOfOperand(left), decimalOfOperand(right)];
    if (da && db) return [cast(left, da, mode), cast(right, db, mode)];
    return [cast(left, double, mode), cast(right, double, mode)];
  }
  if (name === "/") return [cast(left, double, mode), cast(right, double, mode)];
  const common = wider(left.type, right.type, ansi) ?? double;
  const type = name === "div" ? long : common;
  return [cast(left, type, mode), cast(right, type, mode)];
}

/** Operands that do not go together; a literal of null or, in ANSI, a text takes any type. */
function unfit(given: FunctionCall, name: string): Error {
  const [left, right] = [argument(given, 0).type, argument(given, 1).type];
  const { ansi } = given.conf;
  const follows = (type: DataType): boolean =>
    type.type === "void" || (ansi && type.type === "string");
  const moved = name === "+" || name === "-" ? unfitMoment(given, name) : undefined;
  if (moved) return moved;
  if (left.type !== right.type && !follows(left) && !follows(right)) {
    return different(given, left, right);
  }
  const sum = name === "+" || name === "-" ? operandText : '"NUMERIC"';
  const quotient = name === "/" ? '("DOUBLE" or "DECIMAL")' : sum;
  const takesOnly = ["&", "|", "^"].includes(name) ? '"INTEGRAL"' : quotient;
  return wrongType(given, follows(left) ? right : left, takesOnly);
}

/** That an operator does not take operands of the type. */
export function wrongType(given: FunctionCall, actual: DataType, inputType = operandText): Error {
  return error("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", {
    sqlExpr: `"${given.text}"`,
    inputType,
    actualDataType: quoteType(actual),
  });
}

const exactText = '("BIGINT" or "DECIMAL" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")';
const operandText =
  '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")';

/** Beside a date only days can be added, and from a moment only a moment subtracted. */
function unfitMoment(given: FunctionCall, name: string): Error | undefined {
  const types = [argument(given, 0).type.type, argument(given, 1).type.type];
  const timestamps = types.map((type) => type === "timestamp" || type === "timestamp_ntz");
  if (name === "-" && timestamps.includes(true)) {
    return mismatch(given, timestamps[0] ? 1 : 0, '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"');
  }
  if (!types.includes("date")) return undefined;
  if (name === "-" && types[0] !== "date") return mismatch(given, 0, '"DATE"');
  return mismatch(given, types[0] === "date" ? 1 : 0, '("INT" or "SMALLINT" or "TINYINT")');
}

function numberType(type: DataType, other: DataType, ansi: boolean): DataType | undefined {
  if (isNumeric(type)) return type;
  if (type.type === "void") return isNumeric(other) ? other : double;
  if (type.type !== "string") return undefined;
  if (!ansi) return double;
  return isNumeric(other) ? withString(other) : undefined;
}
