import { parseDataTypePrefix } from "../schema/ddl.ts";
import type { DataType } from "../schema/type.ts";
import { type Cursor, peek, syntaxError } from "./cursor.ts";

/** The type that stands here; the place moves behind it. */
export function dataType(cursor: Cursor): { readonly type: DataType; readonly raw?: string } {
  const token = peek(cursor);
  if (token.kind !== "word") throw syntaxError(cursor);
  const { type, end, raw } = parseDataTypePrefix(cursor.text, token.start);
  const last = cursor.tokens.length - 1;
  while (cursor.index < last && peek(cursor).start < end) cursor.index += 1;
  return raw === undefined ? { type } : { type, raw };
}
