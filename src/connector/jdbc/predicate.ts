import { sameType } from "../../analysis/expression.ts";
import type { TypedExpression } from "../../analysis/typed.ts";
import { toDecimal } from "../../schema/number.ts";
import { parseValue } from "../../schema/text.ts";
import type { DataType } from "../../schema/type.ts";
import { Decimal, type Value } from "../../schema/value.ts";
import type { DatabaseColumn, Dialect } from "./database.ts";

/** What conditions are said of. */
export interface PredicateScope {
  readonly dialect: Dialect;
  readonly columns: readonly DatabaseColumn[];
  readonly timeZone: string;
}

/** A condition in the database's words. `exact`: it lets the same rows through, and no others. */
interface Predicate {
  readonly sql: string;
  readonly exact: boolean;
}

const orders: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);
const mirrored: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** What of conditions the database can be trusted with. */
export interface Predicates {
  /** No row is lost that fulfils all conditions. */
  readonly texts: readonly string[];
  /** Whether just the rows that fulfil all conditions are let through. */
  readonly exact: boolean;
}

export function predicates(
  conditions: readonly TypedExpression[],
  scope: PredicateScope,
): Predicates {
  const known = conditions.map((one) => predicate(one, scope));
  return {
    texts: known.flatMap((one) => one?.sql ?? []),
    exact: known.every((one) => one?.exact === true),
  };
}

function predicate(condition: TypedExpression, scope: PredicateScope): Predicate | undefined {
  if (condition.kind !== "call") return undefined;
  const { name, arguments: parts } = condition;
  switch (name) {
    case "and":
    case "or": {
      const sides = parts.map((part) => predicate(part, scope));
      if (name === "and") return both(sides);
      const known = sides.filter((side) => side !== undefined);
      if (known.length < sides.length) return undefined;
      return { sql: `(${textsOf(known).join(" OR ")})`, exact: known.every(({ exact }) => exact) };
    }
    case "not": {
      const inner = parts[0] && predicate(parts[0], scope);
      return inner?.exact ? { sql: `(NOT ${inner.sql})`, exact: true } : undefined;
    }
    case "isnull":
    case "isnotnull": {
      const column = columnOf(parts[0], scope);
      if (column === undefined) return undefined;
      const word = name === "isnull" ? "IS NULL" : "IS NOT NULL";
      return { sql: `(${scope.dialect.quote(column.name)} ${word})`, exact: true };
    }
    default:
      return comparison(name, parts, scope);
  }
}

/** Of conditions that all must hold, those that are known. */
function both(sides: readonly (Predicate | undefined)[]): Predicate | undefined {
  const known = sides.filter((side) => side !== undefined);
  if (known.length === 0) return undefined;
  const exact = known.length === sides.length && known.every((side) => side.exact);
  return { sql: `(${textsOf(known).join(" AND ")})`, exact };
}

function textsOf(sides: readonly Predicate[]): readonly string[] {
  return sides.map(({ sql }) => sql);
}

function comparison(
  name: string,
  parts: readonly TypedExpression[],
  scope: PredicateScope,
): Predicate | undefined {
  const [left, ...others] = parts;
  if (left === undefined || others.length === 0) return undefined;
  const turned = left.kind !== "reference" && name !== "in";
  const [subject, constants] = turned ? [others[0], [left]] : [left, others];
  const column = columnOf(subject, scope);
  if (column?.compares === undefined) return undefined;
  const ordered = orders.has(name);
  if (ordered && column.compares !== "exactly") return undefined;
  if (!ordered && !["=", "<=>", "in"].includes(name)) return undefined;
  const values = constants.map((one) => constant(one, column.type, scope));
  const known = values.filter((value) => value !== undefined);
  if (known.length < values.length) return undefined;
  const quoted = scope.dialect.quote(column.name);
  const exact = column.compares === "exactly";
  if (name === "in") return { sql: `(${quoted} IN (${known.join(", ")}))`, exact };
  const sign = ordered ? (turned ? mirrored[name]! : name) : "=";
  // Of a null `<=>` is false, and `=` unknown: the same until it is negated.
  return { sql: `(${quoted} ${sign} ${known[0]})`, exact: exact && name !== "<=>" };
}

/** The column that an expression is, in the type that it is read as. */
export function columnOf(
  expression: TypedExpression | undefined,
  { columns }: Pick<PredicateScope, "columns">,
): DatabaseColumn | undefined {
  if (expression?.kind !== "reference") return undefined;
  const column = columns.find(({ name }) => name === expression.name);
  return column && sameType(column.type, expression.type) ? column : undefined;
}

/** The text of a constant of a column's type; none of null, which is equal to nothing. */
function constant(
  expression: TypedExpression,
  type: DataType,
  { dialect, timeZone }: PredicateScope,
): string | undefined {
  if (!sameType(expression.type, type)) return undefined;
  const value = literalValue(expression, timeZone);
  if (value === undefined || value === null) return undefined;
  return dialect.literal(value, type, timeZone);
}

/** The value of a literal, as it is or cast without loss. */
function literalValue(expression: TypedExpression, timeZone: string): Value | undefined {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind !== "cast") return undefined;
  const value = literalValue(expression.input, timeZone);
  const { type } = expression;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return parseValue(value, type, timeZone);
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
      return typeof value === "number" && Number.isInteger(value) ? value : undefined;
    case "long":
      if (typeof value === "bigint") return value;
      return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : undefined;
    case "decimal": {
      if (value instanceof Decimal) {
        return value.scale > type.scale ? undefined : toDecimal(value, type);
      }
      const whole = typeof value === "bigint" || Number.isInteger(value);
      return whole ? toDecimal(new Decimal(BigInt(value as number), 0), type) : undefined;
    }
    default:
      return undefined;
  }
}
