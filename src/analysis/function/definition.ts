import { error } from "../../error/error.ts";
import { sqlDataType } from "../../schema/ddl.ts";
import {
  array,
  binary,
  boolean,
  type DataType,
  date,
  double,
  integer,
  long,
  string,
  timestamp,
} from "../../schema/type.ts";
import { implicitly, isIntegral, isNumeric, isOrderable, widest } from "../coercion.ts";
import type { AnalysisConf, SchemaLookup, TextInference } from "../conf.ts";
import { aggregate, call, cast } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedCall, TypedExpression, TypedLambda } from "../typed.ts";

/** A call as a definition gets it: arguments typed, not yet coerced. */
export interface FunctionCall {
  /** As the user wrote it, in lower case. */
  readonly name: string;
  /** A lambda stands here as a null literal: `bind` types it. */
  readonly arguments: readonly TypedExpression[];
  /** What Spark prints for each argument. */
  readonly texts: readonly string[];
  /** What Spark prints for the call. */
  readonly text: string;
  readonly conf: AnalysisConf;
  readonly ignoreNulls: boolean;
  readonly infer: TextInference;
  readonly lookup: SchemaLookup;
  /** How many parameters the lambda at this place has; undefined: it is not a lambda. */
  lambda(index: number): number | undefined;
  /** Types the lambda at this place; it may declare fewer parameters than there are types. */
  bind(index: number, parameters: readonly LambdaParameter[]): TypedLambda;
}

export interface LambdaParameter {
  readonly type: DataType;
  readonly nullable: boolean;
}

/** One Spark function: how its arguments are coerced and what comes out. */
export interface FunctionDefinition {
  /** Canonical: what TypedCall and TypedAggregate carry, unless it is sugar. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: "scalar" | "aggregate" | "window" | "generator";
  readonly deterministic: boolean;
  /** Rewritten at analysis to other functions: no engine sees it. */
  readonly sugar: boolean;
  readonly arity: readonly [minimum: number, maximum: number];
  /** The numbers of arguments it takes, where not all between those two. */
  readonly counts?: readonly number[];
  /** What its parameters are called, where Spark lets arguments be given by name. */
  readonly parameters?: readonly string[];
  readonly resolve: (call: FunctionCall) => TypedExpression;
  /** What Spark prints, if it is not `name(arguments)`. */
  readonly print?: Print;
}

/** `args` are the arguments as they were given, not coerced. */
type Print = (texts: readonly string[], name: string, args: readonly TypedExpression[]) => string;

/** What a parameter takes. `target` is the type the argument is cast to. */
export interface Parameter {
  readonly label: string;
  readonly target: (type: DataType, ansi: boolean) => DataType | undefined;
}

function exactly(type: DataType): Parameter {
  return {
    label: quoteType(type),
    target: (from, ansi) => implicitly(from, type, ansi),
  };
}

/** The type itself: nothing becomes it by itself but a null (Spark: `ExpectsInputTypes`). */
export function only(type: DataType): Parameter {
  return {
    label: quoteType(type),
    target: (from) => (from.type === type.type || from.type === "void" ? type : undefined),
  };
}

/** The first of the types that the argument has, else the first it can become. */
export function oneOf(...types: readonly DataType[]): Parameter {
  return {
    label: `(${types.map(quoteType).join(" or ")})`,
    target: (from, ansi) => {
      if (types.some((type) => type.type === from.type)) return from;
      for (const type of types) {
        const target = implicitly(from, type, ansi);
        if (target) return target;
      }
      return undefined;
    },
  };
}

function family(label: string, test: (type: DataType) => boolean, other?: DataType): Parameter {
  return {
    label,
    target: (from) => {
      if (test(from)) return from;
      return other && (from.type === "void" || from.type === "string") ? other : undefined;
    },
  };
}

const ofKind = (kind: DataType["type"], label: string): Parameter =>
  family(label, (type) => type.type === kind || type.type === "void");

/** Parameters by what they take. */
export const takes = {
  any: family('"ANY"', () => true),
  string: exactly(string),
  integer: exactly(integer),
  long: exactly(long),
  double: exactly(double),
  boolean: exactly(boolean),
  binary: exactly(binary),
  date: exactly(date),
  timestamp: exactly(timestamp),
  numeric: family('"NUMERIC"', isNumeric, double),
  integral: family('"INTEGRAL"', isIntegral, long),
  numericOrInterval: family(
    '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
    (type) => isNumeric(type) || type.type === "interval",
    double,
  ),
  orderable: family('"ORDERABLE"', isOrderable),
  array: ofKind("array", '"ARRAY"'),
  map: ofKind("map", '"MAP"'),
  struct: ofKind("struct", '"STRUCT"'),
  strings: exactly(array(string)),
  stringOrBinary: oneOf(string, binary),
  stringLiteral: exactly(string),
} as const satisfies Record<string, Parameter>;

/** The short form of a definition; `type` is the result, or how it follows from the arguments. */
export interface Entry {
  readonly aliases?: readonly string[];
  /** Absent: any arguments. */
  readonly takes?: readonly Parameter[];
  /** How many of `takes` may be left out at the end. */
  readonly optional?: number;
  /** What any number of further arguments are. */
  readonly rest?: Parameter;
  readonly type?: DataType | ((args: readonly TypedExpression[]) => DataType);
  /** Absent: null if an argument is. */
  readonly nullable?: boolean;
  readonly deterministic?: boolean;
  readonly kind?: FunctionDefinition["kind"];
  readonly arity?: readonly [number, number];
  readonly counts?: readonly number[];
  readonly parameters?: readonly string[];
  readonly sugar?: boolean;
  /** For what the short form cannot say; gets the arguments already coerced by `takes`. */
  readonly resolve?: (call: FunctionCall) => TypedExpression;
  readonly print?: FunctionDefinition["print"];
}

/** A group of functions: canonical name to its short form. */
export type Group = Readonly<Record<string, Entry>>;

export function define(name: string, entry: Entry): FunctionDefinition {
  const { aliases = [], kind = "scalar", deterministic = true, sugar = false } = entry;
  const definition = {
    name,
    aliases,
    kind,
    deterministic,
    sugar,
    arity: entry.arity ?? arityOf(entry),
    resolve: (given: FunctionCall) => {
      const coerced = { ...given, arguments: coerceAll(entry, given) };
      return entry.resolve ? entry.resolve(coerced) : plain(name, entry, coerced);
    },
  };
  const { print, counts, parameters } = entry;
  return {
    ...definition,
    ...(print ? { print } : {}),
    ...(counts ? { counts } : {}),
    ...(parameters ? { parameters } : {}),
  };
}

function arityOf(entry: Entry): readonly [number, number] {
  const most = entry.takes?.length ?? 0;
  const fewest = most - (entry.optional ?? 0);
  return [fewest, entry.rest ? Number.POSITIVE_INFINITY : most];
}

function plain(name: string, entry: Entry, given: FunctionCall): TypedExpression {
  const args = given.arguments;
  const type = typeof entry.type === "function" ? entry.type(args) : (entry.type ?? string);
  if (entry.kind === "aggregate") {
    return aggregate(name, args, { type, nullable: entry.nullable ?? true });
  }
  return entry.nullable === undefined
    ? call(name, args, { type })
    : call(name, args, { type, nullable: entry.nullable });
}

function coerceAll(entry: Entry, given: FunctionCall): readonly TypedExpression[] {
  return given.arguments.map((_, index) => {
    const parameter = entry.takes?.[index] ?? entry.rest;
    return parameter ? coerce(given, index, parameter) : argument(given, index);
  });
}

export function argument(given: FunctionCall, index: number): TypedExpression {
  const found = given.arguments[index];
  if (!found) throw new Error(`Assertion failed: ${given.name} has no argument ${index}`);
  return found;
}

/** The argument cast to what the parameter takes, or DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE. */
export function coerce(given: FunctionCall, index: number, parameter: Parameter): TypedExpression {
  const input = argument(given, index);
  if (given.lambda(index) !== undefined) return input;
  const target = parameter.target(input.type, given.conf.ansi);
  if (!target) throw mismatch(given, index, parameter.label);
  return cast(input, target, given.conf.ansi ? "ansi" : "legacy");
}

export function mismatch(given: FunctionCall, index: number, required: string): Error {
  return error("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
    sqlExpr: `"${given.text}"`,
    paramIndex: ordinalText(index + 1),
    requiredType: required,
    inputSql: `"${given.texts[index] ?? ""}"`,
    inputType: quoteType(argument(given, index).type),
  });
}

const ordinals = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh"];

/** Spark's words: `first`, `second`, …, `10th`. */
export function ordinalText(number: number): string {
  return [...ordinals, "eighth", "ninth", "tenth"][number] ?? `${number}th`;
}

/** Casts the arguments at these places to their common type, or DATA_DIFF_TYPES. */
export function unify(given: FunctionCall, places?: readonly number[]): TypedExpression[] {
  const chosen = places ?? given.arguments.map((_, index) => index);
  const types = chosen.map((index) => argument(given, index).type);
  const type = widest(types, given.conf.ansi);
  if (!type) {
    throw error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", {
      sqlExpr: `"${given.text}"`,
      functionName: `\`${given.name}\``,
      dataType: `(${types.map((one) => `"${sqlDataType(one)}"`).join(" or ")})`,
    });
  }
  const result = [...given.arguments];
  for (const index of chosen) result[index] = cast(argument(given, index), type, modeOf(given));
  return result;
}

export function modeOf(given: FunctionCall): "ansi" | "legacy" {
  return given.conf.ansi ? "ansi" : "legacy";
}

/** The call's value, or null where it fails. */
export function tried(plain: TypedCall): TypedCall {
  return call("try_eval", [plain], { type: plain.type, nullable: true });
}

/** The text of a string literal argument, or NON_FOLDABLE_INPUT. */
export function constantText(given: FunctionCall, index: number): string {
  const input = argument(given, index);
  if (input.kind === "literal" && typeof input.value === "string") return input.value;
  throw nonFoldable(given, index, "STRING");
}

/** The whole number a literal argument is, or NON_FOLDABLE_INPUT. */
export function constantNumber(given: FunctionCall, index: number): number {
  const input = argument(given, index);
  const inner = input.kind === "cast" ? input.input : input;
  const negative = inner.kind === "call" && inner.name === "negative";
  const value = negative ? inner.arguments[0] : inner;
  if (value?.kind === "literal") {
    if (typeof value.value === "number" || typeof value.value === "bigint") {
      return negative ? -Number(value.value) : Number(value.value);
    }
  }
  throw nonFoldable(given, index, "INT");
}

function nonFoldable(given: FunctionCall, index: number, type: string): Error {
  return error("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", {
    sqlExpr: `"${given.text}"`,
    inputName: `\`${given.texts[index] ?? ""}\``,
    inputType: `"${type}"`,
    inputExpr: `"${given.texts[index] ?? ""}"`,
  });
}

/** Prints the name in capitals, as Spark does for its older mathematical functions. */
export function upperCase(texts: readonly string[], name: string): string {
  return `${name.toUpperCase()}(${texts.join(", ")})`;
}
