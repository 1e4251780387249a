import type { TypedCall, TypedExpression } from "../analysis/typed.ts";
import type { Add } from "../log/action.ts";
import { partitionValue } from "../log/partition.ts";
import { type FileStatistics, parseStatistics } from "../log/statistics.ts";
import type { DataType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { compareValues } from "./order.ts";
import {
  type ColumnPath,
  fixedValue,
  isPartition,
  type Prefix,
  type Pruned,
  pathKey,
  pathOf,
  prefixOf,
  readsRows,
  storedNames,
  type World,
  worldsOf,
  zoneIn,
} from "./predicate.ts";
import { castRange, constantRange, type Range, unknownRange } from "./range.ts";

/** Which outcomes a condition can have for some row of a file. */
interface Outcomes {
  readonly true: boolean;
  readonly false: boolean;
  readonly null: boolean;
}

const anything: Outcomes = { true: true, false: true, null: true };

/** Whether a column, by its names in the log, is known to have a value in no row of a file. */
export type Lacks = (names: readonly string[], value: Value) => boolean;

/** What rules a file out. */
export type SkipReason = "partition values" | "statistics";

/**
 * Why no row of a file can fulfil all conditions; undefined: some row may. The conditions are
 * looked at once, so that many files can be asked about.
 */
export function pruner(
  conditions: readonly TypedExpression[],
  pruned: Pruned,
): (file: Add, lacks?: Lacks) => SkipReason | undefined {
  const worlds = worldsOf(conditions, pruned);
  const may = (asked: readonly TypedExpression[], facts: Omit<Facts, "world">): boolean =>
    worlds.some((world) => {
      return asked.every((condition) => outcomesOf(condition, { ...facts, world }).true);
    });
  const partition = byPartition(pruned, (file) => {
    const facts = { pruned, file, lacks: () => false, statistics: () => undefined };
    return may(conditions, facts);
  });
  const others = conditions.filter((condition) => readsRows(condition, pruned));
  return (file, lacks = () => false) => {
    if (conditions.length === 0) return undefined;
    if (!partition(file)) return "partition values";
    if (others.length === 0) return undefined;
    const facts = { pruned, file, lacks, statistics: statisticsOf(file) };
    return may(others, facts) ? undefined : "statistics";
  };
}

/** Partitions whose answer is kept. */
const partitionsKept = 10_000;

/** A test of a file's partition values alone, made once for each partition. */
function byPartition(pruned: Pruned, test: (file: Add) => boolean): (file: Add) => boolean {
  const names = pruned.partitions.map((column) => storedNames([column], pruned)[0]!);
  const known = new Map<string, boolean>();
  return (file) => {
    const key = JSON.stringify(names.map((name) => file.partitionValues[name]));
    let answer = known.get(key);
    if (answer === undefined) {
      if (known.size >= partitionsKept) known.clear();
      answer = test(file);
      known.set(key, answer);
    }
    return answer;
  };
}

/** Whether some row of the file may fulfil all conditions, by partition values and statistics. */
export function mayMatch(
  file: Add,
  conditions: readonly TypedExpression[],
  pruned: Pruned,
): boolean {
  return pruner(conditions, pruned)(file) === undefined;
}

/** Whether every row of the file is known to fulfil the condition. */
export function allMatch(file: Add, condition: TypedExpression, pruned: Pruned): boolean {
  const statistics = statisticsOf(file);
  return worldsOf([condition], pruned).every((world) => {
    const outcomes = outcomesOf(condition, { pruned, file, statistics, world, lacks: () => false });
    return !outcomes.false && !outcomes.null;
  });
}

interface Facts {
  readonly pruned: Pruned;
  readonly file: Add;
  readonly statistics: () => FileStatistics | undefined;
  readonly world: World;
  readonly lacks: Lacks;
}

/** The statistics of a file, parsed when they are first asked for. */
function statisticsOf(file: Add): () => FileStatistics | undefined {
  let parsed: { readonly statistics: FileStatistics | undefined } | undefined;
  return () => {
    parsed ??= { statistics: parseStatistics(file.stats) };
    return parsed.statistics;
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
      const equal = call.arguments.slice(1).map((argument) => {
        return negated(equated("=", [first, argument], facts));
      });
      return equal.length === 0 ? anything : negated(equal.reduce(both));
    }
    case "like":
    case "startswith": {
      const prefix = prefixOf(call, facts.pruned);
      return prefix === undefined ? anything : prefixed(prefix, rangeOf(first, facts));
    }
    case "isnan":
      return isNan(rangeOf(first, facts));
    case "=":
    case "<=>":
      return second === undefined ? anything : equated(call.name, [first, second], facts);
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

type Pair = readonly [TypedExpression, TypedExpression];

function equated(operator: "=" | "<=>", [left, right]: Pair, facts: Facts): Outcomes {
  const outcomes = compared(operator, rangeOf(left, facts), rangeOf(right, facts));
  if (!isLacked([left, right], facts) && !isLacked([right, left], facts)) return outcomes;
  return { ...outcomes, true: false };
}

/** Whether the left is a column that is known not to have the value of the right. */
function isLacked([left, right]: Pair, { pruned, lacks }: Facts): boolean {
  const value = fixedValue(right, pruned)?.value ?? null;
  const path = value === null ? undefined : pathOf(narrowed(left), pruned.schema);
  if (path === undefined || value === null || isPartition(path, pruned)) return false;
  return lacks(storedNames(path, pruned), value);
}

const wholes: readonly DataType["type"][] = ["byte", "short", "integer", "long"];

/** What is widened, and equal all the same. */
function narrowed(expression: TypedExpression): TypedExpression {
  if (expression.kind !== "cast") return expression;
  const [from, to] = [expression.input.type, expression.type].map(({ type }) =>
    wholes.indexOf(type),
  );
  return from! >= 0 && from! < to! ? narrowed(expression.input) : expression;
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

/** Outcomes of whether texts begin with a prefix, and of what is asked of the rest. */
function prefixed({ text, rest }: Prefix, range: Range): Outcomes {
  if (rest === "none") return compared("=", range, constantRange(text));
  const { min, max, mayBeNull, mayBeValue } = range;
  const cut = (bound: Value | undefined): number | undefined =>
    typeof bound === "string" ? compareValues(bound.slice(0, text.length), text) : undefined;
  const [low, high] = [cut(min), cut(max)];
  return {
    true: mayBeValue && (low ?? 0) <= 0 && (high ?? 0) >= 0,
    false: mayBeValue && (rest === "some" || low !== 0 || high !== 0),
    null: mayBeNull,
  };
}

function isNan({ min, max, mayBeNull, mayBeValue }: Range): Outcomes {
  const every = typeof min === "number" && Number.isNaN(min);
  const none = typeof max === "number" && !Number.isNaN(max);
  return { true: mayBeValue && !none, false: mayBeNull || (mayBeValue && !every), null: false };
}

function rangeOf(expression: TypedExpression, facts: Facts): Range {
  const fixed = fixedValue(expression, facts.pruned);
  if (fixed !== undefined) return constantRange(fixed.value);
  if (expression.kind === "cast") {
    const { type: to, mode, input } = expression;
    const cast = { from: input.type, to, mode, zone: zoneIn(facts.pruned) };
    return castRange(rangeOf(input, facts), cast);
  }
  const path = pathOf(expression, facts.pruned.schema);
  return path === undefined ? unknownRange : columnRange(path, facts);
}

function columnRange(path: ColumnPath, { pruned, file, statistics, world }: Facts): Range {
  const names = storedNames(path, pruned);
  const column = path.at(-1)!;
  const { type } = column;
  if (isPartition(path, pruned)) {
    return constantRange(partitionValue(file.partitionValues[names[0]!], type));
  }
  const known = statistics();
  const nulls = known?.nullCount(names);
  const mayBeValue = nulls === undefined || nulls !== known?.numRecords;
  if (world.nan.has(pathKey(path))) {
    return { min: Number.NaN, max: Number.NaN, mayBeNull: false, mayBeValue };
  }
  if (known === undefined) return unknownRange;
  const floating = type.type === "float" || type.type === "double";
  return {
    min: known.min(names, column),
    max: floating && world.open ? undefined : known.max(names, column),
    mayBeNull: nulls !== 0,
    mayBeValue,
  };
}
