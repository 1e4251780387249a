import { assert } from "../error/error.ts";
import type { Alias, Call, Expression, FrameBoundary, SortOrder } from "./expression.ts";
import type { Relation, SubqueryAlias } from "./relation.ts";

/** The relations a relation reads directly; not those of subqueries in its expressions. */
export function inputsOf(relation: Relation): readonly Relation[] {
  switch (relation.kind) {
    case "read":
    case "local":
    case "range":
    case "one row":
    case "cached":
    case "command result":
      return [];
    case "join":
    case "set":
      return [relation.left, relation.right];
    case "with":
      return [...relation.definitions, relation.input];
    default:
      return [relation.input];
  }
}

/** The relation with its inputs replaced; the same object where none changes. */
export function mapInputs(relation: Relation, change: (input: Relation) => Relation): Relation {
  switch (relation.kind) {
    case "read":
    case "local":
    case "range":
    case "one row":
    case "cached":
    case "command result":
      return relation;
    case "join":
    case "set": {
      const left = change(relation.left);
      const right = change(relation.right);
      const same = left === relation.left && right === relation.right;
      return same ? relation : { ...relation, left, right };
    }
    case "with": {
      const definitions = mapSame(relation.definitions, (each): SubqueryAlias => {
        const input = change(each.input);
        return input === each.input ? each : { ...each, input };
      });
      const input = change(relation.input);
      const same = definitions === relation.definitions && input === relation.input;
      return same ? relation : { ...relation, definitions, input };
    }
    default: {
      const input = change(relation.input);
      return input === relation.input ? relation : { ...relation, input };
    }
  }
}

/** Rewrites a relation from the leaves up. Definitions of WITH keep their names. */
export function transformRelation(
  relation: Relation,
  change: (relation: Relation) => Relation,
): Relation {
  return change(mapInputs(relation, (input) => transformRelation(input, change)));
}

/** All relations of a plan, a parent before its inputs; with those of subqueries. */
export function* relationsOf(relation: Relation): Generator<Relation> {
  yield relation;
  for (const expression of expressionsOf(relation)) {
    for (const part of partsOf(expression)) {
      if (part.kind === "subquery") yield* relationsOf(part.relation);
    }
  }
  for (const input of inputsOf(relation)) yield* relationsOf(input);
}

/** The expressions a relation holds itself. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  const held: Expression[] = [];
  mapExpressions(relation, (expression) => {
    held.push(expression);
    return expression;
  });
  return held;
}

/** The relation with each of its own expressions replaced; the same object where none changes. */
export function mapExpressions(
  relation: Relation,
  change: (expression: Expression) => Expression,
): Relation {
  switch (relation.kind) {
    case "project":
      return merge(relation, { expressions: mapSame(relation.expressions, change) });
    case "filter":
      return merge(relation, { condition: change(relation.condition) });
    case "with columns":
      return merge(relation, { columns: mapSame(relation.columns, kept<Alias>("alias", change)) });
    case "drop":
      return merge(relation, { columns: mapSame(relation.columns, change) });
    case "join":
      return relation.condition
        ? merge(relation, { condition: change(relation.condition) })
        : relation;
    case "aggregate": {
      const grouping = mapSame(relation.grouping, change);
      const aggregates = mapSame(relation.aggregates, change);
      const having = relation.having ? { having: change(relation.having) } : {};
      return merge(relation, { grouping, aggregates, ...having });
    }
    case "sort":
      return merge(relation, { order: mapSame(relation.order, kept<SortOrder>("order", change)) });
    case "limit":
    case "offset":
      return merge(relation, { count: change(relation.count) });
    case "lateral view":
      return merge(relation, { generator: change(relation.generator) });
    default:
      return relation;
  }
}

/** The parts an expression is made of directly; a subquery's relation is no part. */
export function childrenOf(expression: Expression): readonly Expression[] {
  const children: Expression[] = [];
  mapChildren(expression, (child) => {
    children.push(child);
    return child;
  });
  return children;
}

/** An expression and all its parts, a parent before its parts. */
export function* partsOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const child of childrenOf(expression)) yield* partsOf(child);
}

/** Rewrites an expression from the leaves up. */
export function transformExpression(
  expression: Expression,
  change: (expression: Expression) => Expression,
): Expression {
  return change(mapChildren(expression, (child) => transformExpression(child, change)));
}

/** The expression with its direct parts replaced; the same object where none changes. */
function mapChildren(
  expression: Expression,
  change: (child: Expression) => Expression,
): Expression {
  switch (expression.kind) {
    case "literal":
    case "attribute":
    case "star":
    case "text":
      return expression;
    case "call": {
      const filter = expression.filter ? { filter: change(expression.filter) } : {};
      return merge(expression, { arguments: mapSame(expression.arguments, change), ...filter });
    }
    case "cast":
    case "alias":
    case "order":
      return merge(expression, { input: change(expression.input) });
    case "over": {
      const order = mapSame(expression.order, kept<SortOrder>("order", change));
      const call = kept<Call>("call", change)(expression.function);
      const { frame } = expression;
      const changed = frame && {
        frame: merge(frame, {
          lower: mapBoundary(frame.lower, change),
          upper: mapBoundary(frame.upper, change),
        }),
      };
      const partition = mapSame(expression.partition, change);
      return merge(expression, { function: call, partition, order, ...changed });
    }
    case "lambda":
      return merge(expression, { body: change(expression.body) });
    case "extract":
      return merge(expression, { input: change(expression.input), key: change(expression.key) });
    case "subquery":
      return merge(expression, { values: mapSame(expression.values, change) });
  }
}

function mapBoundary(
  boundary: FrameBoundary,
  change: (child: Expression) => Expression,
): FrameBoundary {
  return "offset" in boundary ? merge(boundary, { offset: change(boundary.offset) }) : boundary;
}

/** A change that may not turn this part into another kind: it stands where only one may. */
function kept<T extends Expression>(
  kind: T["kind"],
  change: (expression: Expression) => Expression,
): (expression: T) => T {
  return (expression) => {
    const result = change(expression);
    assert(result.kind === kind, `a ${kind} became ${result.kind}`);
    return result as T;
  };
}

function mapSame<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}

function merge<T extends object>(whole: T, parts: Partial<T>): T {
  const names = Object.keys(parts) as (keyof T)[];
  return names.every((name) => whole[name] === parts[name]) ? whole : { ...whole, ...parts };
}
