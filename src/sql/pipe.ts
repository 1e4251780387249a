import type { Relation } from "../plan/relation.ts";
import { type Cursor, unsupported } from "./cursor.ts";

export function pipeOperators(cursor: Cursor, _input: Relation): Relation {
  throw unsupported(cursor, "|> (pipe operators)");
}
