import { error } from "../../error/error.ts";
import {
  type ArrayType,
  array,
  boolean,
  type DataType,
  field,
  integer,
  long,
  type MapType,
  map,
  nullType,
  string,
  struct,
} from "../../schema/type.ts";
import { comparedAs, isDatetime, isIntegral, withoutStrings } from "../coercion.ts";
import { call, cast, compare, integerLiteral, stringLiteral, when } from "../expression.ts";
import { quoteType } from "../type-text.ts";
import type { TypedExpression } from "../typed.ts";
import {
  argument,
  coerce,
  type FunctionCall,
  type Group,
  mismatch,
  modeOf,
  type Parameter,
  takes,
  unify,
} from "./definition.ts";

const many = Number.POSITIVE_INFINITY;
const none = array(nullType);
const same = (args: readonly TypedExpression[]) => args[0]?.type ?? nullType;
const collection = {
  label: '("ARRAY" or "MAP")',
  target: (type: DataType) =>
    type.type === "array" || type.type === "map" || type.type === "void" ? type : undefined,
};

const flag: Parameter["target"] = (type) =>
  type.type === "boolean" || type.type === "void" ? boolean : undefined;

const listOnly: Parameter["target"] = (type) => (type.type === "array" ? type : undefined);

/** Arrays, maps and structs. */
export const collections: Group = {
  array: { arity: [0, many], resolve: (given) => makeArray(unify(given)) },
  map: { arity: [0, many], resolve: makeMap },
  named_struct: { arity: [0, many], resolve: namedStruct },
  map_from_arrays: {
    takes: [takes.array, takes.array],
    type: (args) => mapOf(elementOf(args[0]), elementOf(args[1]), true),
  },
  map_from_entries: {
    takes: [takes.array],
    nullable: true,
    type: (args) => {
      const entry = elementOf(args[0]);
      const [key, value] = entry.type === "struct" ? entry.fields : [];
      return mapOf(key?.type ?? nullType, value?.type ?? nullType, value?.nullable ?? true);
    },
  },
  map_concat: { arity: [0, many], resolve: (given) => concatMaps(given) },
  map_keys: { takes: [takes.map], type: (args) => array(mapType(args[0]).keyType, false) },
  map_values: {
    takes: [takes.map],
    type: (args) => array(mapType(args[0]).valueType, mapType(args[0]).valueContainsNull),
  },
  map_entries: {
    takes: [takes.map],
    type: (args) => {
      const { keyType, valueType, valueContainsNull } = mapType(args[0]);
      return array(
        struct([field("key", keyType, false), field("value", valueType, valueContainsNull)]),
        false,
      );
    },
  },
  map_contains_key: {
    arity: [2, 2],
    takes: [takes.map],
    resolve: (given) => {
      const [input, key] = [argument(given, 0), argument(given, 1)];
      const { keyType, valueType, valueContainsNull } = mapType(input);
      if (key.type.type === "void" || input.type.type === "void") throw nullTyped(given);
      const type = withoutStrings(keyType, key.type, given.conf.ansi);
      if (!type) throw unlike(given, "MAP", [input, key]);
      const wide = cast(input, map(type, valueType, valueContainsNull), modeOf(given));
      return call("map_contains_key", [wide, cast(key, type, modeOf(given))], { type: boolean });
    },
  },
  size: {
    aliases: ["cardinality"],
    takes: [collection],
    resolve: (given) => {
      const input = argument(given, 0);
      const size = call("size", [input], { type: integer });
      if (given.conf.ansi) return size;
      // Legacy sizeOfNull: the size of null is -1.
      return call("coalesce", [size, integerLiteral(-1)], { type: integer, nullable: false });
    },
  },
  array_size: {
    takes: [takes.array],
    sugar: true,
    resolve: (given) => call("size", given.arguments, { type: integer }),
  },
  array_contains: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => withElement(given, "array_contains", boolean),
  },
  array_position: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => withElement(given, "array_position", long),
  },
  array_remove: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => withElement(given, "array_remove"),
  },
  array_append: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => grown(given, "array_append"),
  },
  array_prepend: {
    arity: [2, 2],
    takes: [takes.array],
    resolve: (given) => grown(given, "array_prepend"),
  },
  array_insert: {
    arity: [3, 3],
    takes: [takes.array, takes.integer],
    resolve: (given) => {
      const [list, at, value] = given.arguments as [
        TypedExpression,
        TypedExpression,
        TypedExpression,
      ];
      const [wideList, wideValue] = pair(given, list, value);
      const position = given.conf.negativeInsertBefore ? placeBefore(at) : at;
      const type = array(elementOf(wideList), true);
      return call("array_insert", [wideList, position, wideValue], {
        type,
        nullable: list.nullable || position.nullable,
      });
    },
  },
  array_distinct: { takes: [takes.array], type: same },
  array_compact: { takes: [takes.array], type: (args) => array(elementOf(args[0]), false) },
  array_union: pairwise("array_union", (left, right) => left.containsNull || right.containsNull),
  array_intersect: pairwise(
    "array_intersect",
    (left, right) => left.containsNull && right.containsNull,
  ),
  array_except: pairwise("array_except", (left) => left.containsNull),
  arrays_overlap: {
    arity: [2, 2],
    takes: [takes.array, takes.array],
    resolve: (given) => call("arrays_overlap", unify(given), { type: boolean, nullable: true }),
  },
  arrays_zip: { arity: [0, many], resolve: zip },
  array_join: {
    takes: [takes.strings, takes.string, takes.string],
    optional: 1,
    type: string,
  },
  array_max: { takes: [takes.array], type: (args) => elementOf(args[0]), nullable: true },
  array_min: { takes: [takes.array], type: (args) => elementOf(args[0]), nullable: true },
  array_repeat: {
    takes: [takes.any, takes.integer],
    resolve: (given) => {
      const [value, count] = [argument(given, 0), argument(given, 1)];
      return call("array_repeat", [value, count], {
        type: array(value.type, value.nullable),
        nullable: count.nullable,
      });
    },
  },
  sort_array: {
    takes: [takes.array, { ...takes.boolean, target: flag }],
    optional: 1,
    resolve: (given) => {
      const [
        list,
        ascending = { kind: "literal", value: true, type: boolean, nullable: false } as const,
      ] = given.arguments;
      return call("sort_array", [list ?? argument(given, 0), ascending], {
        type: argument(given, 0).type,
      });
    },
    print: (t) => `sort_array(${(t.length === 1 ? [...t, "true"] : t).join(", ")})`,
  },
  shuffle: { takes: [takes.array], deterministic: false, type: same },
  slice: { takes: [takes.array, takes.integer, takes.integer], type: same },
  flatten: {
    takes: [takes.array],
    nullable: true,
    type: (args) => {
      const inner = elementOf(args[0]);
      return inner.type === "array" ? inner : none;
    },
  },
  sequence: { arity: [2, 3], resolve: sequence },
  element_at: {
    arity: [2, 2],
    takes: [collection],
    resolve: (given) => at(given, given.conf.ansi ? "element_at" : "try_element_at"),
  },
  try_element_at: {
    arity: [2, 2],
    takes: [collection],
    resolve: (given) => at(given, "try_element_at"),
  },
  array_item: {
    takes: [takes.array, takes.integer],
    type: (args) => elementOf(args[0]),
    nullable: true,
  },
  get: {
    takes: [{ ...takes.array, target: listOnly }, takes.integer],
    type: (args) => elementOf(args[0]),
    nullable: true,
  },
};

/** A place from the end as it was counted before Spark 3.5: -1 was before the last element. */
function placeBefore(at: TypedExpression): TypedExpression {
  const negative = compare("<", at, integerLiteral(0));
  return when([[negative, call("-", [at, integerLiteral(1)], { type: integer })]], at);
}

function elementOf(list: TypedExpression | undefined): DataType {
  return list?.type.type === "array" ? list.type.elementType : nullType;
}

function mapType(input: TypedExpression | undefined): MapType {
  return input?.type.type === "map" ? input.type : map(nullType, nullType);
}

function arrayType(input: TypedExpression | undefined): ArrayType {
  return input?.type.type === "array" ? input.type : none;
}

function mapOf(key: DataType, value: DataType, valueContainsNull: boolean): MapType {
  return map(key, value, valueContainsNull);
}

function makeArray(items: readonly TypedExpression[]): TypedExpression {
  const element = items[0]?.type ?? nullType;
  const type = array(
    element,
    items.some((item) => item.nullable),
  );
  return call("array", items, { type, nullable: false });
}

function makeMap(given: FunctionCall): TypedExpression {
  const { length } = given.arguments;
  if (length % 2 !== 0) {
    throw error("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: "`map`",
      expectedNum: "2n (n > 0)",
      actualNum: length,
    });
  }
  const places = given.arguments.map((_, index) => index);
  const keys = unify(
    given,
    places.filter((index) => index % 2 === 0),
  );
  const both = unify(
    { ...given, arguments: keys },
    places.filter((index) => index % 2 === 1),
  );
  const [key, value] = [both[0]?.type ?? nullType, both[1]?.type ?? nullType];
  const containsNull = both.some((item, index) => index % 2 === 1 && item.nullable);
  return call("map", both, { type: map(key, value, containsNull), nullable: false });
}

/** Names are constant texts; the typed call keeps only name, value, name, value…. */
function namedStruct(given: FunctionCall): TypedExpression {
  const { length } = given.arguments;
  if (length % 2 !== 0) {
    throw error("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: "`named_struct`",
      expectedNum: "2n (n > 0)",
      actualNum: length,
    });
  }
  const fields = [];
  for (let index = 0; index + 1 < length; index += 2) {
    const [name, value] = [argument(given, index), argument(given, index + 1)];
    if (name.kind !== "literal" || typeof name.value !== "string") {
      throw error("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", {
        sqlExpr: `"${given.text}"`,
        inputExprs: `["${given.texts[index] ?? ""}"]`,
      });
    }
    fields.push(field(name.value, value.type, value.nullable));
  }
  return call("named_struct", given.arguments, { type: struct(fields), nullable: false });
}

/** A struct of these values under these names. */
export function makeStruct(
  names: readonly string[],
  values: readonly TypedExpression[],
): TypedExpression {
  const fields = values.map((value, index) =>
    field(names[index] ?? `col${index + 1}`, value.type, value.nullable),
  );
  const args = values.flatMap((value, index) => [
    stringLiteral(names[index] ?? `col${index + 1}`),
    value,
  ]);
  return call("named_struct", args, { type: struct(fields), nullable: false });
}

function concatMaps(given: FunctionCall): TypedExpression {
  for (const [index, arg] of given.arguments.entries()) {
    if (arg.type.type !== "map" && arg.type.type !== "void") throw mismatch(given, index, '"MAP"');
  }
  const args = unify(given);
  const type = args.length === 0 ? map(string, string) : same(args);
  return call("map_concat", args, { type });
}

/** The array and the value brought to one element type. */
function pair(
  given: FunctionCall,
  list: TypedExpression,
  value: TypedExpression,
): readonly [TypedExpression, TypedExpression] {
  const type = withoutStrings(elementOf(list), value.type, given.conf.ansi);
  if (!type) throw unlike(given, "ARRAY", [list, value]);
  const mode = modeOf(given);
  return [cast(list, array(type, arrayType(list).containsNull), mode), cast(value, type, mode)];
}

function unlike(
  given: FunctionCall,
  kind: "ARRAY" | "MAP",
  [container, value]: readonly [TypedExpression, TypedExpression],
): Error {
  const code =
    kind === "MAP"
      ? "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES"
      : "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES";
  return error(code, {
    sqlExpr: `"${given.text}"`,
    functionName: `\`${given.name}\``,
    dataType: `"${kind}"`,
    leftType: quoteType(container.type),
    rightType: quoteType(value.type),
  });
}

function nullTyped(given: FunctionCall): Error {
  return error("DATATYPE_MISMATCH.NULL_TYPE", {
    sqlExpr: `"${given.text}"`,
    functionName: `\`${given.name}\``,
  });
}

function withElement(given: FunctionCall, name: string, type?: DataType): TypedExpression {
  if (given.arguments.some((one) => one.type.type === "void")) throw nullTyped(given);
  const [list, value] = pair(given, argument(given, 0), argument(given, 1));
  const uncertain = name === "array_contains" && arrayType(list).containsNull;
  return call(name, [list, value], {
    type: type ?? list.type,
    nullable: list.nullable || value.nullable || uncertain,
  });
}

function grown(given: FunctionCall, name: string): TypedExpression {
  const [list, value] = pair(given, argument(given, 0), argument(given, 1));
  const type = array(elementOf(list), arrayType(list).containsNull || value.nullable);
  return call(name, [list, value], { type, nullable: list.nullable });
}

function pairwise(
  name: string,
  containsNull: (left: ArrayType, right: ArrayType) => boolean,
): Group[string] {
  return {
    arity: [2, 2],
    takes: [takes.array, takes.array],
    resolve: (given) => {
      const args = unify(given);
      const nulls = containsNull(arrayType(argument(given, 0)), arrayType(argument(given, 1)));
      return call(name, args, { type: array(elementOf(args[0]), nulls) });
    },
  };
}

/** Members take the names of the columns zipped, else their position. */
function zip(given: FunctionCall): TypedExpression {
  const lists = given.arguments.map((arg) => (arg.type.type === "void" ? cast(arg, none) : arg));
  const fields = lists.map((arg, index) => {
    if (arg.type.type !== "array") throw mismatch(given, index, '"ARRAY"');
    const name = arg.kind === "reference" ? arg.name : (fieldName(arg) ?? String(index));
    return field(name, elementOf(arg), true);
  });
  return call("arrays_zip", lists, { type: array(struct(fields), false) });
}

function fieldName(input: TypedExpression): string | undefined {
  if (input.kind !== "field" || input.input.type.type !== "struct") return undefined;
  return input.input.type.fields[input.ordinal]?.name;
}

/** Whole numbers by a number, or dates and times by an interval; a day if no step is given. */
function sequence(given: FunctionCall): TypedExpression {
  const step = given.arguments[2];
  const args = step?.type.type === "interval" ? unify(given, [0, 1]) : unify(given);
  const type = same(args);
  const steps = step === undefined || step.type.type === "interval";
  if (!isIntegral(type) && !(isDatetime(type) && steps)) throw wrongSequence(given);
  if (isIntegral(type) && step?.type.type === "interval") throw wrongSequence(given);
  return call("sequence", args, { type: array(type, false) });
}

function wrongSequence(given: FunctionCall): Error {
  return error("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", {
    sqlExpr: `"${given.text}"`,
    functionName: `\`${given.name}\``,
  });
}

function at(given: FunctionCall, name: string): TypedExpression {
  const [input, key] = [argument(given, 0), argument(given, 1)];
  if (input.type.type === "map") {
    const type = comparedAs(input.type.keyType, key.type, given.conf.ansi);
    if (!type) throw mismatch(given, 1, quoteType(input.type.keyType));
    const at = cast(key, input.type.keyType, modeOf(given));
    return call(name, [input, at], { type: input.type.valueType, nullable: true });
  }
  const index = coerce(given, 1, takes.integer);
  return call(name, [input, index], { type: elementOf(input), nullable: true });
}
