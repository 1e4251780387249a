import { referencesOf } from "./expression.ts";
import { type Named, outputOf, type TypedExpression, type TypedRelation } from "./typed.ts";
import { expressionsOf, inputsOf } from "./walk.ts";

/**
 * The plan without the columns that nothing reads: select lists, joins and scans put out only what
 * is asked of them. The output stays as it is, and so do the inputs of set operations, whose
 * columns go by position. Subqueries are left as they are.
 */
export function prune(plan: TypedRelation): TypedRelation {
  return narrow(plan, idsOf(plan));
}

type Ids = ReadonlySet<number>;

function idsOf(plan: TypedRelation): Ids {
  return new Set(outputOf(plan).map((column) => column.id));
}

function withReferences(needed: Ids, expressions: readonly TypedExpression[]): Ids {
  const ids = new Set(needed);
  for (const expression of expressions) {
    for (const id of referencesOf(expression)) ids.add(id);
  }
  return ids;
}

/** Those that are needed, or the first: a relation has at least one column. */
function kept<T>(items: readonly T[], needed: (item: T) => boolean): readonly T[] {
  const found = items.filter(needed);
  return found.length > 0 ? found : items.slice(0, 1);
}

function narrow(plan: TypedRelation, needed: Ids): TypedRelation {
  switch (plan.kind) {
    case "scan":
      return { ...plan, output: kept(plan.output, (column) => needed.has(column.id)) };
    case "input":
    case "one row":
      return plan;
    case "project": {
      const columns = kept(plan.columns, (named) => needed.has(named.column.id));
      const own = withReferences(
        new Set(),
        columns.map((named) => named.expression),
      );
      return { ...plan, columns, input: narrow(plan.input, own) };
    }
    case "aggregate":
      return narrowAggregate(plan, needed);
    case "join":
      return narrowJoin(plan, needed);
    case "union":
      return { ...plan, inputs: plan.inputs.map(prune) };
    case "set":
      return { ...plan, left: prune(plan.left), right: prune(plan.right) };
    case "watermark": {
      const input = narrow(plan.input, new Set([...needed, plan.column]));
      const there = idsOf(input);
      return { ...plan, input, output: plan.output.filter((column) => there.has(column.id)) };
    }
    case "deduplicate":
      return { ...plan, input: narrow(plan.input, withKeys(plan, needed)) };
    case "limit":
      return { ...plan, input: narrow(plan.input, needed) };
    default:
      return { ...plan, input: narrow(plan.input, withReferences(needed, expressionsOf(plan))) };
  }
}

/** What a deduplication reads: its keys, and the event time that makes it forget them. */
function withKeys(plan: Extract<TypedRelation, { kind: "deduplicate" }>, needed: Ids): Ids {
  const times = outputOf(plan.input).filter((column) => delayKey in column.metadata);
  return new Set([...needed, ...plan.keys, ...times.map((column) => column.id)]);
}

/** Marks an event time (Spark's EventTimeWatermark). */
const delayKey = "spark.watermarkDelayMs";

function narrowAggregate(
  plan: Extract<TypedRelation, { kind: "aggregate" }>,
  needed: Ids,
): TypedRelation {
  const aggregates = kept(plan.aggregates, (named) => needed.has(named.column.id));
  const expressions = [...plan.grouping, ...aggregates].map((named: Named) => named.expression);
  const own = withReferences(new Set(), expressions);
  return { ...plan, aggregates, input: narrow(plan.input, own) };
}

function narrowJoin(plan: Extract<TypedRelation, { kind: "join" }>, needed: Ids): TypedRelation {
  let own = withReferences(needed, expressionsOf(plan));
  // The right side of a lateral join reads columns of the left anywhere within it.
  if (plan.lateral) own = withReferences(own, allExpressions(plan.right));
  const left = narrow(plan.left, own);
  const right = narrow(plan.right, own);
  const there = new Set([...idsOf(left), ...idsOf(right)]);
  return { ...plan, left, right, output: plan.output.filter((column) => there.has(column.id)) };
}

function allExpressions(plan: TypedRelation): readonly TypedExpression[] {
  return [...expressionsOf(plan), ...inputsOf(plan).flatMap(allExpressions)];
}
