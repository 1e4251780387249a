import type { FirstRows, ScanNeeds } from "./dataset.ts";
import { children, mapChildren, reference, referencesOf, replace, some } from "./expression.ts";
import { functions } from "./function/registry.ts";
import { outputOf, type TypedExpression, type TypedRelation, type TypedScan } from "./typed.ts";
import { expressionsOf } from "./walk.ts";

/** The conditions that together make one: the sides of its ANDs. */
export function conjuncts(condition: TypedExpression): readonly TypedExpression[] {
  return condition.kind === "call" && condition.name === "and"
    ? condition.arguments.flatMap(conjuncts)
    : [condition];
}

/** Whether a row may give another value each time: `rand()`, `uuid()`. */
export function isRandom(expression: TypedExpression): boolean {
  return some(
    expression,
    (one) =>
      (one.kind === "call" || one.kind === "aggregate") &&
      functions().get(one.name)?.deterministic === false,
  );
}

/** Whether an expression gives the same for the same row, now and later, without other rows. */
export function isDeterministic(expression: TypedExpression): boolean {
  return !isRandom(expression) && !some(expression, (one) => one.kind === "subquery");
}

/**
 * What each scan of a plan may leave out: the columns are those of its output, the conditions
 * those of the filters above it that speak of its columns alone. Run `prune` first to narrow the
 * outputs themselves. Scans within subqueries are included.
 */
export function scanRequests(plan: TypedRelation): Map<TypedScan, ScanNeeds> {
  const requests = new Map<TypedScan, ScanNeeds>();
  visit(plan, [], requests);
  return requests;
}

type Requests = Map<TypedScan, ScanNeeds>;
type Conditions = readonly TypedExpression[];

function visit(
  plan: TypedRelation,
  conditions: Conditions,
  requests: Requests,
  first?: FirstRows,
): void {
  for (const expression of expressionsOf(plan)) visitSubqueries(expression, requests);
  switch (plan.kind) {
    case "scan":
      requests.set(plan, requestOf(plan, conditions, first));
      return;
    case "input":
    case "one row":
      return;
    case "filter": {
      const all = conjuncts(plan.condition);
      const own = all.filter(isDeterministic);
      // Of the rows that are let through so many are enough: whoever reads must know which.
      const still = own.length === all.length ? first : undefined;
      visit(plan.input, [...conditions, ...own], requests, still);
      return;
    }
    case "project":
      visitProject(plan, conditions, requests, first);
      return;
    case "aggregate":
      visit(plan.input, throughAggregate(plan, conditions), requests);
      return;
    case "join":
      visitJoin(plan, conditions, requests);
      return;
    case "union":
      for (const input of plan.inputs) {
        visit(input, byPosition(plan, input, conditions), requests);
      }
      return;
    case "set":
      visit(plan.left, byPosition(plan, plan.left, conditions), requests);
      visit(plan.right, byPosition(plan, plan.right, conditions), requests);
      return;
    case "limit": {
      // Those that are first in an order are not among any so many.
      const asked = first?.order.length === 0 ? first.count : undefined;
      const own = plan.limit ?? asked;
      const count = own === undefined ? undefined : Math.min(own, asked ?? own) + plan.offset;
      visit(plan.input, [], requests, count === undefined ? undefined : { count, order: [] });
      return;
    }
    case "sort": {
      const known = onlyOver(idsOf(plan.input), conditions);
      const ordered = first?.order.length === 0 ? { ...first, order: plan.order } : first;
      visit(plan.input, known, requests, known.length < conditions.length ? undefined : ordered);
      return;
    }
    case "windows": {
      const shared = new Set(plan.columns.length > 0 ? partitionsOf(plan) : []);
      visit(plan.input, onlyOver(shared, conditions), requests);
      return;
    }
    case "deduplicate":
      visit(plan.input, onlyOver(new Set(plan.keys), conditions), requests);
      return;
    case "generate":
    case "watermark":
      visit(plan.input, onlyOver(idsOf(plan.input), conditions), requests);
      return;
  }
}

function visitProject(
  plan: Extract<TypedRelation, { kind: "project" }>,
  conditions: Conditions,
  requests: Requests,
  first: FirstRows | undefined,
): void {
  const known = throughProject(plan.columns, conditions);
  const order = (first?.order ?? []).map((one) => ({
    ...one,
    input: under(plan.columns, one.input),
  }));
  const lost =
    known.length < conditions.length || !order.every(({ input }) => isDeterministic(input));
  visit(plan.input, known, requests, lost || !first ? undefined : { ...first, order });
}

function idsOf(relation: TypedRelation): ReadonlySet<number> {
  return new Set(outputOf(relation).map((column) => column.id));
}

function onlyOver(ids: ReadonlySet<number>, conditions: Conditions): Conditions {
  return conditions.filter((one) => [...referencesOf(one)].every((id) => ids.has(id)));
}

/** Columns that every window partitions by: filtering on them removes whole partitions. */
function partitionsOf(plan: Extract<TypedRelation, { kind: "windows" }>): readonly number[] {
  const sets = plan.columns.map(({ expression }) =>
    expression.kind === "window"
      ? new Set(expression.partition.flatMap((one) => (one.kind === "reference" ? [one.id] : [])))
      : new Set<number>(),
  );
  const [first = new Set<number>(), ...rest] = sets;
  return [...first].filter((id) => rest.every((set) => set.has(id)));
}

type Columns = Extract<TypedRelation, { kind: "project" }>["columns"];

/** Conditions over a select list become conditions over its input. */
function throughProject(columns: Columns, conditions: Conditions): Conditions {
  return conditions.map((one) => under(columns, one)).filter(isDeterministic);
}

/** An expression over a select list as one over its input. */
function under(columns: Columns, expression: TypedExpression): TypedExpression {
  const byId = new Map(columns.map((named) => [named.column.id, named.expression]));
  return replace(expression, (inner) =>
    inner.kind === "reference" ? byId.get(inner.id) : undefined,
  );
}

/** Only what speaks of groups can be asked of rows; without groups there is always a row. */
function throughAggregate(
  plan: Extract<TypedRelation, { kind: "aggregate" }>,
  conditions: Conditions,
): Conditions {
  if (plan.grouping.length === 0) return [];
  const outputs = new Set(
    plan.aggregates
      .filter((named) => !some(named.expression, (one) => one.kind === "aggregate"))
      .map((named) => named.column.id),
  );
  const overGroups = throughProject(plan.aggregates, onlyOver(outputs, conditions));
  return throughProject(plan.grouping, overGroups);
}

function visitJoin(
  plan: Extract<TypedRelation, { kind: "join" }>,
  conditions: Conditions,
  requests: Requests,
): void {
  const on = plan.condition ? conjuncts(plan.condition).filter(isDeterministic) : [];
  const [left, right] = [idsOf(plan.left), idsOf(plan.right)];
  const { type } = plan;
  const inner = type === "inner" || type === "cross" || type === "semi";
  // A side whose rows survive without a match keeps those that fail the join's condition.
  const leftFrom = [
    ...(type === "right" || type === "full" ? [] : conditions),
    ...(inner || type === "right" ? on : []),
  ];
  const keepsRight = type === "left" || type === "full" || type === "anti" || type === "semi";
  const rightFrom = [
    ...(keepsRight ? [] : conditions),
    ...(type === "full" || type === "right" ? [] : on),
  ];
  visit(plan.left, onlyOver(left, leftFrom), requests);
  visit(plan.right, onlyOver(right, rightFrom), requests);
}

function byPosition(plan: TypedRelation, input: TypedRelation, conditions: Conditions): Conditions {
  const there = outputOf(input);
  const places = new Map(outputOf(plan).map((column, index) => [column.id, there[index]]));
  return conditions.map((one) =>
    replace(one, (inner) => {
      const column = inner.kind === "reference" ? places.get(inner.id) : undefined;
      return column && reference(column);
    }),
  );
}

function requestOf(scan: TypedScan, conditions: Conditions, first?: FirstRows): ScanNeeds {
  const fields = [...scan.dataset.schema.fields, ...scan.dataset.hidden];
  const byId = new Map(scan.output.map((column) => [column.id, fieldNameOf(scan, column.id)]));
  const columns = scan.output.flatMap((column) => {
    const name = byId.get(column.id);
    return fields.find((field) => field.name === name) ?? [];
  });
  const named = (one: TypedExpression): TypedExpression => fieldsNamed(scan, one);
  const ids = idsOf(scan);
  const known = onlyOver(ids, conditions);
  const order = first?.order.map((one) => ({ ...one, input: named(one.input) })) ?? [];
  const ordered =
    onlyOver(
      ids,
      order.map(({ input }) => input),
    ).length === order.length;
  const whole = known.length === conditions.length && ordered;
  return {
    columns,
    conditions: known.map(named),
    ...(first && whole ? { first: { count: first.count, order } } : {}),
  };
}

/** The expression with the names of a scan's fields in its references. */
export function fieldsNamed(scan: TypedScan, expression: TypedExpression): TypedExpression {
  return expression.kind === "reference"
    ? { ...expression, name: fieldNameOf(scan, expression.id) ?? expression.name }
    : mapChildren(expression, (one) => fieldsNamed(scan, one));
}

function fieldNameOf(scan: TypedScan, id: number): string | undefined {
  return scan.output.find((column) => column.id === id)?.name;
}

function visitSubqueries(expression: TypedExpression, requests: Requests): void {
  if (expression.kind === "subquery") visit(expression.relation, [], requests);
  for (const child of children(expression)) visitSubqueries(child, requests);
}
