import { error } from "../error/error.ts";
import type { Call, Expression } from "../plan/expression.ts";
import { array, byte, integer, long, struct } from "../schema/type.ts";
import type { AnalysisConf } from "./conf.ts";
import {
  call,
  cast,
  compare,
  integerLiteral,
  longLiteral,
  newColumn,
  passing,
  reference,
  when,
} from "./expression.ts";
import { makeStruct } from "./function/collection.ts";
import { keyOf } from "./key.ts";
import type { Analyzed } from "./output.ts";
import type { Resolved } from "./resolve.ts";
import type { ScopeColumn } from "./scope.ts";
import { columnOf } from "./select.ts";
import {
  type Named,
  outputOf,
  type TypedCall,
  type TypedExpression,
  type TypedRelation,
} from "./typed.ts";

/** A column that rows are grouped by, and the key of the expression it stands for. */
export interface Group {
  readonly key: string;
  readonly named: Named;
  readonly scoped: ScopeColumn;
}

/** What GROUP BY says, where it has ROLLUP, CUBE or GROUPING SETS. */
export interface GroupingSets {
  /** Every grouping expression once, in the order of the bits of `grouping_id()`. */
  readonly keys: readonly Resolved[];
  readonly sets: readonly (readonly Resolved[])[];
}

/** What `grouping` and `grouping_id` are computed from. */
export interface GroupingId {
  readonly value: TypedExpression;
  readonly keys: readonly Resolved[];
}

/** Bits of `grouping_id()`, a BIGINT. */
const sizeMax = 64;

const analytics: ReadonlySet<string> = new Set(["rollup", "cube", "grouping sets"]);

/** Whether a grouping expression is ROLLUP, CUBE or GROUPING SETS. */
export function isAnalytic(expression: Expression): expression is Call {
  return expression.kind === "call" && analytics.has(expression.name);
}

/** The grouping sets of a GROUP BY: several elements give each combination of their sets. */
export function groupingSets(
  grouping: readonly Expression[],
  leaf: (expression: Expression) => Resolved,
): GroupingSets {
  const elements = grouping.map((one) =>
    isAnalytic(one) ? setsOf(one, leaf) : { all: [leaf(one)], sets: undefined },
  );
  const keys = distinct(elements.flatMap((one) => one.all));
  if (keys.length > sizeMax) throw error("GROUPING_SIZE_LIMIT_EXCEEDED", { maxSize: sizeMax });
  const sets = elements.reduce<readonly (readonly Resolved[])[]>(
    (left, { all, sets: right = [all] }) => left.flatMap((a) => right.map((b) => [...a, ...b])),
    [[]],
  );
  return { keys, sets };
}

interface Sets {
  readonly all: readonly Resolved[];
  readonly sets: readonly (readonly Resolved[])[];
}

function setsOf(given: Call, leaf: (expression: Expression) => Resolved): Sets {
  const elements = given.arguments.map((one): Sets & { readonly named: boolean } => {
    const name = one.kind === "call" ? one.name : "";
    if (isAnalytic(one)) return { ...setsOf(one, leaf), named: false };
    const set = name === "grouping set" || name === "group by" ? argumentsOf(one) : [one];
    const all = set.map(leaf);
    return { all, sets: [all], named: name === "group by" };
  });
  const all = elements.flatMap((one) => one.all);
  const each = elements.filter((one) => !one.named).flatMap((one) => one.sets);
  if (given.name === "rollup") {
    const lengths = Array.from({ length: each.length + 1 }, (_, index) => each.length - index);
    return { all, sets: lengths.map((length) => each.slice(0, length).flat()) };
  }
  if (given.name === "cube") {
    const cube = each.reduceRight<(readonly Resolved[])[]>(
      (rest, one) => rest.map((set): readonly Resolved[] => [...one, ...set]).concat(rest),
      [[]],
    );
    return { all, sets: cube };
  }
  return { all, sets: each };
}

function argumentsOf(given: Expression): readonly Expression[] {
  return given.kind === "call" ? given.arguments : [];
}

function distinct(given: readonly Resolved[]): readonly Resolved[] {
  const byKey = new Map<string, Resolved>();
  for (const one of given) {
    const key = keyOf(one.expression);
    if (!byKey.has(key)) byKey.set(key, one);
  }
  return [...byKey.values()];
}

/**
 * Repeats each row once for each grouping set, with the keys that are not in the set null. What
 * aggregates read keeps its id; the keys get columns of their own.
 */
export function expand(
  input: Analyzed,
  { keys, sets }: GroupingSets,
  conf: AnalysisConf,
): { readonly input: Analyzed; readonly groups: readonly Group[]; readonly id: GroupingId } {
  const bitmaps = sets.map((set) => bitmap(keys, set));
  if (keys.length === 0 && sets.length === 1 && !conf.emptyGroupingSetExpands) {
    return { input, groups: [], id: { value: longLiteral(0n), keys } };
  }
  const id = newColumn("spark_grouping_id", long, { nullable: false });
  const position = newColumn("_gen_grouping_pos", integer, { nullable: false });
  const rows = bitmaps.map((bits, index) =>
    makeStruct(["id", "pos"], [longLiteral(bits), integerLiteral(index)]),
  );
  const row = rows[0]?.type ?? struct([]);
  const list = call("array", rows, { type: array(row, false), nullable: false });
  const generated: TypedRelation = {
    kind: "generate",
    input: input.relation,
    generator: call("inline", [list], { type: array(row, false) }),
    outer: false,
    generated: [id, position],
  };
  const value = reference(id);
  const made = keys.map((one, index) => {
    const bit = keys.length - 1 - index;
    const everywhere = bitmaps.every((bits) => !isSet(bits, bit));
    const present = compare("=", bitOf(value, bit), longLiteral(0n));
    const expression = everywhere ? one.expression : when([[present, one.expression]]);
    const { scoped } = columnOf({ resolved: one, names: [] }, { seen: new Set(), input });
    const { type, nullable } = expression;
    const column = newColumn(one.name, type, { nullable, metadata: one.metadata });
    const key = keyOf(one.expression);
    return { column, expression, group: { key, ...own(column, scoped.qualifier) } };
  });
  const relation: TypedRelation = {
    kind: "project",
    input: generated,
    columns: [...outputOf(generated).map(passing), ...made],
  };
  const repeated = new Set(bitmaps).size < bitmaps.length;
  const groups = [
    ...made.map((one) => one.group),
    { key: "grouping id", ...own(id) },
    ...(repeated ? [{ key: "grouping position", ...own(position) }] : []),
  ];
  return { input: { ...input, relation }, groups, id: { value, keys } };
}

function own(column: Group["named"]["column"], qualifier: readonly string[] = []) {
  return { named: passing(column), scoped: { column, qualifier } };
}

/** The bit of each key that is not in the set is 1; the first key has the highest. */
function bitmap(keys: readonly Resolved[], set: readonly Resolved[]): bigint {
  const present = new Set(set.map((one) => keyOf(one.expression)));
  const bits = keys.reduce(
    (left, one) => (left << 1n) | (present.has(keyOf(one.expression)) ? 0n : 1n),
    0n,
  );
  return BigInt.asIntN(sizeMax, bits);
}

function isSet(bits: bigint, bit: number): boolean {
  return ((bits >> BigInt(bit)) & 1n) === 1n;
}

function bitOf(id: TypedExpression, bit: number): TypedExpression {
  const typed = { type: long, nullable: false };
  const shifted = call(">>", [id, integerLiteral(bit)], typed);
  return call("&", [shifted, longLiteral(1n)], typed);
}

/** Whether the expression is a call of `grouping` or `grouping_id`. */
export function isGroupingCall(expression: TypedExpression): expression is TypedCall {
  return (
    expression.kind === "call" &&
    (expression.name === "grouping" || expression.name === "grouping_id")
  );
}

/** What a call of `grouping` or `grouping_id` gives over these grouping sets. */
export function groupingValue(given: TypedCall, id: GroupingId): TypedExpression {
  const keys = id.keys.map((one) => keyOf(one.expression));
  const texts = id.keys.map((one) => one.text).join(", ");
  const asked = given.arguments.map(keyOf);
  if (given.name === "grouping_id") {
    if (asked.length > 0 && asked.join() !== keys.join()) {
      const names = given.arguments.map(textOf).join(", ");
      throw error("GROUPING_ID_COLUMN_MISMATCH", {
        groupingIdColumn: names,
        groupByColumns: texts,
      });
    }
    return id.value;
  }
  const index = keys.indexOf(asked[0] ?? "");
  if (index < 0) {
    const grouping = textOf(given.arguments[0]);
    throw error("GROUPING_COLUMN_MISMATCH", { grouping, groupingColumns: texts });
  }
  return cast(bitOf(id.value, keys.length - 1 - index), byte);
}

function textOf(expression: TypedExpression | undefined): string {
  return expression?.kind === "reference" ? expression.name : "the expression";
}
