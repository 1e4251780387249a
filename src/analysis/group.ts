import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import type { Aggregate } from "../plan/relation.ts";
import { childrenOf } from "../plan/walk.ts";
import { boolean } from "../schema/type.ts";
import { castable } from "./coercion.ts";
import type { AnalysisConf } from "./conf.ts";
import { cast, children, mapChildren, newColumn, reference, replace, some } from "./expression.ts";
import {
  expand,
  type Group,
  type GroupingId,
  type GroupingSets,
  groupingSets,
  groupingValue,
  isAnalytic,
  isGroupingCall,
} from "./grouping-set.ts";
import { keyOf } from "./key.ts";
import { type Analyzed, type Environment, placeOver, type Use } from "./output.ts";
import { type Place, parsed, type Resolved, resolve } from "./resolve.ts";
import { type Scope, type ScopeColumn, unresolved } from "./scope.ts";
import { columnOf, hasAggregate, type Item, resolveItems, selectOver } from "./select.ts";
import { withTimeWindows } from "./time-window.ts";
import { quoteType } from "./type-text.ts";
import type { Column, Named, TypedExpression, TypedReference, TypedRelation } from "./typed.ts";
import { checkGrouping } from "./variant.ts";

/** GROUP BY. */
export function aggregate(given: Aggregate, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const around = withGroupedWindows(given.grouping, placeOver(input, environment));
  checkStars(given, environment.context.conf);
  const analytic = given.grouping.some(isAnalytic);
  const place = { ...around, analytic };
  const items = resolveItems(given.aggregates, place);
  const leaf = (one: Expression) => resolveGrouping(one, { items, place });
  const sets = analytic ? groupingSets(given.grouping, leaf) : undefined;
  const grouping = sets
    ? sets.keys
    : isAll(given.grouping)
      ? items.filter((item) => !hasAggregate(item.resolved.expression)).map((one) => one.resolved)
      : given.grouping.map(leaf);
  if (isAll(given.grouping) && grouping.length === 0) checkAllGrouped(items);
  for (const one of grouping) {
    if (!hasAggregate(one.expression)) continue;
    throw error("GROUP_BY_AGGREGATE", { sqlExpr: `"${one.text}"` });
  }
  checkGrouping(grouping);
  const kept = given.keepGrouping ? grouping.map((resolved) => ({ resolved, names: [] })) : [];
  const all = [...kept, ...items];
  const made = { items: all, grouping, place, environment };
  const grouped = aggregateOver(input, sets ? { ...made, sets } : made);
  return given.having ? having(grouped, given.having, environment.context.conf) : grouped;
}

/** The column `window` of GROUP BY window(…) can be named in the select list. */
function withGroupedWindows(grouping: readonly Expression[], place: Place): Place {
  for (const one of grouping.map((each) => parsed(each, place.context.conf))) {
    const called = one.kind === "alias" ? parsed(one.input, place.context.conf) : one;
    if (called.kind === "call" && called.name === "window") resolve(called, place);
  }
  const added = place.windows.map(({ column }) => ({ column, qualifier: [] }));
  const { visible, hidden } = place.scope;
  return { ...place, scope: { visible, hidden: [...hidden, ...added] } };
}

/** GROUP BY ALL, unless a column has that name. */
function isAll(grouping: readonly Expression[]): boolean {
  const [only] = grouping;
  return (
    grouping.length === 1 &&
    only?.kind === "attribute" &&
    only.name.length === 1 &&
    only.name[0]?.toLowerCase() === "all"
  );
}

/** Items that are all aggregates, if in part: GROUP BY ALL finds nothing for their columns. */
function checkAllGrouped(items: readonly Item[]): void {
  const loose = items.some((item) => looseReference(item.resolved.expression, new Set()));
  if (loose) throw error("UNRESOLVED_ALL_IN_GROUP_BY", {});
}

function resolveGrouping(
  given: Expression,
  around: { readonly items: readonly Item[]; readonly place: Place },
): Resolved {
  const { items, place } = around;
  const expression = parsed(given, place.context.conf);
  const position = positionOf(expression, place.context.conf);
  if (position !== undefined) return itemAt(position, items);
  // An alias of the select list, where the input has no such column.
  const aliases = new Map(
    items.flatMap((item) => item.names.map((name) => [name.toLowerCase(), item.resolved] as const)),
  );
  return resolve(expression, { ...place, aliases });
}

/** The position in the select list that a whole number in GROUP BY is. */
function positionOf(expression: Expression, { ordinals }: AnalysisConf): number | undefined {
  if (!ordinals.group || expression.kind !== "literal") return undefined;
  const { value, type } = expression;
  return typeof value === "number" && type.type === "integer" ? value : undefined;
}

/** Beside a position no star may stand in the select list, but in `count(*)`. */
function checkStars({ grouping, aggregates }: Aggregate, conf: AnalysisConf): void {
  if (!grouping.some((one) => positionOf(parsed(one, conf), conf) !== undefined)) return;
  const hasStar = (one: Expression): boolean =>
    one.kind === "star" ||
    (!(one.kind === "call" && one.name === "count") && childrenOf(one).some(hasStar));
  if (aggregates.some((one) => hasStar(parsed(one, conf)))) throw error("STAR_GROUP_BY_POS", {});
}

function itemAt(position: number, items: readonly Item[]): Resolved {
  const item = items[position - 1];
  if (!item) throw error("GROUP_BY_POS_OUT_OF_RANGE", { index: position, size: items.length });
  if (hasAggregate(item.resolved.expression)) {
    throw error("GROUP_BY_POS_AGGREGATE", { index: position, aggExpr: item.resolved.text });
  }
  return item.resolved;
}

interface Grouped {
  readonly items: readonly Item[];
  readonly grouping: readonly Resolved[];
  readonly sets?: GroupingSets;
  readonly place: Place;
  readonly environment: Environment;
}

/** The columns that rows are grouped by; with grouping sets, what tells the sets apart too. */
interface Groups {
  readonly all: readonly Group[];
  readonly id?: GroupingId;
}

/** Groups an input; time windows that grouping or outputs name are put beneath. */
export function aggregateOver(input: Analyzed, given: Grouped): Analyzed {
  const relation = withTimeWindows(input.relation, given.place.windows);
  const expanded =
    given.sets && expand({ ...input, relation }, given.sets, given.place.context.conf);
  const base = expanded?.input ?? { ...input, relation };
  const groups: Groups = expanded
    ? { all: expanded.groups, id: expanded.id }
    : { all: groupColumns(given.grouping, input) };
  const windows = given.items.some((item) =>
    some(item.resolved.expression, (one) => one.kind === "window"),
  );
  if (windows) return windowsOverGroups(base, given, groups);
  const outputs = given.items.map((item) => rebaseItem(item, groups));
  const seen = new Set<number>();
  const scope = { visible: groups.all.map((group) => group.scoped), hidden: [] };
  const made = outputs.map((item) => columnOf(item, { seen, input: scope }));
  return grouped({
    input: base,
    groups,
    columns: made.map((one) => one.named),
    visible: made.map((one) => one.scoped),
    hidden: [],
    environment: given.environment,
  });
}

/** One column for each grouping expression; a plain column keeps its id. */
function groupColumns(grouping: readonly Resolved[], input: Analyzed): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const one of grouping) {
    const key = keyOf(one.expression);
    if (groups.has(key)) continue;
    groups.set(key, { key, ...columnOf({ resolved: one, names: [] }, { seen: new Set(), input }) });
  }
  return [...groups.values()];
}

function rebaseItem(item: Item, groups: Groups): Item {
  const expression = rebase(item.resolved, groups);
  return { ...item, resolved: { ...item.resolved, expression } };
}

/** For expressions above the aggregation: what it puts out, and the error for what it lacks. */
interface Above {
  readonly outputs: ReadonlySet<number>;
  readonly missing: (name: string) => Error;
}

/** The expression over groups; MISSING_AGGREGATION if a column is neither grouped nor in one. */
function rebase(resolved: Resolved, groups: Groups, above?: Above): TypedExpression {
  const byKey = new Map(groups.all.map((group) => [group.key, group]));
  const own = groups.all.map((group) => group.named.column.id);
  const ids = new Set([...(above?.outputs ?? []), ...own]);
  const expression = replace(resolved.expression, (one) => {
    if (groups.id && isGroupingCall(one)) return groupingValue(one, groups.id);
    const group = byKey.get(keyOf(one));
    if (group) return reference(group.named.column);
    return one.kind === "aggregate" ? one : undefined;
  });
  const loose = looseReference(expression, ids);
  if (!loose) return expression;
  const text = loose.kind === "reference" ? loose.name : resolved.text;
  if (above) throw above.missing(text);
  if (groups.all.length === 0) {
    throw error("MISSING_GROUP_BY", { expression: `"${text}"` });
  }
  throw error("MISSING_AGGREGATION", {
    expression: `"${text}"`,
    expressionAnyValue: `"any_value(${text})"`,
  });
}

function looseReference(
  expression: TypedExpression,
  ids: ReadonlySet<number>,
): TypedExpression | undefined {
  if (expression.kind === "aggregate") return undefined;
  if (expression.kind === "reference") return ids.has(expression.id) ? undefined : expression;
  const inside = children(expression).flatMap((one) =>
    expression.kind === "window" && one === expression.function ? children(one) : [one],
  );
  for (const child of inside) {
    const loose = looseReference(child, ids);
    if (loose) return loose;
  }
  return undefined;
}

interface Made {
  readonly input: Analyzed;
  readonly groups: Groups;
  readonly columns: readonly Named[];
  readonly visible: readonly ScopeColumn[];
  readonly hidden: readonly ScopeColumn[];
  readonly environment: Environment;
}

function grouped(made: Made): Analyzed {
  const { input, groups, columns, visible, hidden, environment } = made;
  const relation: TypedRelation = {
    kind: "aggregate",
    input: input.relation,
    grouping: groups.all.map((group) => group.named),
    aggregates: columns,
  };
  const more: Analyzed["more"] = (expressions, use = "order") => {
    const keys = groups.all.map((group) => group.scoped);
    // HAVING: a column that is grouped by comes before an output of its name.
    const scope =
      use === "having" ? { visible: keys, hidden: [...visible, ...hidden] } : { visible, hidden };
    const lifted = new Map<number, TypedExpression>();
    const place = {
      ...placeOver(scope, environment),
      ...(use === "having" ? { lifted } : {}),
      beneath: beneathGroups(input, groups),
      analytic: groups.id !== undefined && (groups.id.keys.length > 0 || groups.all.length === 0),
    };
    const outputs = new Set(columns.map((named) => named.column.id));
    const added: Named[] = [];
    const around = environment.outer?.used ?? new Map<number, TypedReference>();
    const resolved = expressions.map((one) => {
      const typed = resolve(one, place);
      if (use === "order above") checkAbove(typed, visible, groups);
      const missing = (name: string) => unresolved([name], [{ visible, hidden }]);
      const known = new Set([...outputs, ...around.keys()]);
      const over = { outputs: new Set([...known, ...lifted.keys()]), missing };
      const expression = lower(rebase(typed, groups, over), {
        ...{ outputs: known, columns, added, lifted },
      });
      return { ...typed, expression };
    });
    const analyzed = grouped({
      ...made,
      columns: [...columns, ...added],
      hidden: [...hidden, ...added.map((named) => ({ column: named.column, qualifier: [] }))],
    });
    return { analyzed, resolved };
  };
  return { relation, visible, hidden, more };
}

/**
 * Above a HAVING that asked the aggregation for more, its output is closed: ORDER BY may name what
 * is put out and grouped, and compute no aggregate of it.
 */
function checkAbove(
  { expression, text }: Resolved,
  visible: readonly ScopeColumn[],
  groups: Groups,
): void {
  const ids = new Set(visible.map((one) => one.column.id));
  const keys = new Set(groups.all.map((group) => group.key));
  const strange = referencesIn(expression).find((one) => !ids.has(one.id) && !keys.has(keyOf(one)));
  if (strange) throw unresolved([strange.name], [{ visible, hidden: [] }]);
  if (!hasAggregate(expression)) return;
  throw error("UNSUPPORTED_EXPR_FOR_OPERATOR", { invalidExprSqls: `"${text}"` });
}

function referencesIn(expression: TypedExpression): readonly TypedReference[] {
  if (expression.kind === "reference") return [expression];
  return children(expression).flatMap(referencesIn);
}

/** Above grouping sets their columns have names too, those of expressions among them. */
function beneathGroups(input: Scope, { all, id }: Groups): Scope {
  const { visible, hidden } = input;
  if (!id) return { visible, hidden };
  const keys = all.slice(0, id.keys.length).map((group) => group.scoped);
  return { visible, hidden: [...hidden, ...keys] };
}

/** The expression over the aggregation's output: what it lacks is added to it. */
function lower(
  expression: TypedExpression,
  to: {
    readonly outputs: ReadonlySet<number>;
    readonly columns: readonly Named[];
    readonly added: Named[];
    /** Aggregates that subqueries ask for, by the id they ask for. */
    readonly lifted?: ReadonlyMap<number, TypedExpression>;
  },
): TypedExpression {
  return replace(expression, (one) => {
    if (one.kind === "window") {
      return mapChildren(one, (child) => lower(child, to));
    }
    if (one.kind === "reference" && to.outputs.has(one.id)) return one;
    if (one.kind === "subquery") {
      // Its relation refers to columns by id: they must come out of the aggregation as they are.
      const there = new Set([...to.outputs, ...to.added.map((named) => named.column.id)]);
      const missing = one.outer.filter((outer) => !there.has(outer.id));
      to.added.push(
        ...missing.map((outer) => ({
          column: hiddenColumn(outer),
          expression: to.lifted?.get(outer.id) ?? outer,
        })),
      );
      return { ...one, values: one.values.map((value) => lower(value, to)) };
    }
    if (one.kind !== "aggregate" && one.kind !== "reference") return undefined;
    const key = keyOf(one);
    const known = [...to.columns, ...to.added].find((named) => keyOf(named.expression) === key);
    if (known) return reference(known.column);
    const named = { column: hiddenColumn(one), expression: one };
    to.added.push(named);
    return reference(named.column);
  });
}

function hiddenColumn(expression: TypedExpression): Column {
  const { type, nullable } = expression;
  if (expression.kind === "reference") {
    return { id: expression.id, name: expression.name, type, nullable, metadata: {} };
  }
  return newColumn("aggregate", type, { nullable });
}

/** Windows over groups: the aggregation first, then a select list over what it puts out. */
function windowsOverGroups(input: Analyzed, given: Grouped, groups: Groups): Analyzed {
  // All that is grouped by comes out: ORDER BY above the windows may name it.
  const added = groups.all.map(({ named: { column } }): Named => {
    return { column, expression: reference(column) };
  });
  const to = { outputs: new Set<number>(), columns: [] as readonly Named[], added };
  const items = given.items.map((item): Item => {
    const expression = lower(rebaseItem(item, groups).resolved.expression, to);
    return { ...item, resolved: { ...item.resolved, expression } };
  });
  const columns = added.map((named) => {
    const group = groups.all.find((one) => one.named.column.id === named.column.id);
    return group ? { ...named, column: group.named.column } : named;
  });
  const visible = columns.map((named): ScopeColumn => {
    const group = groups.all.find((one) => one.named.column.id === named.column.id);
    return group?.scoped ?? { column: named.column, qualifier: [] };
  });
  const { environment } = given;
  const below = grouped({ input, groups, columns, visible, hidden: [], environment });
  return selectOver(below, items, environment);
}

function having(input: Analyzed, given: Expression, { ansi }: AnalysisConf): Analyzed {
  const made = input.more?.([given], "having");
  const analyzed = made?.analyzed ?? input;
  const [typed] = made?.resolved ?? [];
  if (!typed) return input;
  if (!castable(typed.expression.type, boolean, ansi)) {
    throw error("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", {
      sqlExpr: `"${typed.text}"`,
      filter: `"${typed.text}"`,
      type: quoteType(typed.expression.type),
    });
  }
  const condition = cast(typed.expression, boolean, ansi ? "ansi" : "legacy");
  const relation: TypedRelation = { kind: "filter", input: analyzed.relation, condition };
  const closed = analyzed.hidden.length > input.hidden.length;
  return overFilter(analyzed, relation, closed ? "order above" : "order");
}

/** What lies above a filter of an aggregation can still ask for more of the aggregation. */
function overFilter(analyzed: Analyzed, relation: TypedRelation, use: Use): Analyzed {
  const { more, ...rest } = analyzed;
  if (!more || relation.kind !== "filter") return { ...rest, relation };
  return {
    ...rest,
    relation,
    more: (expressions) => {
      const made = more(expressions, use);
      const again: TypedRelation = { ...relation, input: made.analyzed.relation };
      return { analyzed: overFilter(made.analyzed, again, use), resolved: made.resolved };
    },
  };
}
