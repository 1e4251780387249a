import { outputOf } from "../../analysis/typed.ts";
import { isQualifier, type SessionVariable } from "../../analysis/variable.ts";
import { error, isError } from "../../error/error.ts";
import type { DeclareVariable, DropVariable, SetVariable } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import { quoteName, type Relation } from "../../plan/relation.ts";
import { mapInputs, partsOf } from "../../plan/walk.ts";
import type { DataType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { CommandResult } from "../execution.ts";
import { noAnswer } from "./command.ts";
import type { LocalContext } from "./context.ts";
import { runQuery } from "./query.ts";
import { typedPlan } from "./resolve.ts";

/** DECLARE: the default is computed once, for all names. */
export async function runDeclareVariable(
  context: LocalContext,
  command: DeclareVariable,
): Promise<CommandResult> {
  const names = command.names.map(nameOf);
  const twice = repeated(names);
  if (twice !== undefined) {
    throw error("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", { variableName: quoteName([twice]) });
  }
  const taken = names.find((name) => context.variables.has(name));
  if (taken !== undefined && !command.orReplace) {
    const variableName = quoteName(["system", "session", taken]);
    throw error("VARIABLE_ALREADY_EXISTS", { variableName });
  }
  const given = command.default;
  if (given && [...partsOf(given)].some((part) => part.kind === "subquery")) {
    throw error("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", {
      statement: "DECLARE VARIABLE",
      colName: quoteName([names[0] ?? ""]),
    });
  }
  const made = given
    ? await computed(context, given, command.type)
    : { type: command.type ?? { type: "void" as const }, value: null };
  for (const name of names) {
    context.variables.set(name, { name, ...made, ...(given ? { default: given } : {}) });
  }
  return noAnswer;
}

async function computed(
  context: LocalContext,
  given: Expression,
  type: DataType | undefined,
): Promise<Pick<SessionVariable, "type" | "value">> {
  const expression: Expression = type ? { kind: "cast", input: given, type, mode: "cast" } : given;
  const query = { kind: "project", input: { kind: "one row" }, expressions: [expression] } as const;
  const { types, rows } = await rowsOf(context, query);
  return { type: types[0] ?? { type: "void" }, value: rows[0]?.[0] ?? null };
}

/** SET VARIABLE: all values are computed from what the variables were before. */
export async function runSetVariable(
  context: LocalContext,
  command: SetVariable,
): Promise<CommandResult> {
  const variables = command.names.map((name) => {
    const variable = context.variables.get(nameOf(name));
    if (!variable) throw unresolvedVariable(name);
    return variable;
  });
  const twice = repeated(variables.map(({ name }) => name));
  if (twice !== undefined) {
    throw error("DUPLICATE_ASSIGNMENTS", { nameList: quoteName([twice]) });
  }
  const query = await defaultsPut(context, command, variables);
  const { rows } = await rowsOf(context, await assigned(context, query, variables));
  if (rows.length > 1) throw error("ROW_SUBQUERY_TOO_MANY_ROWS", {});
  for (const [index, variable] of variables.entries()) {
    context.variables.set(variable.name, { ...variable, value: rows[0]?.[index] ?? null });
  }
  return noAnswer;
}

/** DROP TEMPORARY VARIABLE. */
export async function runDropVariable(
  context: LocalContext,
  command: DropVariable,
): Promise<CommandResult> {
  const name = nameOf(command.name);
  if (!context.variables.delete(name) && !command.ifExists) {
    throw error("VARIABLE_NOT_FOUND", { variableName: quoteName(["system", "session", name]) });
  }
  return noAnswer;
}

/** The variable that the key of a SET names. */
export function variableOf(context: LocalContext, key: string): SessionVariable | undefined {
  const parts = key.toLowerCase().split(".");
  return isQualifier(parts.slice(0, -1)) ? context.variables.get(parts.at(-1) ?? "") : undefined;
}

/** The query with its columns cast to the types of the variables. */
async function assigned(
  context: LocalContext,
  query: Relation,
  variables: readonly SessionVariable[],
): Promise<Relation> {
  const numExpr = outputOf(await typedPlan(context, query)).length;
  if (numExpr !== variables.length) {
    throw error("ASSIGNMENT_ARITY_MISMATCH", { numExpr, numTarget: variables.length });
  }
  const columns = variables.map((_, index) => `c${index}`);
  const expressions = variables.map(({ type }, index): Expression => {
    const input = { kind: "attribute", name: [`c${index}`] } as const;
    return { kind: "cast", input, type, mode: "cast" };
  });
  const input: Relation = { kind: "alias relation", input: query, alias: "assigned", columns };
  return { kind: "project", input, expressions };
}

/** The query with the variables' defaults for DEFAULT, unless that is one of its columns. */
async function defaultsPut(
  context: LocalContext,
  { query, row }: SetVariable,
  variables: readonly SessionVariable[],
): Promise<Relation> {
  if (row) {
    try {
      await typedPlan(context, query);
      return query;
    } catch (thrown) {
      const unresolved =
        isError(thrown, "UNRESOLVED_COLUMN.WITH_SUGGESTION") ||
        isError(thrown, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION");
      if (!unresolved) throw thrown;
    }
  }
  return withDefaults(query, variables);
}

function withDefaults(query: Relation, variables: readonly SessionVariable[]): Relation {
  if (query.kind !== "project") {
    return mapInputs(query, (input) => withDefaults(input, variables));
  }
  const expressions = query.expressions.map((expression, index): Expression => {
    if (!isDefault(expression)) {
      if ([...partsOf(expression)].some(isDefault)) throw error("DEFAULT_PLACEMENT_INVALID", {});
      return expression;
    }
    return variables[index]?.default ?? { kind: "literal", value: null, type: { type: "void" } };
  });
  return { ...query, expressions };
}

function isDefault(expression: Expression): boolean {
  if (expression.kind !== "attribute") return false;
  return expression.name.length === 1 && expression.name[0]?.toUpperCase() === "DEFAULT";
}

/** The rows of a query, two at most. */
export async function rowsOf(
  context: LocalContext,
  query: Relation,
): Promise<{ readonly types: readonly DataType[]; readonly rows: readonly (readonly Value[])[] }> {
  const count = { kind: "literal", value: 2, type: { type: "integer" } } as const;
  await using result = await runQuery(context, { kind: "limit", input: query, count });
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row += 1) {
      rows.push(chunk.columns.map((column) => column[row] ?? null));
    }
  }
  return { types: result.schema.fields.map(({ type }) => type), rows };
}

/** The lower-case name of `x`, `session.x` or `system.session.x`. */
function nameOf(name: readonly string[]): string {
  const last = name.at(-1);
  if (last === undefined || !isQualifier(name.slice(0, -1))) throw unresolvedVariable(name);
  return last.toLowerCase();
}

function unresolvedVariable(name: readonly string[]): Error {
  return error("UNRESOLVED_VARIABLE", { variableName: quoteName(name) });
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) < index);
}
