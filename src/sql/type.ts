import { isError } from "../error/error.ts";
import { type DataTypePrefix, parseDataTypePrefix } from "../schema/ddl.ts";
import type { DataType } from "../schema/type.ts";
import { type Cursor, peek, syntaxError, unsupported } from "./cursor.ts";

/** The type that stands here; the place moves behind it. */
export function dataType(cursor: Cursor): { readonly type: DataType; readonly raw?: string } {
  const token = peek(cursor);
  if (token.kind !== "word") throw syntaxError(cursor);
  if (["GEOMETRY", "GEOGRAPHY"].includes(token.key)) throw unsupported(cursor, token.key);
  const { type, end, raw } = prefix(cursor);
  const last = cursor.tokens.length - 1;
  while (cursor.index < last && peek(cursor).start < end) cursor.index += 1;
  return raw === undefined ? { type } : { type, raw };
}

function prefix(cursor: Cursor): DataTypePrefix {
  const token = peek(cursor);
  try {
    return parseDataTypePrefix(cursor.text, token.start, cursor.options.timestampType);
  } catch (thrown) {
    // It names the whole text as a schema, which it is not here.
    if (isError(thrown, "INVALID_SCHEMA")) throw syntaxError(cursor, token, ": no data type");
    throw thrown;
  }
}
