import type { Command } from "../plan/command.ts";
import type { StructField } from "../schema/type.ts";
import { columnDefinition, columnList } from "./column.ts";
import { at, type Cursor, list, next, peek, take, unsupported } from "./cursor.ts";
import { multipartName } from "./name.ts";

/** ALTER TABLE name ADD COLUMN[S] definitions, in parentheses or not. */
export function alterTable(cursor: Cursor): Command {
  const start = next(cursor);
  next(cursor);
  const name = multipartName(cursor);
  const added = take(cursor, "ADD", "COLUMNS") || take(cursor, "ADD", "COLUMN");
  if (!added) {
    const words = [peek(cursor), peek(cursor, 1)].map((token) => token.key).filter(Boolean);
    throw unsupported(cursor, ["ALTER TABLE", ...words].join(" "), start);
  }
  const columns = at(cursor, "(") ? columnList(cursor) : list(cursor, column);
  for (const { nullable } of columns) {
    if (!nullable) throw unsupported(cursor, "ALTER TABLE ADD COLUMNS … NOT NULL", start);
  }
  return { kind: "add columns", name, columns };
}

function column(cursor: Cursor): StructField {
  if (peek(cursor, 1).key === ".") throw unsupported(cursor, "ALTER TABLE ADD COLUMNS of a struct");
  const made = columnDefinition(cursor);
  if (at(cursor, "FIRST") || at(cursor, "AFTER")) {
    throw unsupported(cursor, `ALTER TABLE ADD COLUMNS … ${peek(cursor).key}`);
  }
  return made;
}
