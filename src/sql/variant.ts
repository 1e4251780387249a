import type { Expression } from "../plan/expression.ts";
import { string } from "../schema/type.ts";
import { at, type Cursor, expect, next, peek, syntaxError, take } from "./cursor.ts";
import { call } from "./expression.ts";
import { identifier } from "./name.ts";

/**
 * `v:a.b[0]['c']`, the part of a variant at a path: a call of `variant_get` under the last name in
 * the path. A name in backticks is no more than its letters, as in Spark: its points are steps.
 */
export function variantPart(cursor: Cursor, input: Expression): Expression {
  const token = peek(cursor);
  expect(cursor, ":");
  const start = at(cursor, "[") ? bracketed(cursor) : named(identifier(cursor));
  let path = `$${start.text}`;
  let name = start.name;
  while (at(cursor, ".") || at(cursor, "[")) {
    const part = take(cursor, ".") ? named(identifier(cursor)) : bracketed(cursor);
    path += part.text;
    name = part.name ?? name;
  }
  const literal: Expression = { kind: "literal", value: path, type: string };
  const part = call("variant_get", [input, literal], token);
  if (name === undefined) return part;
  return { kind: "alias", input: part, names: [name] };
}

interface Part {
  readonly text: string;
  /** The last name in it. */
  readonly name: string | undefined;
}

function named(word: string): Part {
  return { text: `.${word}`, name: word.split(".").at(-1) };
}

/** `['name']`, `[0]`, or `[name]`, of which Spark makes no step. */
function bracketed(cursor: Cursor): Part {
  expect(cursor, "[");
  const token = peek(cursor);
  const { kind } = token;
  if (kind === "string") {
    next(cursor);
    expect(cursor, "]");
    return { text: `[${cursor.text.slice(token.start, token.end)}]`, name: token.value };
  }
  const text = kind === "number" ? token.value : identifier(cursor);
  if (kind === "number") {
    if (!/^\d+$/.test(text)) throw syntaxError(cursor);
    next(cursor);
  }
  expect(cursor, "]");
  return { text: `[${text}]`, name: undefined };
}
