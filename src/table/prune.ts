import type { TypedCall, TypedExpression } from "../analysis/typed.ts";
import type { Add } from "../log/action.ts";
import { columnMappingMode, physicalName, physicalPath } from "../log/column-mapping.ts";
import { partitionValue } from "../log/partition.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { type FileStatistics, parseStatistics } from "../log/statistics.ts";
import { findField } from "../schema/compare.ts";
import type { DataType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { compareValues } from "./order.ts";

/** Which outcomes a condition can have for some row of a file. */
export interface Outcomes {
  readonly true: boolean;
  readonly false: boolean;
  readonly null: boolean;
}

/** What is known of a value over the rows of a file; a bound that is left out is not known. */
interface Range {
  readonly min?: Value | undefined;
  readonly max?: Value | undefined;
  readonly mayBeNull: boolean;
  readonly mayBeValue: boolean;
}

const anything: Outcomes = { true: true, false: true, null: true };
const unknown: Range = { mayBeNull: true, mayBeValue: true };

/** Whether some row of the file may fulfil all conditions, by partition values and statistics. */
export function mayMatch(
  file: Add,
  conditions: readonly TypedExpression[],
  table: PrunedTable,
): boolean {
  const facts = factsOf(file, table);
  return conditions.every((condition) => outcomesOf(condition, facts).true);
}

/** Whether every row of the file is known to fulfil the condition. */
export function allMatch(file: Add, condition: TypedExpression, table: PrunedTable): boolean {
  const outcomes = outcomesOf(condition, factsOf(file, table));
  return !outcomes.false && !outcomes.null;
}

/** What tells where a file's values of a column are written down: a snapshot. */
export type PrunedTable = Pick<Snapshot, "schema" | "metadata">;

interface Facts {
  readonly partition: (name: string) => Value | undefined;
  readonly statistics: () => FileStatistics | undefined;
  /** The path that statistics have for a column's. */
  readonly stored: (path: readonly string[]) => readonly string[] | undefined;
}

function factsOf(file: Add, { schema, metadata }: PrunedTable): Facts {
  const mode = columnMappingMode(metadata);
  let parsed: { readonly statistics: FileStatistics | undefined } | undefined;
  return {
    partition: (name) => {
      const column = findField(schema, name);
      if (column === undefined || !metadata.partitionColumns.includes(column.name))
        return undefined;
      return partitionValue(file.partitionValues[physicalName(column, mode)], column.type);
    },
    stored: (path) => physicalPath(schema, path, mode),
    statistics: () => {
      parsed ??= { statistics: parseStatistics(file.stats) };
      return parsed.statistics;
    },
  };
}

function outcomesOf(expression: TypedExpression, facts: Facts): Outcomes {
  if (expression.kind === "literal") {
    const { value } = expression;
    return { true: value === true, false: value === false, null: value === null };
  }
  if (expression.kind === "call") return callOutcomes(expression, facts);
  if (expression.kind === "reference" && expression.type.type === "boolean") {
    const range = rangeOf(expression, facts);
    return {
      true: range.mayBeValue && range.max !== false,
      false: range.mayBeValue && range.min !== true,
      null: range.mayBeNull,
    };
  }
  return anything;
}

function callOutcomes(call: TypedCall, facts: Facts): Outcomes {
  const [first, second] = call.arguments;
  if (first === undefined) return anything;
  switch (call.name) {
    case "and":
      return call.arguments.map((argument) => outcomesOf(argument, facts)).reduce(both);
    case "or":
      return negated(
        call.arguments.map((argument) => negated(outcomesOf(argument, facts))).reduce(both),
      );
    case "not":
      return negated(outcomesOf(first, facts));
    case "isnull":
    case "isnotnull": {
      const { mayBeNull, mayBeValue } = rangeOf(first, facts);
      const isNull = { true: mayBeNull, false: mayBeValue, null: false };
      return call.name === "isnull" ? isNull : negated(isNull);
    }
    case "in": {
      const left = rangeOf(first, facts);
      const equal = call.arguments.slice(1).map((argument) => {
        return negated(compared("=", left, rangeOf(argument, facts)));
      });
      return equal.length === 0 ? anything : negated(equal.reduce(both));
    }
    case "=":
    case "<=>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      if (second === undefined) return anything;
      return compared(call.name, rangeOf(first, facts), rangeOf(second, facts));
    default:
      return anything;
  }
}

function negated(outcomes: Outcomes): Outcomes {
  return { true: outcomes.false, false: outcomes.true, null: outcomes.null };
}

function both(left: Outcomes, right: Outcomes): Outcomes {
  return {
    true: left.true && right.true,
    false: left.false || right.false,
    null: (left.null && (right.null || right.true)) || (right.null && left.true),
  };
}

type Comparison = "=" | "<=>" | "<" | "<=" | ">" | ">=";

function compared(operator: Comparison, left: Range, right: Range): Outcomes {
  switch (operator) {
    case ">":
      return compared("<", right, left);
    case ">=":
      return compared("<=", right, left);
    case "<=>":
      return nullSafe(left, right);
    default: {
      const values = left.mayBeValue && right.mayBeValue;
      return {
        true: values && mayHold(operator, left, right),
        false: values && mayFail(operator, left, right),
        null: left.mayBeNull || right.mayBeNull,
      };
    }
  }
}

function nullSafe(left: Range, right: Range): Outcomes {
  const values = left.mayBeValue && right.mayBeValue;
  const oneNull = (left.mayBeNull && right.mayBeValue) || (left.mayBeValue && right.mayBeNull);
  return {
    true: (left.mayBeNull && right.mayBeNull) || (values && mayHold("=", left, right)),
    false: oneNull || (values && mayFail("=", left, right)),
    null: false,
  };
}

function mayHold(operator: "=" | "<" | "<=", left: Range, right: Range): boolean {
  const low = order(left.min, right.max);
  if (operator === "<") return low === undefined || low < 0;
  if (operator === "<=") return low === undefined || low <= 0;
  const high = order(left.max, right.min);
  return (low === undefined || low <= 0) && (high === undefined || high >= 0);
}

function mayFail(operator: "=" | "<" | "<=", left: Range, right: Range): boolean {
  const high = order(left.max, right.min);
  if (operator === "<") return high === undefined || high >= 0;
  if (operator === "<=") return high === undefined || high > 0;
  return order(left.min, right.max) !== 0 || high !== 0;
}

function order(left: Value | undefined, right: Value | undefined): number | undefined {
  if (left === undefined || right === undefined || left === null || right === null) {
    return undefined;
  }
  return compareValues(left, right);
}

function rangeOf(expression: TypedExpression, facts: Facts): Range {
  switch (expression.kind) {
    case "literal":
      return constant(expression.value);
    case "cast":
      return keepsOrder(expression.input.type, expression.type)
        ? rangeOf(expression.input, facts)
        : unknown;
    case "reference":
    case "field": {
      const path = pathOf(expression);
      return path === undefined ? unknown : columnRange(path, expression.type, facts);
    }
    default:
      return unknown;
  }
}

function constant(value: Value): Range {
  if (value === null) return { mayBeNull: true, mayBeValue: false };
  return { min: value, max: value, mayBeNull: false, mayBeValue: true };
}

function pathOf(expression: TypedExpression): readonly string[] | undefined {
  if (expression.kind === "reference") return [expression.name];
  if (expression.kind !== "field" || expression.input.type.type !== "struct") return undefined;
  const parent = pathOf(expression.input);
  const member = expression.input.type.fields[expression.ordinal];
  return parent === undefined || member === undefined ? undefined : [...parent, member.name];
}

function columnRange(path: readonly string[], type: DataType, facts: Facts): Range {
  const value = path.length === 1 ? facts.partition(path[0] ?? "") : undefined;
  if (value !== undefined) return constant(value);
  const statistics = facts.statistics();
  const stored = facts.stored(path);
  if (statistics === undefined || stored === undefined) return unknown;
  const nulls = statistics.nullCount(stored);
  // NaN sorts last and some writers leave it out of the maximum: it bounds no floating number.
  const bounded = type.type !== "float" && type.type !== "double";
  return {
    min: statistics.min(stored, type),
    max: bounded ? statistics.max(stored, type) : undefined,
    mayBeNull: nulls !== 0,
    mayBeValue: nulls === undefined || nulls !== statistics.numRecords,
  };
}

const integralWidth: Readonly<Record<string, number>> = { byte: 1, short: 2, integer: 4, long: 8 };

/** Whether a cast neither changes a value nor its place among the others. */
function keepsOrder(from: DataType, to: DataType): boolean {
  if (from.type === to.type && from.type !== "decimal") return true;
  const width = integralWidth[from.type];
  if (width !== undefined && to.type === "decimal") {
    return to.precision - to.scale >= [3, 5, 10, 20][Math.log2(width)]!;
  }
  if (width !== undefined && to.type in integralWidth) return integralWidth[to.type]! >= width;
  if (width !== undefined && to.type === "double") return width <= 4;
  if (from.type === "float" && to.type === "double") return true;
  if (from.type === "decimal" && to.type === "decimal") {
    return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
  }
  return false;
}
