import { error } from "../../error/error.ts";
import type { ExecuteImmediate, Statement } from "../../plan/command.ts";
import type { Expression } from "../../plan/expression.ts";
import type { Relation } from "../../plan/relation.ts";
import { parseStatement } from "../../sql/parse.ts";
import { type LocalContext, parseOptions } from "./context.ts";
import { rowsOf, runSetVariable } from "./variable.ts";

/**
 * The statement in the text of an EXECUTE IMMEDIATE, its parameters' values put in. With INTO the
 * query has been run and there is none.
 */
export async function immediateStatement(
  context: LocalContext,
  command: ExecuteImmediate,
): Promise<Statement | undefined> {
  const { using, into } = command;
  const expressions = [command.text, ...using.map((one) => one.value)];
  const input = { kind: "one row" } as const;
  const { types, rows } = await rowsOf(context, { kind: "project", input, expressions });
  const [text, ...values] = (rows[0] ?? []).map((value, index): Expression => {
    return { kind: "literal", value, type: types[index] ?? { type: "void" } };
  });
  if (text?.kind !== "literal" || text.value === null) {
    throw error("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", {});
  }
  if (typeof text.value !== "string") {
    throw error("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", { exprType: text.type.type });
  }
  const named = using.filter((one) => one.name !== undefined);
  if (named.length > 0 && named.length < using.length) {
    throw error("ALL_PARAMETERS_MUST_BE_NAMED", {});
  }
  const parameters =
    named.length > 0
      ? Object.fromEntries(using.map(({ name = "" }, index) => [name, values[index] as Expression]))
      : values;
  const parsed = parseStatement(text.value, { ...parseOptions(context), parameters });
  if (!into) return parsed;
  if (parsed.kind !== "query") {
    throw error("INVALID_STATEMENT_FOR_EXECUTE_INTO", { sqlString: text.value });
  }
  await assign(context, into, parsed.relation);
  return undefined;
}

async function assign(
  context: LocalContext,
  names: readonly (readonly string[])[],
  query: Relation,
): Promise<void> {
  await runSetVariable(context, { kind: "set variable", names, query, row: true });
}
