import type { Expression } from "../plan/expression.ts";
import type { Read, Relation } from "../plan/relation.ts";
import { defaultConf } from "./conf.ts";
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

/** The names of the functions that a plan calls, those of subqueries too. */
export function calledNames(relation: Relation): ReadonlySet<string> {
  const names = new Set<string>();
  const call = (name: string) => void names.add(name);
  visit(relation, { defined: new Set(), read: () => {}, name: () => {}, call });
  return names;
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
  readonly call?: (name: string) => void;
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
      visit(relation.input, { ...visitor, defined });
      return;
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
  const expression = parsed(given, defaultConf);
  const each = (list: readonly Expression[]): void => {
    for (const one of list) visitExpression(one, visitor);
  };
  switch (expression.kind) {
    case "attribute":
      visitor.name(expression.name);
      return;
    case "star":
      visitor.name(expression.target);
      return;
    case "call":
      visitor.call?.(expression.name);
      each(expression.arguments);
      if (expression.filter) visitExpression(expression.filter, visitor);
      return;
    case "cast":
    case "alias":
    case "order":
      visitExpression(expression.input, visitor);
      return;
    case "over":
      each([expression.function, ...expression.partition, ...expression.order]);
      return;
    case "lambda":
      visitExpression(expression.body, visitor);
      return;
    case "extract":
      each([expression.input, expression.key]);
      return;
    case "subquery":
      each(expression.values);
      visit(expression.relation, visitor);
      return;
    default:
      return;
  }
}
