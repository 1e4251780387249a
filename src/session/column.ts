import type { Alias, Call, Expression, SortOrder, WindowCall } from "../plan/expression.ts";
import { coerceValue } from "../schema/coerce.ts";
import { parseDataType } from "../schema/ddl.ts";
import { inferType } from "../schema/infer.ts";
import { type DataType, integer } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import type { WindowSpec } from "./window.ts";

/** What stands for a column where Spark takes a Column or a name. */
export type ColumnOrName = Column | string;

/** A value where Spark takes a literal; `Date` is an instant, to the millisecond. */
export type Literal = Value | Date;

/** An expression being built. Nothing is checked before the frame it is used in is. */
export class Column {
  readonly expression: Expression;
  constructor(expression: Expression) {
    this.expression = expression;
  }

  as(name: string, ...more: readonly string[]): Column {
    return new Column({ kind: "alias", input: this.expression, names: [name, ...more] });
  }
  alias(name: string, ...more: readonly string[]): Column {
    return this.as(name, ...more);
  }
  /** `type` is a DataType or its SQL name. A value that does not fit is an error (ANSI). */
  cast(type: DataType | string): Column {
    return new Column({ kind: "cast", input: this.expression, type: typeOf(type), mode: "cast" });
  }
  /** As `cast`, but a value that does not fit is null. */
  tryCast(type: DataType | string): Column {
    return new Column({ kind: "cast", input: this.expression, type: typeOf(type), mode: "try" });
  }

  plus(other: Column | Literal): Column {
    return this.#with("+", other);
  }
  minus(other: Column | Literal): Column {
    return this.#with("-", other);
  }
  multiply(other: Column | Literal): Column {
    return this.#with("*", other);
  }
  divide(other: Column | Literal): Column {
    return this.#with("/", other);
  }
  mod(other: Column | Literal): Column {
    return this.#with("%", other);
  }
  negate(): Column {
    return this.#with("negative");
  }
  eq(other: Column | Literal): Column {
    return this.#with("=", other);
  }
  /** Not equal: `a != b`. */
  notEqual(other: Column | Literal): Column {
    return this.eq(other).not();
  }
  eqNullSafe(other: Column | Literal): Column {
    return this.#with("<=>", other);
  }
  lt(other: Column | Literal): Column {
    return this.#with("<", other);
  }
  leq(other: Column | Literal): Column {
    return this.#with("<=", other);
  }
  gt(other: Column | Literal): Column {
    return this.#with(">", other);
  }
  geq(other: Column | Literal): Column {
    return this.#with(">=", other);
  }
  between(lower: Column | Literal, upper: Column | Literal): Column {
    return this.geq(lower).and(this.leq(upper));
  }
  and(other: Column | Literal): Column {
    return this.#with("and", other);
  }
  or(other: Column | Literal): Column {
    return this.#with("or", other);
  }
  not(): Column {
    return this.#with("not");
  }
  isNull(): Column {
    return this.#with("isnull");
  }
  isNotNull(): Column {
    return this.#with("isnotnull");
  }
  isNaN(): Column {
    return this.#with("isnan");
  }
  isin(...values: readonly (Column | Literal)[]): Column {
    return this.#with("in", ...values);
  }
  like(pattern: string): Column {
    return this.#with("like", pattern);
  }
  ilike(pattern: string): Column {
    return this.#with("ilike", pattern);
  }
  rlike(pattern: string): Column {
    return this.#with("rlike", pattern);
  }
  contains(other: Column | Literal): Column {
    return this.#with("contains", other);
  }
  startsWith(other: Column | Literal): Column {
    return this.#with("startswith", other);
  }
  endsWith(other: Column | Literal): Column {
    return this.#with("endswith", other);
  }
  /** Characters from the 1-based `position`. */
  substr(position: Column | number, length: Column | number): Column {
    return this.#with("substring", position, length);
  }
  /** A struct's member, a map's value, or an array's element (0-based). */
  getItem(key: Column | Literal): Column {
    return new Column({ kind: "extract", input: this.expression, key: operand(key) });
  }
  getField(name: string): Column {
    return this.getItem(name);
  }

  asc(): Column {
    return this.#order("asc");
  }
  desc(): Column {
    return this.#order("desc");
  }
  ascNullsFirst(): Column {
    return this.#order("asc", "first");
  }
  ascNullsLast(): Column {
    return this.#order("asc", "last");
  }
  descNullsFirst(): Column {
    return this.#order("desc", "first");
  }
  descNullsLast(): Column {
    return this.#order("desc", "last");
  }

  /** A further branch of `when(…)`. */
  when(condition: Column, value: Column | Literal): Column {
    const call = this.expression as Call;
    return new Column({
      ...call,
      arguments: [...call.arguments, condition.expression, operand(value)],
    });
  }
  /** The last branch of `when(…)`; without it the answer is null. */
  otherwise(value: Column | Literal): Column {
    const call = this.expression as Call;
    return new Column({ ...call, arguments: [...call.arguments, operand(value)] });
  }
  over(window: WindowSpec): Column {
    const over: WindowCall = { kind: "over", function: this.expression as Call, ...window.plan };
    return new Column(over);
  }

  #with(name: string, ...others: readonly (Column | Literal)[]): Column {
    return new Column(callOf(name, [this.expression, ...others.map(operand)]));
  }
  #order(direction: "asc" | "desc", nulls?: "first" | "last"): Column {
    const order: SortOrder = { kind: "order", input: this.expression, direction };
    return new Column(nulls ? { ...order, nulls } : order);
  }
}

/** A call by Spark's name. */
export function callOf(name: string, args: readonly Expression[]): Call {
  return { kind: "call", name, arguments: args };
}

/** A Column as it is; anything else as a literal. */
export function operand(value: Column | Literal): Expression {
  return value instanceof Column ? value.expression : literalOf(value);
}

/** A Column as it is; a string as the name of a column (`*` and `t.*` are stars). */
export function named(column: ColumnOrName): Expression {
  if (column instanceof Column) return column.expression;
  if (column === "*") return { kind: "star", target: [] };
  const parts = splitName(column);
  if (column.endsWith(".*")) return { kind: "star", target: parts.slice(0, -1) };
  return { kind: "attribute", name: parts };
}

/** An alias of the given name, whatever the column was called. */
export function aliasOf(name: string, column: Column): Alias {
  const { expression } = column;
  if (expression.kind === "alias") return { ...expression, names: [name] };
  return { kind: "alias", input: expression, names: [name] };
}

/** How `orderBy` takes a column: a name or a plain expression is ascending. */
export function orderOf(column: ColumnOrName): SortOrder {
  const expression = named(column);
  if (expression.kind === "order") return expression;
  return { kind: "order", input: expression, direction: "asc" };
}

function literalOf(value: Literal): Expression {
  const type = literalType(value);
  return { kind: "literal", value: coerceValue(value, type, "literal"), type };
}

/** Whole numbers that fit are int, as literals are in Spark. */
function literalType(value: Literal): DataType {
  if (Number.isInteger(value) && (value as number) === ((value as number) | 0)) return integer;
  return inferType(value);
}

function typeOf(type: DataType | string): DataType {
  return typeof type === "string" ? parseDataType(type) : type;
}

/** The parts of a dotted name; backquotes keep dots together. */
export function splitName(name: string): string[] {
  const parts: string[] = [];
  const pattern = /`((?:[^`]|``)*)`|([^.`]+)/g;
  for (const [, quoted, plain] of name.matchAll(pattern)) {
    parts.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll("``", "`"));
  }
  return parts.length > 0 ? parts : [name];
}
