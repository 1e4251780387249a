import { keyed } from "../plan/option.ts";
import {
  type Cursor,
  expect,
  list,
  next,
  parenthesized,
  peek,
  syntaxError,
  take,
} from "./cursor.ts";
import { identifier, stringText } from "./name.ts";

/** `(key [=] value, 'key' = 'value')`; values as text. A key without a value is empty text. */
export function propertyList(cursor: Cursor): Record<string, string> {
  const entries = parenthesized(cursor, () =>
    list(cursor, (): [string, string] => {
      const key = propertyKey(cursor);
      take(cursor, "=");
      return [key, propertyValue(cursor)];
    }),
  );
  return Object.fromEntries(entries);
}

/** Options of a source, as it reads them. */
export function optionList(cursor: Cursor): Record<string, string> {
  return keyed(propertyList(cursor));
}

export function propertyKey(cursor: Cursor): string {
  // One string: the next one is the value.
  if (peek(cursor).kind === "string") return next(cursor).value;
  const parts = [identifier(cursor)];
  while (take(cursor, ".")) parts.push(identifier(cursor));
  return parts.join(".");
}

function propertyValue(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind === "string") return stringText(cursor);
  if (token.key === "," || token.key === ")") return "";
  if (take(cursor, "-")) {
    if (peek(cursor).kind !== "number") throw syntaxError(cursor);
    return `-${next(cursor).value}`;
  }
  if (token.kind === "number") return next(cursor).value;
  for (const word of ["TRUE", "FALSE"]) {
    if (token.key !== word) continue;
    expect(cursor, word);
    return word.toLowerCase();
  }
  throw syntaxError(cursor);
}
