import { conjuncts, fieldsNamed, isDeterministic } from "./conjunct.ts";
import type { Question } from "./dataset.ts";
import { newColumn, reference, referencesOf, replace } from "./expression.ts";
import {
  type Column,
  outputOf,
  type TypedAggregate,
  type TypedExpression,
  type TypedOrder,
  type TypedRelation,
  type TypedScan,
} from "./typed.ts";

/** A question that a part of a plan puts to a scan, and what its answer stands for. */
export interface Asked {
  readonly scan: TypedScan;
  readonly question: Omit<Question, "timeZone">;
  /** The columns of the answer. */
  readonly output: readonly Column[];
  /** The part of the plan, made of the answer. */
  made(answer: TypedRelation): TypedRelation;
}

/**
 * What a dataset may be asked instead of its rows: aggregates, or rows with the first of them left
 * out. What reads less without being asked (columns, conditions, first rows) is no question.
 */
export function questionOf(plan: TypedRelation): Asked | undefined {
  if (plan.kind === "aggregate") return groupsOf(plan);
  if (plan.kind === "deduplicate") return distinctOf(plan);
  return plan.kind === "limit" && plan.offset > 0 ? rowsOf(plan) : undefined;
}

/** Rows that differ are groups by all of their columns. */
function distinctOf(plan: Extract<TypedRelation, { kind: "deduplicate" }>): Asked | undefined {
  const columns = outputOf(plan);
  if (!columns.every(({ id }) => plan.keys.includes(id))) return undefined;
  const grouping = columns.map((column) => ({
    column: newColumn(column.name, column.type, column),
    expression: reference(column),
  }));
  const aggregates = columns.map((column, at) => ({
    column,
    expression: reference(grouping[at]!.column),
  }));
  return groupsOf({ kind: "aggregate", input: plan.input, grouping, aggregates });
}

/** Rows of a scan, chosen, maybe ordered, and what the columns above are over the scan's. */
interface Chain {
  readonly scan: TypedScan;
  readonly conditions: readonly TypedExpression[];
  readonly order: readonly TypedOrder[];
  over(expression: TypedExpression): TypedExpression;
}

function chainOf(plan: TypedRelation): Chain | undefined {
  if (plan.kind === "scan") {
    return plan.dataset.answer && { scan: plan, conditions: [], order: [], over: (one) => one };
  }
  if (plan.kind !== "filter" && plan.kind !== "sort" && plan.kind !== "project") return undefined;
  const below = chainOf(plan.input);
  if (!below) return undefined;
  switch (plan.kind) {
    case "filter": {
      const own = conjuncts(plan.condition);
      const conditions = [...below.conditions, ...own.map(below.over)];
      return own.every(isDeterministic) ? { ...below, conditions } : undefined;
    }
    case "sort":
      return {
        ...below,
        order: plan.order.map((one) => ({ ...one, input: below.over(one.input) })),
      };
    case "project": {
      if (!plan.columns.every(({ expression }) => isDeterministic(expression))) return undefined;
      const byId = new Map(
        plan.columns.map(({ column, expression }) => [column.id, below.over(expression)]),
      );
      const over = (expression: TypedExpression): TypedExpression =>
        replace(expression, (one) => (one.kind === "reference" ? byId.get(one.id) : undefined));
      return { ...below, over };
    }
  }
}

type Aggregation = Extract<TypedRelation, { kind: "aggregate" }>;

function groupsOf(plan: Aggregation): Asked | undefined {
  const below = chainOf(plan.input);
  if (!below) return undefined;
  const by = plan.grouping.map(({ expression }) => below.over(expression));
  const groups = plan.grouping.map(({ column: { name, type, nullable } }) =>
    newColumn(name, type, { nullable }),
  );
  const places = new Map(plan.grouping.map(({ column }, at) => [column.id, groups[at]!]));
  const aggregates: TypedAggregate[] = [];
  const results: Column[] = [];
  const answered = (expression: TypedExpression): TypedExpression =>
    replace(expression, (one) => {
      if (one.kind === "reference") {
        const place = places.get(one.id);
        return place && reference(place);
      }
      if (one.kind !== "aggregate") return undefined;
      const result = newColumn(one.name, one.type, { nullable: one.nullable });
      aggregates.push(below.over(one) as TypedAggregate);
      results.push(result);
      return reference(result);
    });
  const columns = plan.aggregates.map(({ column, expression }) => ({
    column,
    expression: answered(expression),
  }));
  const output = [...groups, ...results];
  const known = asked(below, [...by, ...aggregates]);
  if (!known || output.length === 0) return undefined;
  return {
    ...known,
    question: {
      conditions: known.conditions,
      wants: {
        kind: "groups",
        by: by.map(known.named),
        aggregates: aggregates.map((one) => known.named(one) as TypedAggregate),
      },
    },
    output,
    made: (input) => ({ kind: "project", input, columns }),
  };
}

function rowsOf(plan: Extract<TypedRelation, { kind: "limit" }>): Asked | undefined {
  const below = chainOf(plan.input);
  if (!below) return undefined;
  const { scan, order } = below;
  const known = asked(
    below,
    order.map(({ input }) => input),
  );
  if (!known) return undefined;
  const columns = outputOf(plan).map((column) => ({
    column,
    expression: below.over(reference(column)),
  }));
  return {
    ...known,
    question: {
      conditions: known.conditions,
      wants: {
        kind: "rows",
        columns: scan.output,
        order: order.map((one) => ({ ...one, input: known.named(one.input) })),
        ...(plan.limit === undefined ? {} : { limit: plan.limit }),
        offset: plan.offset,
      },
    },
    output: scan.output,
    made: (answer) => {
      const input = order.length === 0 ? answer : ({ kind: "sort", input: answer, order } as const);
      return { kind: "project", input, columns };
    },
  };
}

/** The parts of a question; none where it speaks of more than the scan, as of an outer query. */
function asked({ scan, conditions }: Chain, others: readonly TypedExpression[]) {
  const ids = new Set(scan.output.map(({ id }) => id));
  const own = (one: TypedExpression): boolean => [...referencesOf(one)].every((id) => ids.has(id));
  if (![...conditions, ...others].every((one) => own(one) && isDeterministic(one)))
    return undefined;
  const named = (one: TypedExpression): TypedExpression => fieldsNamed(scan, one);
  return { scan, conditions: conditions.map(named), named };
}
