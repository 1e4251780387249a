import { error } from "../error/error.ts";
import type { Drop, LateralView, WithColumns, WithColumnsRenamed } from "../plan/relation.ts";
import { reference } from "./expression.ts";
import { findFunction, isGenerator } from "./function/registry.ts";
import { inlineTable } from "./inline.ts";
import { type Analyzed, type Environment, placeOver } from "./output.ts";
import { parsed, resolve } from "./resolve.ts";
import { lookup, type ScopeColumn, unresolved } from "./scope.ts";
import { generatedColumns, type Item, resolveItems, selectOver } from "./select.ts";
import { withTimeWindows } from "./time-window.ts";
import type { TypedRelation } from "./typed.ts";

/** withColumns: a column of the name is replaced in its place, others come at the end. */
export function withColumns(given: WithColumns, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const place = placeOver(input, environment);
  const made = resolveItems(given.columns, place);
  const byName = new Map(made.map((item) => [(item.names[0] ?? "").toLowerCase(), item]));
  const kept = input.visible.map((one): Item => {
    const name = one.column.name.toLowerCase();
    const replaced = byName.get(name);
    if (!replaced) return itemOf(one);
    return { ...replaced, names: [replaced.names[0] ?? one.column.name] };
  });
  const present = new Set(input.visible.map((one) => one.column.name.toLowerCase()));
  const added = made.filter((item) => !present.has((item.names[0] ?? "").toLowerCase()));
  const [unknown] = given.known ? added : [];
  if (unknown) throw unresolved([unknown.names[0] ?? ""], [input]);
  const base = { ...input, relation: withTimeWindows(input.relation, place.windows) };
  return selectOver(base, [...kept, ...added], environment);
}

function itemOf(one: ScopeColumn): Item {
  const { column } = one;
  const { name, metadata } = column;
  return { resolved: { expression: reference(column), text: name, name, metadata }, names: [] };
}

/** withColumnsRenamed: in turn, so a later name may be one just given. Absent ones are left. */
export function rename(given: WithColumnsRenamed, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const items = input.visible.map((one): Item => {
    let { name } = one.column;
    for (const [from, to] of given.names) {
      if (name.toLowerCase() === from.toLowerCase()) name = to;
    }
    return name === one.column.name ? itemOf(one) : { ...itemOf(one), names: [name] };
  });
  return selectOver(input, items, environment);
}

/** drop: columns by name or qualified name; those that are not there are left out of account. */
export function drop(given: Drop, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const gone = new Set<number>();
  const columns = given.columns.map((one) => parsed(one, environment.context.conf));
  for (const one of columns) {
    if (one.kind !== "attribute") {
      const { expression } = resolve(one, placeOver(input, environment));
      if (expression.kind === "reference") gone.add(expression.id);
      continue;
    }
    const [name = ""] = one.name;
    if (one.name.length === 1) {
      for (const { column } of input.visible) {
        if (column.name.toLowerCase() === name.toLowerCase()) gone.add(column.id);
      }
      continue;
    }
    const found = lookup(input, one.name);
    if (found && found.fields.length === 0) gone.add(found.column.id);
  }
  const left = input.visible.filter((one) => !gone.has(one.column.id));
  if (left.length === input.visible.length) return input;
  return selectOver(input, left.map(itemOf), environment);
}

/** LATERAL VIEW: the input's columns, then the generator's under the view's alias. */
export function generateView(given: LateralView, environment: Environment): Analyzed {
  const input = environment.analyze(given.input, environment);
  const place = placeOver(input, environment);
  const called = parsed(given.generator, environment.context.conf);
  const name = called.kind === "call" ? called.name : "expression";
  const routine = environment.context.functions?.(name);
  const inFrom = given.input.kind === "one row";
  if (called.kind === "call" && routine && inFrom) {
    return inlineTable(given, { call: called, routine }, environment);
  }
  if (inFrom && !routine && !findFunction(name)) {
    throw error("UNRESOLVABLE_TABLE_VALUED_FUNCTION", { name: `\`${name}\`` });
  }
  const { expression } = resolve(called, place);
  if (!isGenerator(expression)) {
    throw error("UNSUPPORTED_GENERATOR.NOT_GENERATOR", { functionName: `\`${name}\`` });
  }
  const outer = given.outer || name.endsWith("_outer");
  const columns = generatedColumns(expression, given.columns);
  const generated = outer ? columns.map((column) => ({ ...column, nullable: true })) : columns;
  const relation: TypedRelation = {
    kind: "generate",
    input: input.relation,
    generator: expression,
    outer,
    generated,
  };
  const qualifier = given.alias === undefined ? [] : [given.alias];
  const added = generated.map((column) => ({ column, qualifier }));
  return { relation, visible: [...input.visible, ...added], hidden: input.hidden };
}
