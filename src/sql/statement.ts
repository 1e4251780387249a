import type { Statement } from "../plan/command.ts";
import type { Cursor } from "./cursor.ts";
import { query } from "./query.ts";

/** One statement: a query or a command. */
export function statement(cursor: Cursor): Statement {
  return { kind: "query", relation: query(cursor) };
}
