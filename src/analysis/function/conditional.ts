import { error } from "../../error/error.ts";
import { boolean, type DataType, double, float, nullType } from "../../schema/type.ts";
import { comparedAs, widest } from "../coercion.ts";
import { call, cast, integerLiteral, isNotNull, nullLiteral, when } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  type FunctionCall,
  type Group,
  modeOf,
  oneOf,
  takes,
  unify,
  upperCase,
} from "./definition.ts";
import { compared } from "./operator.ts";

const typeOf = (args: readonly TypedExpression[]): DataType => args[0]?.type ?? nullType;
const many = Number.POSITIVE_INFINITY;

/** Null handling, CASE, IN and LIKE. */
export const conditionals: Group = {
  isnull: { takes: [takes.any], type: boolean, nullable: false, print: (t) => `(${t[0]} IS NULL)` },
  isnotnull: {
    takes: [takes.any],
    type: boolean,
    nullable: false,
    print: (t) => `(${t[0]} IS NOT NULL)`,
  },
  isnan: { takes: [oneOf(double, float)], type: boolean, nullable: false },
  coalesce: {
    arity: [1, many],
    resolve: (given) => coalesce(unify(given)),
  },
  nvl: {
    aliases: ["ifnull"],
    arity: [2, 2],
    sugar: true,
    resolve: (given) => coalesce(unify(given)),
  },
  nvl2: {
    arity: [3, 3],
    sugar: true,
    resolve: (given) => {
      const [test, yes, no] = unify(given, [1, 2]);
      return choose(isNotNull(test as TypedExpression), yes, no);
    },
  },
  nullif: {
    arity: [2, 2],
    sugar: true,
    resolve: (given) => {
      const left = argument(given, 0);
      return choose(compared(given, "="), nullLiteral(left.type), left);
    },
  },
  nullifzero: {
    arity: [1, 1],
    sugar: true,
    resolve: (given) => {
      const left = argument(given, 0);
      const zero = { ...given, arguments: [left, integerLiteral(0)] };
      return choose(compared(zero, "="), nullLiteral(left.type), left);
    },
  },
  zeroifnull: {
    arity: [1, 1],
    sugar: true,
    resolve: (given) => {
      const zero = { ...given, arguments: [argument(given, 0), integerLiteral(0)] };
      return coalesce(unify(zero, [0, 1]));
    },
  },
  nanvl: {
    arity: [2, 2],
    takes: [oneOf(double, float), oneOf(double, float)],
    resolve: (given) => {
      const args = unify(given);
      return call("nanvl", args, { type: typeOf(args) });
    },
  },
  if: {
    aliases: ["iff"],
    arity: [3, 3],
    takes: [takes.boolean],
    sugar: true,
    resolve: (given) => {
      const [test, yes, no] = unify(given, [1, 2]);
      return choose(test as TypedExpression, yes, no);
    },
    print: (texts) => `(IF(${texts.join(", ")}))`,
  },
  when: {
    arity: [2, many],
    resolve: branches,
    print: caseText,
  },
  in: {
    arity: [2, many],
    resolve: memberOf,
    print: (texts) => `(${texts[0]} IN (${texts.slice(1).join(", ")}))`,
  },
  greatest: { arity: [2, many], resolve: (given) => extreme(given, "greatest") },
  least: { arity: [2, many], resolve: (given) => extreme(given, "least") },
  like: {
    takes: [takes.string, takes.string, takes.string],
    optional: 1,
    resolve: (given) => likened(given, "like"),
    print: (t) =>
      t[2] === undefined ? `${t[0]} LIKE ${t[1]}` : `${t[0]} LIKE ${t[1]} ESCAPE '${t[2]}'`,
  },
  ilike: {
    takes: [takes.string, takes.string, takes.string],
    optional: 1,
    resolve: (given) => likened(given, "ilike"),
    print: (t) =>
      t[2] === undefined ? `ilike(${t[0]}, ${t[1]})` : `ilike(${t[0]}, ${t[1]}, '${t[2]}')`,
  },
  rlike: {
    takes: [takes.string, takes.string],
    aliases: ["regexp", "regexp_like"],
    type: boolean,
    print: upperCase,
  },
  assert_true: {
    takes: [takes.boolean, takes.string],
    optional: 1,
    type: nullType,
    nullable: true,
  },
  raise_error: { takes: [takes.string], type: nullType, nullable: true },
};

function likened(given: FunctionCall, name: string): TypedExpression {
  const [, pattern, mark] = given.arguments;
  if (pattern?.kind === "literal" && typeof pattern.value === "string") {
    checkEscapes(pattern.value, mark?.kind === "literal" ? String(mark.value) : "\\");
  }
  return call(name, given.arguments, { type: boolean });
}

/** The escape character may stand before itself, `_` and `%` alone. */
function checkEscapes(pattern: string, mark: string): void {
  const format = `'${pattern}'`;
  for (let at = pattern.indexOf(mark); at >= 0; at = pattern.indexOf(mark, at + 2)) {
    const char = [...pattern.slice(at + 1)][0];
    if (char === undefined) throw error("INVALID_FORMAT.ESC_AT_THE_END", { format });
    if (char === "_" || char === "%" || char === mark) continue;
    throw error("INVALID_FORMAT.ESC_IN_THE_MIDDLE", { format, char: `'${char}'` });
  }
}

function choose(
  test: TypedExpression,
  yes: TypedExpression | undefined,
  no: TypedExpression | undefined,
): TypedExpression {
  return when([[test, yes ?? nullLiteral()]], no ?? nullLiteral());
}

/** The first that is not null. */
export function coalesce(args: readonly TypedExpression[]): TypedExpression {
  const nullable = args.every((arg) => arg.nullable);
  return call("coalesce", args, { type: typeOf(args), nullable });
}

function extreme(given: FunctionCall, name: string): TypedExpression {
  const args = unify(given);
  const nullable = args.every((arg) => arg.nullable);
  return call(name, args, { type: typeOf(args), nullable });
}

function branches(given: FunctionCall): TypedExpression {
  const { length } = given.arguments;
  const values: number[] = [];
  for (let index = 1; index < length; index += 2) values.push(index);
  if (length % 2 === 1) values.push(length - 1);
  const args = unify(given, values);
  const pairs: (readonly [TypedExpression, TypedExpression])[] = [];
  for (let index = 0; index + 1 < length; index += 2) {
    const [test, value] = [args[index], args[index + 1]];
    if (!test || !value) continue;
    if (test.type.type !== "boolean" && test.type.type !== "void") {
      throw error("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
        sqlExpr: `"${given.text}"`,
        paramIndex: index === 0 ? "first" : `${index + 1}th`,
        requiredType: '"BOOLEAN"',
        inputSql: `"${given.texts[index] ?? ""}"`,
        inputType: quoteType(test.type),
      });
    }
    pairs.push([cast(test, boolean), value]);
  }
  return when(pairs, length % 2 === 1 ? args[length - 1] : undefined);
}

function caseText(texts: readonly string[]): string {
  const parts = ["CASE"];
  for (let index = 0; index + 1 < texts.length; index += 2) {
    parts.push(`WHEN ${texts[index]} THEN ${texts[index + 1]}`);
  }
  if (texts.length % 2 === 1) parts.push(`ELSE ${texts[texts.length - 1]}`);
  return `${parts.join(" ")} END`;
}

function memberOf(given: FunctionCall): TypedExpression {
  const types = given.arguments.map((arg) => arg.type);
  const [first, ...rest] = types;
  const { ansi } = given.conf;
  // Without ANSI, IN with one string among numbers compares as strings: CASE's rule, not `=`'s.
  const type =
    ansi || rest.length > 1
      ? widest(types, ansi)
      : first && rest[0] && comparedAs(first, rest[0], ansi);
  if (!type) return call("in", unify(given), { type: boolean });
  const args = given.arguments.map((arg) => cast(arg, type, modeOf(given)));
  return call("in", args, { type: boolean });
}
