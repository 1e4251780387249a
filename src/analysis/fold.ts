import type { Value } from "../schema/value.ts";
import type { TypedExpression } from "./typed.ts";

/**
 * The value of an expression of whole-number literals (LIMIT, positions); undefined if it is not
 * constant or takes more than casts, signs and + - * to compute.
 */
export function constantOf(expression: TypedExpression): { readonly value: Value } | undefined {
  if (expression.kind === "literal") return { value: expression.value };
  if (expression.kind === "cast") return constantOf(expression.input);
  if (expression.kind !== "call") return undefined;
  const values = expression.arguments.map((argument) => constantOf(argument)?.value);
  const numbers = values.map((value) =>
    typeof value === "number" || typeof value === "bigint" ? BigInt(value) : undefined,
  );
  const [left, right] = numbers;
  if (left === undefined) return undefined;
  if (expression.name === "negative") return { value: -left };
  if (right === undefined) return undefined;
  switch (expression.name) {
    case "+":
      return { value: left + right };
    case "-":
      return { value: left - right };
    case "*":
      return { value: left * right };
    default:
      return undefined;
  }
}
