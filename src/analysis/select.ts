import { error } from "../error/error.ts";
import type { Expression } from "../plan/expression.ts";
import type { Project } from "../plan/relation.ts";
import {
  children,
  newColumn,
  passing,
  reference,
  referencesOf,
  replace,
  some,
} from "./expression.ts";
import { isGenerator } from "./function/registry.ts";
import { aggregateOver } from "./group.ts";
import { keyOf } from "./key.ts";
import type { Analyzed, Environment } from "./output.ts";
import { placeOver } from "./output.ts";
import { type Place, parsed, type Resolved, resolve } from "./resolve.ts";
import type { Scope, ScopeColumn } from "./scope.ts";
import { starColumns } from "./star.ts";
import { withTimeWindows } from "./time-window.ts";
import {
  type Column,
  type Named,
  outputOf,
  type TypedCall,
  type TypedExpression,
  type TypedRelation,
} from "./typed.ts";

/** One expression of a select list, typed. */
export interface Item {
  readonly resolved: Resolved;
  /** What AS says; several for a generator. */
  readonly names: readonly string[];
  /** The function as the user called it; for the `_outer` of generators. */
  readonly called?: string;
}

/** SELECT without GROUP BY; with an aggregate function it is one group of all rows. */
export function project(given: Project, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const place = placeOver(input, environment);
  const items = resolveItems(given.expressions, place);
  if (items.some((item) => hasAggregate(item.resolved.expression))) {
    return aggregateOver(input, { items, grouping: [], place, environment });
  }
  const base = { ...input, relation: withTimeWindows(input.relation, place.windows) };
  return selectOver(base, items, environment);
}

/** Types a select list: stars are expanded, aliases are visible to their right. */
export function resolveItems(expressions: readonly Expression[], given: Place): readonly Item[] {
  const aliases = new Map<string, Resolved>(given.aliases);
  const place = { ...given, aliases };
  const { conf } = place.context;
  return expressions.flatMap((one): readonly Item[] => {
    const expression = parsed(one, conf);
    if (expression.kind === "star") {
      return starColumns(expression, place).map((resolved) => ({ resolved, names: [] }));
    }
    if (expression.kind !== "alias") return [itemOf(expression, resolve(expression, place))];
    const inner = parsed(expression.input, conf);
    const resolved = resolve(inner, place);
    const { metadata = resolved.metadata, names } = expression;
    const [name = resolved.name] = names;
    const renamed = { ...resolved, metadata, name };
    if (!aliases.has(name.toLowerCase())) aliases.set(name.toLowerCase(), renamed);
    return [{ ...itemOf(inner, renamed), names }];
  });
}

function itemOf(expression: Expression, resolved: Resolved): Item {
  const item = { resolved, names: [] };
  return expression.kind === "call" ? { ...item, called: expression.name } : item;
}

/** Whether an aggregate stands in it that is not the function of a window. */
export function hasAggregate(expression: TypedExpression): boolean {
  if (expression.kind === "aggregate") return true;
  if (expression.kind === "subquery") return expression.values.some(hasAggregate);
  const inside =
    expression.kind === "window"
      ? children(expression).flatMap((one) => (one === expression.function ? children(one) : [one]))
      : children(expression);
  return inside.some(hasAggregate);
}

/** A select list over an input, its generator and windows beneath it. */
export function selectOver(
  input: Analyzed,
  items: readonly Item[],
  environment: Environment,
): Analyzed {
  const generated = generate(input.relation, items);
  const expressions = generated.items.map((item) => item.resolved.expression);
  const windowed = extractWindows(generated.relation, expressions);
  const seen = new Set<number>();
  const made = generated.items.map((item, index) => {
    const expression = windowed.expressions[index] ?? item.resolved.expression;
    return columnOf({ ...item, resolved: { ...item.resolved, expression } }, { seen, input });
  });
  const columns = made.map((one) => one.named);
  const visible = made.map((one) => one.scoped);
  return projected({ input: windowed.relation, columns, visible, beneath: input, environment });
}

/** Makes the output column of an item: a plain reference keeps its id the first time. */
export function columnOf(
  item: Item,
  around: { readonly seen: Set<number>; readonly input: Scope },
): { readonly named: Named; readonly scoped: ScopeColumn } {
  const { expression, name, metadata } = item.resolved;
  const [alias] = item.names;
  const { type, nullable } = expression;
  if (expression.kind === "reference" && alias === undefined) {
    const known = [...around.input.visible, ...around.input.hidden].find(
      (one) => one.column.id === expression.id,
    );
    const qualifier = known?.qualifier ?? [];
    const repeated = around.seen.has(expression.id);
    around.seen.add(expression.id);
    const column: Column = repeated
      ? newColumn(name, type, { nullable, metadata })
      : { id: expression.id, name, type, nullable, metadata };
    const scoped = { column, qualifier };
    return {
      named: { column, expression },
      scoped: repeated ? { ...scoped, repeats: expression.id } : scoped,
    };
  }
  const column = newColumn(alias ?? name, type, { nullable, metadata });
  const scoped = { column, qualifier: [] };
  return {
    named: { column, expression },
    scoped: alias === undefined ? { ...scoped, generated: true } : scoped,
  };
}

interface Projection {
  readonly input: TypedRelation;
  readonly columns: readonly Named[];
  readonly visible: readonly ScopeColumn[];
  /** What names mean beneath it. */
  readonly beneath: Scope;
  readonly environment: Environment;
  readonly hidden?: readonly ScopeColumn[];
}

function projected(made: Projection): Analyzed {
  const { input, columns, visible, beneath, environment, hidden = [] } = made;
  const relation: TypedRelation = { kind: "project", input, columns };
  const more: Analyzed["more"] = (expressions) => {
    const output = { visible, hidden };
    const place = { ...placeOver(output, environment), beneath };
    const resolved = expressions.map((one) => resolve(one, place));
    const present = new Set(columns.map((named) => named.column.id));
    const wanted = new Set(resolved.flatMap((one) => [...referencesOf(one.expression)]));
    const extra = outputOf(input).filter(
      (column) => wanted.has(column.id) && !present.has(column.id),
    );
    const analyzed = projected({
      ...made,
      columns: [...columns, ...extra.map(passing)],
      hidden: [...hidden, ...extra.map((column) => ({ column, qualifier: [] }))],
    });
    return { analyzed, resolved };
  };
  return { relation, visible, hidden, more };
}

/** Pulls window functions out into columns of a TypedWindows; equal ones once. */
export function extractWindows(
  input: TypedRelation,
  expressions: readonly TypedExpression[],
): { readonly relation: TypedRelation; readonly expressions: readonly TypedExpression[] } {
  const found = new Map<string, Named>();
  const changed = expressions.map((expression) =>
    replace(expression, (one) => {
      if (one.kind !== "window") return undefined;
      const key = keyOf(one);
      const { type, nullable } = one;
      const known = found.get(key) ?? {
        column: newColumn("window", type, { nullable }),
        expression: one,
      };
      found.set(key, known);
      return reference(known.column);
    }),
  );
  if (found.size === 0) return { relation: input, expressions };
  const columns = [...found.values()];
  return { relation: { kind: "windows", input, columns }, expressions: changed };
}

/** Puts the generator of a select list beneath it; its item becomes the columns it yields. */
function generate(
  input: TypedRelation,
  items: readonly Item[],
): { readonly relation: TypedRelation; readonly items: readonly Item[] } {
  const generators = items.filter((item) => some(item.resolved.expression, isGenerator));
  const [only, ...others] = generators;
  if (!only) return { relation: input, items };
  if (others.length > 0) {
    throw error("UNSUPPORTED_GENERATOR.MULTI_GENERATOR", {
      num: generators.length,
      generators: generators.map((item) => `"${item.resolved.text}"`).join(", "),
    });
  }
  const { expression, text } = only.resolved;
  if (!isGenerator(expression)) {
    throw error("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: `"${text}"` });
  }
  const generated = generatedColumns(expression, only.names);
  const outer = only.called?.endsWith("_outer") ?? false;
  const relation: TypedRelation = {
    kind: "generate",
    input,
    generator: expression,
    outer,
    generated: outer ? generated.map(nulled) : generated,
  };
  const produced = outputOf(relation)
    .slice(-generated.length)
    .map(
      (column): Item => ({
        resolved: {
          expression: reference(column),
          text: column.name,
          name: column.name,
          metadata: column.metadata,
        },
        names: [],
      }),
    );
  return { relation, items: items.flatMap((item) => (item === only ? produced : [item])) };
}

function nulled(column: Column): Column {
  return { ...column, nullable: true };
}

/** The columns a generator yields, under these names if any are given. */
export function generatedColumns(
  generator: TypedCall,
  names: readonly string[],
): readonly Column[] {
  const { type } = generator;
  const fields =
    type.type === "array" && type.elementType.type === "struct" ? type.elementType.fields : [];
  if (names.length > 0 && names.length !== fields.length) {
    throw error("UDTF_ALIAS_NUMBER_MISMATCH", {
      aliasesSize: fields.length,
      aliasesNames: names.join(", "),
    });
  }
  return fields.map((one, index) =>
    newColumn(names[index] ?? one.name, one.type, {
      nullable: one.nullable,
      metadata: one.metadata,
    }),
  );
}
