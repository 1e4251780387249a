import {
  and,
  booleanLiteral,
  call,
  isNotNull,
  isNull,
  or,
  stringLiteral,
} from "../analysis/expression.ts";
import type { TypedCall, TypedExpression } from "../analysis/typed.ts";
import type { FileColumns } from "../log/snapshot.ts";
import { boolean, type DataType } from "../schema/type.ts";
import type { Value } from "../schema/value.ts";
import { differs, nullsOf, type Site, textOf, within } from "./bound.ts";
import { type Interval, intervalOf, preimage } from "./interval.ts";
import { compareValues } from "./order.ts";
import {
  type ColumnPath,
  fixedValue,
  isPartition,
  type Pruned,
  pathKey,
  pathOf,
  prefixOf,
  type World,
  worldsOf,
  zoneIn,
} from "./predicate.ts";

/**
 * A condition over the rows of a checkpoint that every file fulfils in which a row may fulfil all
 * conditions: what `mayMatch` keeps, it keeps, and now and then more. It is made of calls that the
 * engine has of its own, so that a million files are looked at in a second. Undefined where it
 * would keep all files. **To be run in the time zone UTC**, whatever the session's is.
 */
export function skippingFilter(
  conditions: readonly TypedExpression[],
  pruned: Pruned,
  columns: FileColumns,
): TypedExpression | undefined {
  const kept = anyOf(
    worldsOf(conditions, pruned).map((world) => {
      return allOf(conditions.map((one) => mayBe(true, one, { pruned, columns, world })));
    }),
  );
  return kept === true ? undefined : kept === false ? booleanLiteral(false) : kept;
}

interface Place extends Site {
  readonly world: World;
}

/** A condition, or what it is for every file. */
type Test = TypedExpression | boolean;

function allOf(tests: readonly Test[]): Test {
  const open = tests.filter((test) => typeof test !== "boolean");
  if (tests.includes(false)) return false;
  return open.length === 0 ? true : and(open);
}

function anyOf(tests: readonly Test[]): Test {
  const open = tests.filter((test) => typeof test !== "boolean");
  if (tests.includes(true)) return true;
  return open.length === 0 ? false : or(open);
}

/** Whether a condition may be true (or false) for a row of a file. */
function mayBe(wanted: boolean, condition: TypedExpression, place: Place): Test {
  const fixed = fixedValue(condition, place.pruned);
  if (fixed !== undefined) return fixed.value === wanted;
  if (condition.kind === "call") return callMayBe(wanted, condition, place);
  const path = pathOf(condition, place.pruned.schema);
  if (path === undefined || condition.type.type !== "boolean") return true;
  return inside({ path, interval: { low: wanted, high: wanted } }, place);
}

function callMayBe(wanted: boolean, given: TypedCall, place: Place): Test {
  const [first] = given.arguments;
  if (first === undefined) return true;
  switch (given.name) {
    case "and":
    case "or": {
      const parts = given.arguments.map((argument) => mayBe(wanted, argument, place));
      return (given.name === "and") === wanted ? allOf(parts) : anyOf(parts);
    }
    case "not":
      return mayBe(!wanted, first, place);
    case "isnull":
    case "isnotnull":
      return nullsMayBe((given.name === "isnull") === wanted, first, place);
    case "like":
    case "startswith":
      return wanted ? prefixed(given, first, place) : true;
    case "in":
      return oneOf(wanted, given, place);
    case "=":
    case "<=>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compared(wanted, given, place);
    default:
      return true;
  }
}

function nullsMayBe(nulls: boolean, input: TypedExpression, place: Place): Test {
  const path = pathOf(input, place.pruned.schema);
  if (path === undefined) return true;
  if (!isPartition(path, place.pruned)) {
    if (place.world.nan.has(pathKey(path))) return !nulls;
    const { some, all } = nullsOf(path, place);
    return nulls ? some : all;
  }
  const text = textOf(path, place);
  const empty = [isNull(text), call("=", [text, stringLiteral("")], { type: boolean })];
  // What does not fit its type is null too, but that is left to a closer look.
  return nulls && path[0]!.type.type !== "string" ? true : nulls ? or(empty) : isNotNull(text);
}

function prefixed(given: TypedCall, input: TypedExpression, place: Place): Test {
  const path = pathOf(input, place.pruned.schema);
  const prefix = prefixOf(given, place.pruned);
  if (path === undefined || prefix === undefined || path.at(-1)!.type.type !== "string")
    return true;
  const { text, rest } = prefix;
  if (rest === "none") return inside({ path, interval: { low: text, high: text } }, place);
  const after = textAfter(text);
  const high = after === undefined ? {} : { high: after, highStrict: true };
  return inside({ path, interval: { low: text, ...high } }, place);
}

/** The least text after all that begin with this one; undefined if there is none. */
function textAfter(prefix: string): string | undefined {
  const points = Array.from(prefix, (sign) => sign.codePointAt(0)!);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** A column under casts that keep order, and where its values must lie. */
interface Target {
  readonly path: ColumnPath;
  readonly interval: Interval;
}

/** Alternatives that are asked one by one; of more only the least and the greatest are. */
const alternativesMax = 16;

function oneOf(wanted: boolean, given: TypedCall, place: Place): Test {
  const [first, ...rest] = given.arguments;
  const values = rest.map((argument) => fixedValue(argument, place.pruned)?.value);
  if (first === undefined || values.includes(undefined)) return true;
  if (!wanted) {
    if (values.includes(null)) return false;
    return allOf(
      values.map((value) => relate({ input: first, operator: "<>", value: value! }, place)),
    );
  }
  const known = values.filter((value) => value !== null && value !== undefined);
  const each = known.map((value) => relate({ input: first, operator: "=", value }, place));
  if (known.length < 2) return anyOf(each);
  const ordered = known.toSorted((a, b) => compareValues(a, b) ?? 0);
  const sides = [
    { input: first, operator: ">=", value: ordered[0]! },
    { input: first, operator: "<=", value: ordered.at(-1)! },
  ];
  const between = sides.map((side) => relate(side, place));
  return allOf(known.length > alternativesMax ? between : [...between, anyOf(each)]);
}

const turned: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const opposite: Readonly<Record<string, string>> = {
  "=": "<>",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function compared(wanted: boolean, given: TypedCall, place: Place): Test {
  const [left, right] = given.arguments;
  if (left === undefined || right === undefined) return true;
  const [a, b] = [fixedValue(left, place.pruned), fixedValue(right, place.pruned)];
  const fixed = a ?? b;
  if (fixed === undefined || (a && b)) return true;
  const input = a ? right : left;
  const { value } = fixed;
  if (given.name === "<=>") {
    if (value === null) return nullsMayBe(wanted, input, place);
    return wanted ? relate({ input, operator: "=", value }, place) : true;
  }
  if (value === null) return false;
  const operator = a ? (turned[given.name] ?? given.name) : given.name;
  return relate({ input, operator: wanted ? operator : opposite[operator]!, value }, place);
}

/** Whether an expression may stand in a relation to a value that is not null. */
interface Relation {
  readonly input: TypedExpression;
  readonly operator: string;
  readonly value: Value;
}

function relate({ input, operator, value }: Relation, place: Place): Test {
  const zone = zoneIn(place.pruned);
  let interval: Interval = intervalOf(operator, value);
  let exact = true;
  let base = input;
  for (; base.kind === "cast"; base = base.input) {
    const { type: to, mode } = base;
    exact &&= whole(base.input.type) && whole(to);
    interval = preimage(interval, { from: base.input.type, to, mode, zone });
  }
  const path = pathOf(base, place.pruned.schema);
  if (path === undefined) return true;
  if (place.world.nan.has(pathKey(path))) {
    const order = compareValues(Number.NaN, value);
    return base === input && order !== undefined ? stands(order, operator) : true;
  }
  if (operator === "<>") return exact ? differs(path, value, place) : true;
  return inside({ path, interval }, place);
}

function stands(order: number, operator: string): boolean {
  if (operator === "<>") return order !== 0;
  if (order === 0) return operator.includes("=");
  return order < 0 ? operator.startsWith("<") : operator.startsWith(">");
}

function whole(type: DataType): boolean {
  return ["byte", "short", "integer", "long"].includes(type.type);
}

function inside({ path, interval }: Target, place: Place): Test {
  const { type } = path.at(-1)!;
  const floating = type.type === "float" || type.type === "double";
  const { high } = interval;
  // Where NaN is not told apart it may be there, above every greatest number.
  const open = floating && place.world.open && !isPartition(path, place.pruned);
  const closed = open ? (high === undefined ? {} : { high, ...strict(interval) }) : interval;
  return within(path, closed, place);
}

function strict({ highStrict }: Interval): Pick<Interval, "highStrict"> {
  return highStrict === undefined ? {} : { highStrict };
}
