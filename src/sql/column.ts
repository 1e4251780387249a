import { CHAR_VARCHAR_KEY } from "../schema/char.ts";
import { field, type Json, type StructField } from "../schema/type.ts";
import { at, type Cursor, expect, list, parenthesized, peek, take, unsupported } from "./cursor.ts";
import { expression } from "./expression.ts";
import { definedName, stringText } from "./name.ts";
import { dataType } from "./type.ts";

const constraints: ReadonlySet<string> = new Set(
  "CONSTRAINT PRIMARY FOREIGN UNIQUE CHECK REFERENCES MASK".split(" "),
);

const tableConstraints = [
  ["PRIMARY", "KEY"],
  ["FOREIGN", "KEY"],
  ["UNIQUE", "("],
  ["CHECK", "("],
];

/**
 * `name type [NOT NULL] [DEFAULT e] [GENERATED ALWAYS AS (e)] [COMMENT '…']`. Defaults and
 * generation are kept as text in the field's metadata, under Spark's and Delta's keys.
 */
export function columnDefinition(cursor: Cursor): StructField {
  const constraint = tableConstraints.find((words) => at(cursor, ...words));
  if (constraint) throw unsupported(cursor, `${constraint[0]} of a table`);
  if (at(cursor, "CONSTRAINT") && constraints.has(peek(cursor, 2).key)) {
    throw unsupported(cursor, "CONSTRAINT of a table");
  }
  const name = definedName(cursor);
  const { type, raw } = dataType(cursor);
  const metadata: Record<string, Json> = {};
  if (raw !== undefined) metadata[CHAR_VARCHAR_KEY] = raw;
  let nullable = true;
  for (;;) {
    if (take(cursor, "NOT", "NULL")) nullable = false;
    else if (take(cursor, "COMMENT")) metadata["comment"] = stringText(cursor);
    else if (take(cursor, "DEFAULT")) {
      const text = textOf(cursor, expression);
      metadata["CURRENT_DEFAULT"] = text;
      metadata["EXISTS_DEFAULT"] = text;
    } else if (at(cursor, "GENERATED")) {
      metadata["delta.generationExpression"] = generation(cursor);
    } else if (constraints.has(peek(cursor).key)) {
      throw unsupported(cursor, `${peek(cursor).key} of a column`);
    } else return field(name, type, nullable, metadata);
  }
}

/** `(a INT, b STRING)` */
export function columnList(cursor: Cursor): StructField[] {
  return parenthesized(cursor, () => list(cursor, columnDefinition));
}

function generation(cursor: Cursor): string {
  if (at(cursor, "GENERATED", "BY", "DEFAULT")) throw unsupported(cursor, "IDENTITY columns");
  expect(cursor, "GENERATED", "ALWAYS", "AS");
  if (at(cursor, "IDENTITY")) throw unsupported(cursor, "IDENTITY columns");
  return parenthesized(cursor, () => textOf(cursor, expression));
}

/** The text that a parser reads. */
export function textOf(cursor: Cursor, parse: (cursor: Cursor) => unknown): string {
  const start = cursor.index;
  parse(cursor);
  const from = cursor.tokens[start]?.start ?? 0;
  return cursor.text.slice(from, cursor.tokens[cursor.index - 1]?.end ?? from);
}
