import {
  call,
  cast,
  isNotNull,
  literal,
  memberAt,
  or,
  stringLiteral,
  when,
} from "../../analysis/expression.ts";
import type { TypedExpression } from "../../analysis/typed.ts";
import { widens } from "../../log/type-widening.ts";
import { sameName, sameType } from "../../schema/compare.ts";
import { type DataType, field, type StructType, string, struct } from "../../schema/type.ts";

/** How a column of a file becomes one of the stream's. */
export interface Fitted {
  readonly value: TypedExpression;
  /** What of it has no place, and which of its parts are to be told of if they are not null. */
  readonly rest?: Rest;
}

interface Rest {
  readonly value: TypedExpression;
  readonly parts: readonly TypedExpression[];
}

export interface FitRules {
  readonly caseSensitive: boolean;
  /** Narrower types need an expression too: the format's reader takes none. */
  readonly exact?: boolean;
}

/**
 * The columns of a schema made of those of a file, by name: wider types take what is narrower,
 * others are null. `rests` are the columns and members that have no place, or are of another type.
 */
export function fitColumns(
  columns: readonly { readonly name: string; readonly expression: TypedExpression }[],
  schema: StructType,
  rules: FitRules,
): { readonly values: readonly TypedExpression[]; readonly rests: readonly [string, Rest][] } {
  const taken = new Set<string>();
  const rests: [string, Rest][] = [];
  const values = schema.fields.map(({ name, type }) => {
    const own = columns.find((one) => matches(one.name, name, rules));
    if (own === undefined) return literal(null, type);
    taken.add(own.name);
    const made = fitted(own.expression, type, rules);
    if (made.rest) rests.push([own.name, made.rest]);
    return made.value;
  });
  for (const { name, expression } of columns) {
    if (!taken.has(name)) rests.push([name, { value: expression, parts: [expression] }]);
  }
  return { values, rests };
}

/** Whether a file's columns fit as they are, so that they need no expression. */
export function fits(stored: StructType, schema: StructType, rules: FitRules): boolean {
  return stored.fields.every((own) => {
    const known = schema.fields.find(({ name }) => matches(own.name, name, rules));
    return known !== undefined && fitsType(own.type, known.type, rules);
  });
}

function fitsType(stored: DataType, type: DataType, rules: FitRules): boolean {
  if (stored.type === "struct" && type.type === "struct") return fits(stored, type, rules);
  return sameType(stored, type) || (!rules.exact && widens(stored, type));
}

function matches(left: string, right: string, { caseSensitive }: FitRules): boolean {
  return caseSensitive ? left === right : sameName(left, right);
}

function fitted(input: TypedExpression, type: DataType, rules: FitRules): Fitted {
  if (sameType(input.type, type)) return { value: input };
  if (input.type.type === "struct" && type.type === "struct") {
    return fitStruct(input, type, rules);
  }
  if (widens(input.type, type)) return { value: cast(input, type) };
  return { value: literal(null, type), rest: { value: input, parts: [input] } };
}

function fitStruct(input: TypedExpression, type: StructType, rules: FitRules): Fitted {
  const { fields } = input.type as StructType;
  const members = fields.map(({ name }, at) => ({ name, expression: memberAt(input, at) }));
  const { values, rests } = fitColumns(members, type, rules);
  const args = type.fields.flatMap(({ name }, at) => [stringLiteral(name), values[at]!]);
  const made = call("named_struct", args, { type, nullable: false });
  const value = when([[isNotNull(input), made]], literal(null, type));
  return rests.length > 0 ? { value, rest: packed(rests) } : { value };
}

function packed(rests: readonly (readonly [string, Rest])[]): Rest {
  const parts = rests.flatMap(([, rest]) => rest.parts);
  const value = ifAny(parts, named(rests.map(([name, rest]) => [name, rest.value])));
  return { value, parts };
}

/** A rescued record as JSON text, with the file it was in; null where all had a place. */
export function rescuedText(
  rests: readonly (readonly [string, Rest])[],
  path: TypedExpression | undefined,
): TypedExpression {
  if (rests.length === 0) return literal(null, string);
  const members = rests.map(([name, rest]) => [name, rest.value] as const);
  const record = named(path === undefined ? members : [...members, ["_file_path", path]]);
  const parts = rests.flatMap(([, rest]) => rest.parts);
  return call("to_json", [ifAny(parts, record)], { type: string, nullable: true });
}

/** A struct of these members. */
export function named(members: readonly (readonly [string, TypedExpression])[]): TypedExpression {
  const type = struct(members.map(([name, value]) => field(name, value.type)));
  const args = members.flatMap(([name, value]) => [stringLiteral(name), value]);
  return call("named_struct", args, { type, nullable: false });
}

function ifAny(parts: readonly TypedExpression[], value: TypedExpression): TypedExpression {
  const any = or(parts.map((part) => isNotNull(part)));
  return when([[any, value]], literal(null, value.type));
}
