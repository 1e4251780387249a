import { children, literal, newColumn, replace, some } from "../../analysis/expression.ts";
import { keyOf } from "../../analysis/key.ts";
import type { TypedExpression, TypedRelation } from "../../analysis/typed.ts";
import type { Engine, QueryContext } from "../../engine/engine.ts";
import { isError } from "../../error/error.ts";

/**
 * Conditions with what reads no column computed: `current_date() - 7` becomes a date, by which
 * files can be left out. `context` must be the query's own. What fails is left as it is.
 */
export async function withConstants(
  conditions: readonly TypedExpression[],
  engine: Engine,
  context: QueryContext,
): Promise<readonly TypedExpression[]> {
  const constants = new Map<string, TypedExpression>();
  const collect = (expression: TypedExpression): void => {
    if (!isConstant(expression)) children(expression).forEach(collect);
    else if (!isLiteral(expression)) constants.set(keyOf(expression), expression);
  };
  conditions.forEach(collect);
  if (constants.size === 0) return conditions;
  const columns = [...constants.values()].map((expression) => {
    return { column: newColumn("constant", expression.type), expression };
  });
  const values = new Map<string, TypedExpression>();
  try {
    const input: TypedRelation = { kind: "one row", output: [] };
    const plan: TypedRelation = { kind: "project", input, columns };
    await using result = await engine.query(plan, context);
    const row = await result.next();
    [...constants].forEach(([key, { type }], at) => {
      values.set(key, literal(row?.columns[at]?.[0] ?? null, type));
    });
  } catch (thrown) {
    // The query raises it itself, if a row comes to it.
    if (isError(thrown)) return conditions;
    throw thrown;
  }
  return conditions.map((condition) =>
    replace(condition, (one) => (isConstant(one) ? values.get(keyOf(one)) : undefined)),
  );
}

const computed: readonly TypedExpression["kind"][] = ["literal", "cast", "call", "field"];

function isConstant(expression: TypedExpression): boolean {
  return !some(expression, (one) => !computed.includes(one.kind));
}

/** A literal, as it is or cast: that is understood without computing it. */
function isLiteral(expression: TypedExpression): boolean {
  if (expression.kind === "cast") return isLiteral(expression.input);
  return expression.kind === "literal";
}
