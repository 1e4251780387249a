import { error } from "../error/error.ts";
import type { Expression, Literal } from "../plan/expression.ts";
import { string } from "../schema/type.ts";
import { at, type Cursor, peek } from "./cursor.ts";
import { expression } from "./expression.ts";
import { literal } from "./literal.ts";
import { primary } from "./primary.ts";

/**
 * A string that is known before the query runs: literals and parameters, side by side or joined
 * by `||` and `concat`, and the session's variables. NOT_A_CONSTANT_STRING for anything else.
 */
export function constantString(cursor: Cursor, name: string): string {
  const start = cursor.index;
  const parts: Expression[] = [];
  while (peek(cursor).kind === "string" || at(cursor, ":")) {
    const token = peek(cursor);
    if (token.kind === "string") cursor.index += 1;
    parts.push(token.kind === "string" ? literal(token.value, string) : primary(cursor));
  }
  if (!at(cursor, ")") || parts.length === 0) {
    cursor.index = start;
    parts.splice(0, parts.length, expression(cursor));
  }
  return parts.map((part) => textOf(valueOfConstant(part, cursor, name), name)).join("");
}

function textOf({ value, type }: Literal, name: string): string {
  if (value === null) throw error("NOT_A_CONSTANT_STRING.NULL", { name });
  if (typeof value === "string") return value;
  throw error("NOT_A_CONSTANT_STRING.WRONG_TYPE", { name, dataType: type.type });
}

function valueOfConstant(given: Expression, cursor: Cursor, name: string): Literal {
  switch (given.kind) {
    case "literal":
      return given;
    case "cast": {
      const inner = valueOfConstant(given.input, cursor, name);
      if (inner.value === null || inner.type.type === given.type.type) return inner;
      break;
    }
    case "attribute": {
      const value = cursor.options.variables?.(given.name);
      if (value) return value;
      break;
    }
    case "call":
      if (given.name === "||" || given.name === "concat") {
        const inputs = given.arguments.map((one) => valueOfConstant(one, cursor, name));
        const absent = inputs.find((one) => one.value === null);
        return absent ?? literal(inputs.map((one) => textOf(one, name)).join(""), string);
      }
  }
  throw error("NOT_A_CONSTANT_STRING.NOT_CONSTANT", { name });
}
