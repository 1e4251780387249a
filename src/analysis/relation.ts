import { error, unreachable } from "../error/error.ts";
import type { Read, Relation, SubqueryAlias, With } from "../plan/relation.ts";
import { field, long, struct } from "../schema/type.ts";
import { paddedRelation } from "./char.ts";
import { drop, generateView, rename, withColumns } from "./column.ts";
import type { View } from "./conf.ts";
import type { Dataset } from "./dataset.ts";
import { freshDraws } from "./draw.ts";
import { columnsOf, newColumn } from "./expression.ts";
import { aggregate } from "./group.ts";
import { join } from "./join.ts";
import { deduplicate, filter, limit, offset, sort, watermark } from "./modifier.ts";
import { type Analyzed, type Environment, trimmed, unqualified } from "./output.ts";
import { toSchema } from "./reconcile.ts";
import type { ScopeColumn } from "./scope.ts";
import { project } from "./select.ts";
import { setOperation } from "./set.ts";
import type { Column, TypedRelation } from "./typed.ts";

/** Types one relation and what is beneath it. */
export function analyzeRelation(given: Relation, environment: Environment): Analyzed {
  switch (given.kind) {
    case "read":
      return read(given, environment);
    case "local": {
      const { schema, rows } = given;
      return leaf({
        kind: "input",
        input: { kind: "rows", schema, rows },
        output: columnsOf(schema),
      });
    }
    case "range": {
      const schema = struct([field("id", long, false)]);
      const { start, end, step } = given;
      const input = { kind: "range" as const, schema, start, end, step };
      return leaf({ kind: "input", input, output: columnsOf(schema) });
    }
    case "one row":
      return leaf({ kind: "one row", output: [] });
    case "cached": {
      const { schema, name } = given;
      const input = { kind: "cached" as const, schema, name };
      return leaf({ kind: "input", input, output: columnsOf(schema) });
    }
    case "project":
      return project(given, environment);
    case "filter":
      return filter(given, environment);
    case "with columns":
      return withColumns(given, environment);
    case "with columns renamed":
      return rename(given, environment);
    case "drop":
      return drop(given, environment);
    case "join":
      return join(given, environment);
    case "aggregate":
      return aggregate(given, environment);
    case "sort":
      return sort(given, environment);
    case "limit":
      return limit(given, environment);
    case "offset":
      return offset(given, environment);
    case "set":
      return setOperation(given, environment);
    case "deduplicate":
      return deduplicate(given, environment);
    case "with watermark":
      return watermark(given, environment);
    case "to schema":
      return toSchema(given, environment);
    case "alias relation":
      return aliased(given, environment);
    case "with":
      return withDefinitions(given, environment);
    case "lateral view":
      return generateView(given, environment);
    case "command result":
      throw new Error(
        "Assertion failed: the answer of a command is put in its place before analysis",
      );
    default:
      return unreachable(given);
  }
}

function leaf(relation: TypedRelation): Analyzed {
  return { relation, visible: unqualified(relation), hidden: [] };
}

function read(given: Read, environment: Environment): Analyzed {
  const [name, ...more] = given.table ?? [];
  const definition =
    more.length === 0 && name ? environment.definitions.get(name.toLowerCase()) : undefined;
  if (definition && name) {
    const inner = environment.analyze(definition.relation, definition.environment);
    return qualified(inner, [name]);
  }
  const found = environment.context.datasets(given);
  if ("plan" in found) return view(found, environment);
  return scan(found, given, environment);
}

/** A view sees neither the query's common tables nor its outer columns. */
function view({ name, plan, context, output }: View, environment: Environment): Analyzed {
  const { mentioned, analyze } = environment;
  const depth = environment.depth + 1;
  const draws = freshDraws(environment.draws);
  const around = { context, mentioned, analyze, depth, definitions: new Map(), draws };
  const inner = analyze(plan, around);
  return qualified(output ? leaf(output(trimmed(inner))) : inner, name);
}

function scan(dataset: Dataset, given: Read, environment: Environment): Analyzed {
  const columns = columnsOf(dataset.schema);
  const hidden = dataset.hidden
    .filter((one) => environment.mentioned.has(one.name.toLowerCase()))
    .map((one) =>
      newColumn(one.name, one.type, { nullable: one.nullable, metadata: one.metadata }),
    );
  const qualifier = given.table ? dataset.name.split(".") : [];
  const named = given.table && qualifier.length < given.table.length ? given.table : qualifier;
  const scoped = (column: Column): ScopeColumn => ({ column, qualifier: named });
  const output = [...columns, ...hidden];
  const padded = paddedRelation({ kind: "scan", dataset, output }, output);
  return {
    relation: padded.relation,
    visible: padded.columns.slice(0, columns.length).map(scoped),
    hidden: padded.columns.slice(columns.length).map(scoped),
  };
}

/** The same columns under one qualifier; hidden ones are out of reach then, but for a scan's. */
function qualified(inner: Analyzed, qualifier: readonly string[]): Analyzed {
  const under = (one: ScopeColumn): ScopeColumn => ({ column: one.column, qualifier });
  if (inner.relation.kind === "scan") {
    const { relation, visible, hidden } = inner;
    return { relation, visible: visible.map(under), hidden: hidden.map(under) };
  }
  return { relation: trimmed(inner), visible: inner.visible.map(under), hidden: [] };
}

function aliased(given: SubqueryAlias, environment: Environment): Analyzed {
  const inner = qualified(environment.analyze(given.input, environment), [given.alias]);
  const { columns: names } = given;
  if (!names) return inner;
  if (names.length !== inner.visible.length) {
    throw error("TABLE_COLUMN_ALIASES_MISMATCH", {
      alias: `\`${given.alias}\``,
      columns: inner.visible.length,
      names: names.length,
    });
  }
  return renamed(inner, names);
}

/** New names for all columns; the relation puts out columns of those names. */
function renamed(inner: Analyzed, names: readonly string[]): Analyzed {
  const visible = inner.visible.map((one, index) => {
    const { type, nullable, metadata, name } = one.column;
    return { ...one, column: newColumn(names[index] ?? name, type, { nullable, metadata }) };
  });
  const columns = visible.map((one, index) => {
    const { id, name, type, nullable } = inner.visible[index]?.column ?? one.column;
    return {
      column: one.column,
      expression: { kind: "reference" as const, id, name, type, nullable },
    };
  });
  const relation: TypedRelation = { kind: "project", input: trimmed(inner), columns };
  return { relation, visible, hidden: [] };
}

/** Each definition sees those before it; the outermost is what an inner one of its name hides. */
function withDefinitions(given: With, environment: Environment): Analyzed {
  let inner = environment;
  for (const definition of given.definitions) {
    const definitions = new Map(inner.definitions);
    const name = definition.alias.toLowerCase();
    definitions.set(name, { relation: definition, environment: inner });
    inner = { ...inner, definitions };
  }
  return environment.analyze(given.input, inner);
}
