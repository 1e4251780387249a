import { assert } from "../error/error.ts";
import { sameInterval } from "../schema/interval-field.ts";
import {
  boolean,
  type DataType,
  integer,
  long,
  nullType,
  type StructType,
  string,
} from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type {
  Column,
  Named,
  TypedAggregate,
  TypedCall,
  TypedCast,
  TypedExpression,
  TypedField,
  TypedLiteral,
  TypedReference,
} from "./typed.ts";

let last = 0;

/** A column id no other column of this process has. */
export function freshId(): number {
  last += 1;
  return last;
}

/** What a new column may leave out: it is nullable and has no metadata then. */
export interface ColumnOptions {
  readonly nullable?: boolean;
  readonly metadata?: Column["metadata"];
}

/** A column with a fresh id. */
export function newColumn(name: string, type: DataType, options: ColumnOptions = {}): Column {
  const { nullable = true, metadata = {} } = options;
  return Object.freeze({ id: freshId(), name, type, nullable, metadata });
}

/** One fresh column for each field of a schema. */
export function columnsOf(schema: StructType): readonly Column[] {
  return schema.fields.map((field) =>
    newColumn(field.name, field.type, { nullable: field.nullable, metadata: field.metadata }),
  );
}

/** Refers to a column. */
export function reference(column: Column): TypedReference {
  const { id, name, type, nullable } = column;
  return { kind: "reference", id, name, type, nullable };
}

/** A column that passes through: same id, so that what refers to it still does. */
export function passing(column: Column): Named {
  return { column, expression: reference(column) };
}

/** A call of a canonical function; nullable if an argument is, unless said. */
export function call(
  name: string,
  args: readonly TypedExpression[],
  typed: { readonly type: DataType; readonly nullable?: boolean },
): TypedCall {
  const nullable = typed.nullable ?? args.some((arg) => arg.nullable);
  return { kind: "call", name, arguments: args, type: typed.type, nullable };
}

export function aggregate(
  name: string,
  args: readonly TypedExpression[],
  typed: { readonly type: DataType; readonly nullable: boolean },
): TypedAggregate {
  return {
    kind: "aggregate",
    name,
    arguments: args,
    distinct: false,
    ignoreNulls: false,
    ...typed,
  };
}

/** A cast, or the input itself if it has the type. Literals of null just change their type. */
export function cast(
  input: TypedExpression,
  type: DataType,
  mode: TypedCast["mode"] = "ansi",
): TypedExpression {
  if (sameType(input.type, type)) return input;
  if (input.kind === "literal" && input.value === null) return literal(null, type);
  const nullable = input.nullable || mode !== "ansi";
  return { kind: "cast", input, type, mode, nullable };
}

export function literal(value: Value, type: DataType): TypedLiteral {
  return { kind: "literal", value, type, nullable: value === null };
}

export function nullLiteral(type: DataType = nullType): TypedLiteral {
  return literal(null, type);
}

export function integerLiteral(value: number): TypedLiteral {
  return literal(value, integer);
}

export function longLiteral(value: bigint): TypedLiteral {
  return literal(value, long);
}

export function stringLiteral(value: string): TypedLiteral {
  return literal(value, string);
}

export function booleanLiteral(value: boolean): TypedLiteral {
  return literal(value, boolean);
}

/** All of the conditions; true for none. */
export function and(conditions: readonly TypedExpression[]): TypedExpression {
  const [first, ...rest] = conditions;
  if (first === undefined) return booleanLiteral(true);
  return rest.reduce((left, right) => call("and", [left, right], { type: boolean }), first);
}

/** Any of the conditions; false for none. */
export function or(conditions: readonly TypedExpression[]): TypedExpression {
  const [first, ...rest] = conditions;
  if (first === undefined) return booleanLiteral(false);
  return rest.reduce((left, right) => call("or", [left, right], { type: boolean }), first);
}

export function not(condition: TypedExpression): TypedExpression {
  return call("not", [condition], { type: boolean });
}

/** `left name right` for a comparison; the operands have one type already. */
export function compare(
  name: "=" | "<=>" | "<" | "<=" | ">" | ">=",
  left: TypedExpression,
  right: TypedExpression,
): TypedExpression {
  const args = [left, right];
  return name === "<=>"
    ? call(name, args, { type: boolean, nullable: false })
    : call(name, args, { type: boolean });
}

export function isNull(input: TypedExpression): TypedExpression {
  return call("isnull", [input], { type: boolean, nullable: false });
}

export function isNotNull(input: TypedExpression): TypedExpression {
  return call("isnotnull", [input], { type: boolean, nullable: false });
}

/** The member of a struct, by name without case; the struct has it. */
export function member(input: TypedExpression, name: string): TypedField {
  assert(input.type.type === "struct", `${name} is asked of a ${input.type.type}`);
  const wanted = name.toLowerCase();
  const ordinal = input.type.fields.findIndex((field) => field.name.toLowerCase() === wanted);
  return memberAt(input, ordinal);
}

export function memberAt(input: TypedExpression, ordinal: number): TypedField {
  assert(input.type.type === "struct", `a member is asked of a ${input.type.type}`);
  const field = input.type.fields[ordinal];
  assert(field !== undefined, `the struct has no member ${ordinal}`);
  const nullable = input.nullable || field.nullable;
  return { kind: "field", input, ordinal, type: field.type, nullable };
}

/** `when(condition, value)… otherwise`; values have one type already. */
export function when(
  branches: readonly (readonly [TypedExpression, TypedExpression])[],
  otherwise?: TypedExpression,
): TypedExpression {
  const values = branches.map(([, value]) => value);
  if (otherwise) values.push(otherwise);
  const type = values[0]?.type ?? nullType;
  const nullable = otherwise === undefined || values.some((value) => value.nullable);
  const args = [...branches.flat(), ...(otherwise ? [otherwise] : [])];
  return call("when", args, { type, nullable });
}

/** Whether two types are the same, but for the nullability and metadata inside them. */
export function sameType(left: DataType, right: DataType): boolean {
  if (left.type !== right.type) return false;
  switch (left.type) {
    case "decimal":
      return (
        right.type === "decimal" && left.precision === right.precision && left.scale === right.scale
      );
    case "time":
      return right.type === "time" && left.precision === right.precision;
    case "interval":
      return right.type === "interval" && sameInterval(left, right);
    case "array":
      return right.type === "array" && sameType(left.elementType, right.elementType);
    case "map":
      return (
        right.type === "map" &&
        sameType(left.keyType, right.keyType) &&
        sameType(left.valueType, right.valueType)
      );
    case "struct":
      return (
        right.type === "struct" &&
        left.fields.length === right.fields.length &&
        left.fields.every((field, index) => {
          const other = right.fields[index];
          return (
            other !== undefined && field.name === other.name && sameType(field.type, other.type)
          );
        })
      );
    default:
      return true;
  }
}

/** Whether two types are the same but for the names of their fields. */
export function sameShape(left: DataType, right: DataType): boolean {
  if (left.type === "struct" && right.type === "struct") {
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((one, index) => {
        const other = right.fields[index];
        return other !== undefined && sameShape(one.type, other.type);
      })
    );
  }
  if (left.type === "array" && right.type === "array") {
    return sameShape(left.elementType, right.elementType);
  }
  if (left.type === "map" && right.type === "map") {
    return sameShape(left.keyType, right.keyType) && sameShape(left.valueType, right.valueType);
  }
  return sameType(left, right);
}

/** The expressions directly inside one; not those of a subquery's relation. */
export function children(expression: TypedExpression): readonly TypedExpression[] {
  switch (expression.kind) {
    case "literal":
    case "reference":
    case "variable":
      return [];
    case "call":
      return expression.arguments;
    case "cast":
    case "field":
      return [expression.input];
    case "lambda":
      return [expression.body];
    case "aggregate":
      return expression.filter
        ? [...expression.arguments, expression.filter]
        : expression.arguments;
    case "window":
      return [
        expression.function,
        ...expression.partition,
        ...expression.order.map((order) => order.input),
      ];
    case "subquery":
      return [...expression.values, ...expression.outer];
  }
}

/** The expression with its direct children replaced. */
export function mapChildren(
  expression: TypedExpression,
  change: (child: TypedExpression) => TypedExpression,
): TypedExpression {
  switch (expression.kind) {
    case "literal":
    case "reference":
    case "variable":
      return expression;
    case "call":
      return { ...expression, arguments: expression.arguments.map(change) };
    case "cast":
    case "field":
      return { ...expression, input: change(expression.input) };
    case "lambda":
      return { ...expression, body: change(expression.body) };
    case "aggregate": {
      const changed = { ...expression, arguments: expression.arguments.map(change) };
      return expression.filter ? { ...changed, filter: change(expression.filter) } : changed;
    }
    case "window": {
      // The function itself stays a function: only what is inside it changes.
      const inner = mapChildren(expression.function, change) as typeof expression.function;
      return {
        ...expression,
        function: inner,
        partition: expression.partition.map(change),
        order: expression.order.map((order) => ({ ...order, input: change(order.input) })),
      };
    }
    case "subquery":
      return { ...expression, values: expression.values.map(change) };
  }
}

/** Replaces from the top: where `change` gives something, nothing below it is visited. */
export function replace(
  expression: TypedExpression,
  change: (expression: TypedExpression) => TypedExpression | undefined,
): TypedExpression {
  return change(expression) ?? mapChildren(expression, (child) => replace(child, change));
}

/** Whether the expression or one inside it fulfils the test. */
export function some(
  expression: TypedExpression,
  test: (expression: TypedExpression) => boolean,
): boolean {
  return test(expression) || children(expression).some((child) => some(child, test));
}

/** The ids of the columns an expression reads, those that its subqueries read from outside too. */
export function referencesOf(expression: TypedExpression): ReadonlySet<number> {
  const ids = new Set<number>();
  some(expression, (one) => {
    if (one.kind === "reference") ids.add(one.id);
    return false;
  });
  return ids;
}
