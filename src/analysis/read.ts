import type { Expression } from "../plan/expression.ts";
import type { Read, Relation } from "../plan/relation.ts";
import { parsed } from "./resolve.ts";

/**
 * The reads of a plan in order, those of subqueries too. A name that a WITH around it defines is
 * no read. The plans of views are the caller's to look into.
 */
export function collectReads(relation: Relation): Read[] {
  const reads: Read[] = [];
  visit(relation, { defined: new Set(), read: (one) => reads.push(one), name: () => {} });
  return reads;
}

/** The parts of all names that a plan mentions, in lower case. */
export function mentionedNames(relation: Relation): ReadonlySet<string> {
  const names = new Set<string>();
  visit(relation, {
    defined: new Set(),
    read: () => {},
    name: (parts) => {
      for (const part of parts) names.add(part.toLowerCase());
    },
  });
  return names;
}

interface Visitor {
  /** Common tables in sight, in lower case. */
  readonly defined: ReadonlySet<string>;
  readonly read: (read: Read) => void;
  readonly name: (parts: readonly string[]) => void;
}

function visit(relation: Relation, visitor: Visitor): void {
  switch (relation.kind) {
    case "read": {
      const [name, ...more] = relation.table ?? [];
      const common = more.length === 0 && name && visitor.defined.has(name.toLowerCase());
      if (!common) visitor.read(relation);
      return;
    }
    case "with": {
      const defined = new Set(visitor.defined);
      for (const definition of relation.definitions) {
        visit(definition.input, { ...visitor, defined: new Set(defined) });
        defined.add(definition.alias.toLowerCase());
      }
      return visit(relation.input, { ...visitor, defined });
    }
    case "join":
    case "set":
      visit(relation.left, visitor);
      visit(relation.right, visitor);
      break;
    case "local":
    case "range":
    case "one row":
    case "cached":
    case "command result":
      return;
    default:
      visit(relation.input, visitor);
  }
  for (const expression of expressionsOf(relation)) visitExpression(expression, visitor);
}

function expressionsOf(relation: Relation): readonly Expression[] {
  switch (relation.kind) {
    case "project":
      return relation.expressions;
    case "filter":
      return [relation.condition];
    case "with columns":
    case "drop":
      return relation.columns;
    case "join":
      return relation.condition ? [relation.condition] : [];
    case "aggregate": {
      const having = relation.having ? [relation.having] : [];
      return [...relation.grouping, ...relation.aggregates, ...having];
    }
    case "sort":
      return relation.order;
    case "limit":
    case "offset":
      return [relation.count];
    case "lateral view":
      return [relation.generator];
    default:
      return [];
  }
}

function visitExpression(given: Expression, visitor: Visitor): void {
  const expression = parsed(given);
  const each = (list: readonly Expression[]): void => {
    for (const one of list) visitExpression(one, visitor);
  };
  switch (expression.kind) {
    case "attribute":
      return visitor.name(expression.name);
    case "star":
      return visitor.name(expression.target);
    case "call":
      each(expression.arguments);
      return expression.filter && visitExpression(expression.filter, visitor);
    case "cast":
    case "alias":
    case "order":
      return visitExpression(expression.input, visitor);
    case "over":
      return each([expression.function, ...expression.partition, ...expression.order]);
    case "lambda":
      return visitExpression(expression.body, visitor);
    case "extract":
      return each([expression.input, expression.key]);
    case "subquery":
      each(expression.values);
      return visit(expression.relation, visitor);
    default:
      return;
  }
}
