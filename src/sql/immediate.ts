import type { ExecuteImmediate } from "../plan/command.ts";
import { at, type Cursor, expect, list, next, peek, take } from "./cursor.ts";
import { expression, namedExpression } from "./expression.ts";
import { multipartName } from "./name.ts";

type Using = ExecuteImmediate["using"][number];

/** `EXECUTE IMMEDIATE text [INTO a, b] [USING value [AS name], …]`; USING may have parentheses. */
export function executeImmediate(cursor: Cursor): ExecuteImmediate {
  expect(cursor, "EXECUTE", "IMMEDIATE");
  const text = expression(cursor);
  const into = take(cursor, "INTO") ? list(cursor, multipartName) : undefined;
  const using = take(cursor, "USING") ? values(cursor) : [];
  return { kind: "execute immediate", text, using, ...(into ? { into } : {}) };
}

function values(cursor: Cursor): Using[] {
  if (!at(cursor, "(")) return list(cursor, value);
  next(cursor);
  const inside = peek(cursor).key === ")" ? [] : list(cursor, value);
  expect(cursor, ")");
  return inside;
}

function value(cursor: Cursor): Using {
  const given = namedExpression(cursor);
  if (given.kind !== "alias") return { value: given };
  const [name = ""] = given.names;
  return { name, value: given.input };
}
