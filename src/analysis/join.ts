import { error } from "../error/error.ts";
import type { Join } from "../plan/relation.ts";
import { wider } from "./coercion.ts";
import {
  and,
  cast,
  compare,
  newColumn,
  passing,
  reference,
  referencesOf,
  some,
} from "./expression.ts";
import { coalesce } from "./function/conditional.ts";
import { type Analyzed, type Environment, placeOver } from "./output.ts";
import { condition } from "./resolve.ts";
import type { Outer, ScopeColumn } from "./scope.ts";
import { quoteType } from "./type-text.ts";
import {
  type Column,
  type Named,
  outputOf,
  type TypedExpression,
  type TypedRelation,
} from "./typed.ts";

/** JOIN … ON, USING, NATURAL and LATERAL. */
export function join(given: Join, environment: Environment): Analyzed {
  const left = environment.analyze(given.left, environment);
  const right = analyzeRight(given, left, environment);
  const names = given.using ?? (given.natural ? commonNames(left, right) : undefined);
  if (names) return joinUsing({ given, left, right, environment }, names);
  const on = given.condition;
  const both = sides({ given, left, right, environment });
  if (!on) return both;
  const scope = {
    visible: [...left.visible, ...right.visible],
    hidden: [...left.hidden, ...right.hidden],
  };
  const resolved = condition(on, placeOver(scope, environment));
  refuseOverBoth(resolved.expression, given, { left, right });
  return withCondition(both, resolved.expression);
}

const overBoth =
  "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION";

/** A subquery of a condition is computed for the rows of one side. */
function refuseOverBoth(
  on: TypedExpression,
  { type }: Join,
  { left, right }: { readonly left: Analyzed; readonly right: Analyzed },
): void {
  const inner = type === "inner" || type === "cross";
  some(on, (one) => {
    if (one.kind !== "subquery" || (one.use === "scalar" && inner)) return false;
    const read = referencesOf(one);
    const reads = (side: Analyzed) => outputOf(side.relation).some(({ id }) => read.has(id));
    if (!reads(left) || !reads(right)) return false;
    const outer = one.outer.map(({ name }) => name).join(", ");
    const name = { exists: "exists", in: "listquery", scalar: "scalarsubquery" }[one.use];
    throw error(overBoth, { subqueryExpression: `${name}(${outer})` });
  });
}

interface Sides {
  readonly given: Join;
  readonly left: Analyzed;
  readonly right: Analyzed;
  readonly environment: Environment;
}

/** The right side of a lateral join sees the columns of the left. */
function analyzeRight(given: Join, left: Analyzed, environment: Environment): Analyzed {
  if (!given.lateral) return environment.analyze(given.right, environment);
  const scope = { visible: left.visible, hidden: left.hidden };
  const around: Outer = environment.outer
    ? { scope, used: new Map(), parent: environment.outer }
    : { scope, used: new Map() };
  const right = environment.analyze(given.right, { ...environment, outer: around });
  return apart(right, left);
}

/** The right side, where a column that it only passes on from the left is one of its own. */
function apart(right: Analyzed, left: Analyzed): Analyzed {
  const taken = new Set(outputOf(left.relation).map((column) => column.id));
  const output = outputOf(right.relation);
  const passed = output.filter((column) => taken.has(column.id));
  if (passed.length === 0) return right;
  const own = new Map(
    passed.map(({ id, name, type, nullable, metadata }) => [
      id,
      newColumn(name, type, { nullable, metadata }),
    ]),
  );
  const columns = output.map((column): Named => {
    return { column: own.get(column.id) ?? column, expression: reference(column) };
  });
  const scoped = (one: ScopeColumn): ScopeColumn => ({
    ...one,
    column: own.get(one.column.id) ?? one.column,
  });
  return {
    relation: { kind: "project", input: right.relation, columns },
    visible: right.visible.map(scoped),
    hidden: right.hidden.map(scoped),
  };
}

function onlyLeft(given: Join): boolean {
  return given.type === "semi" || given.type === "anti";
}

/** The join without a condition; a side that may be absent becomes nullable. */
function sides({ given, left, right }: Sides): Analyzed {
  const { type, lateral = false } = given;
  const leftNullable = type === "right" || type === "full";
  const rightNullable = type === "left" || type === "full";
  const leftSide = nullable(left, leftNullable);
  const rightSide = nullable(right, rightNullable);
  const leftOutput = outputOf(left.relation).map((column) => nulled(column, leftNullable));
  const rightOutput = outputOf(right.relation).map((column) => nulled(column, rightNullable));
  const output = onlyLeft(given) ? leftOutput : [...leftOutput, ...rightOutput];
  const relation: TypedRelation = {
    kind: "join",
    left: left.relation,
    right: right.relation,
    type,
    lateral,
    output,
  };
  if (onlyLeft(given)) return { relation, visible: leftSide.visible, hidden: leftSide.hidden };
  return {
    relation,
    visible: [...leftSide.visible, ...rightSide.visible],
    hidden: [...leftSide.hidden, ...rightSide.hidden],
  };
}

function nulled(column: Column, yes: boolean): Column {
  return yes && !column.nullable ? { ...column, nullable: true } : column;
}

function nullable(side: Analyzed, yes: boolean): Analyzed {
  if (!yes) return side;
  const scoped = (one: ScopeColumn): ScopeColumn => ({ ...one, column: nulled(one.column, yes) });
  return { ...side, visible: side.visible.map(scoped), hidden: side.hidden.map(scoped) };
}

function withCondition(both: Analyzed, on: TypedExpression): Analyzed {
  const { relation } = both;
  return relation.kind === "join" ? { ...both, relation: { ...relation, condition: on } } : both;
}

function commonNames(left: Analyzed, right: Analyzed): readonly string[] {
  const there = new Set(right.visible.map((one) => one.column.name.toLowerCase()));
  return left.visible.map((one) => one.column.name).filter((name) => there.has(name.toLowerCase()));
}

function keyColumn(side: Analyzed, name: string, which: "left" | "right"): ScopeColumn {
  const matches = side.visible.filter(
    (one) => one.column.name.toLowerCase() === name.toLowerCase(),
  );
  const [only, ...more] = matches;
  if (only && more.length === 0) return only;
  if (only) {
    throw error("AMBIGUOUS_REFERENCE", {
      name: `\`${name}\``,
      referenceNames: `[${matches.map((one) => `\`${one.column.name}\``).join(", ")}]`,
    });
  }
  throw error("UNRESOLVED_USING_COLUMN_FOR_JOIN", {
    colName: `\`${name}\``,
    side: which,
    suggestion: side.visible.map((one) => `\`${one.column.name}\``).join(", "),
  });
}

/** Key columns first, once; then the rest of both sides. The sides' own keys stay as hidden. */
function joinUsing(parts: Sides, names: readonly string[]): Analyzed {
  const { given, left, right, environment } = parts;
  const pairs = names.map((name) => ({
    left: keyColumn(left, name, "left"),
    right: keyColumn(right, name, "right"),
  }));
  const equalities = pairs.map((pair) => equal(pair, environment));
  const joined = sides(parts);
  const both = equalities.length > 0 ? withCondition(joined, and(equalities)) : joined;
  const leftKeys = new Set(pairs.map((pair) => pair.left.column.id));
  const rightKeys = new Set(pairs.map((pair) => pair.right.column.id));
  const restOf = (one: ScopeColumn) =>
    !leftKeys.has(one.column.id) && !rightKeys.has(one.column.id);
  const rest = both.visible.filter(restOf);
  const find = (id: number) => both.visible.find((one) => one.column.id === id);
  if (onlyLeft(given) || given.type !== "full") {
    const chosen = given.type === "right" ? rightKeys : leftKeys;
    const keys = [...chosen].flatMap((id) => find(id) ?? []);
    const others = [...leftKeys, ...rightKeys].filter((id) => !chosen.has(id));
    const hidden = [...both.hidden, ...others.flatMap((id) => keyOnly(find(id)))];
    return { relation: both.relation, visible: [...keys, ...rest], hidden };
  }
  const keys = pairs.map((pair): Named => coalesced(pair, environment));
  const relation: TypedRelation = {
    kind: "project",
    input: both.relation,
    columns: [...keys, ...outputOf(both.relation).map(passing)],
  };
  const visible = [...keys.map(({ column }) => ({ column, qualifier: [] })), ...rest];
  const hidden = [
    ...both.hidden,
    ...[...leftKeys, ...rightKeys].flatMap((id) => keyOnly(find(id))),
  ];
  return { relation, visible, hidden };
}

function keyOnly(one: ScopeColumn | undefined): readonly ScopeColumn[] {
  return one ? [{ ...one, qualifiedOnly: true }] : [];
}

interface Pair {
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
}

function together(
  pair: Pair,
  environment: Environment,
): readonly [TypedExpression, TypedExpression] {
  const { ansi } = environment.context.conf;
  const [left, right] = [reference(pair.left.column), reference(pair.right.column)];
  const type = wider(left.type, right.type, ansi);
  if (!type) {
    throw error("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
      sqlExpr: `"(${left.name} = ${right.name})"`,
      left: quoteType(left.type),
      right: quoteType(right.type),
    });
  }
  const mode = ansi ? "ansi" : "legacy";
  return [cast(left, type, mode), cast(right, type, mode)];
}

function equal(pair: Pair, environment: Environment): TypedExpression {
  const [left, right] = together(pair, environment);
  return compare("=", left, right);
}

function coalesced(pair: Pair, environment: Environment): Named {
  const values = together(pair, environment).map((value) => ({ ...value, nullable: true }));
  const expression = coalesce(values);
  const { name } = pair.left.column;
  return { column: newColumn(name, expression.type, { nullable: true }), expression };
}
