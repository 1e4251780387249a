import type { Write, Writes } from "../plan/command.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { at, type Cursor, expect, list, parenthesized, peek, take, unsupported } from "./cursor.ts";
import { atQuery, expression } from "./expression.ts";
import { fromClause } from "./from.ts";
import { identifier, nameList } from "./name.ts";
import { commonTables, organization, query } from "./query.ts";
import { selectOver } from "./select.ts";
import { namedTable } from "./table.ts";

/** `[WITH …] INSERT … query`, or `[WITH …] FROM t INSERT … SELECT … INSERT … SELECT …` */
export function insert(cursor: Cursor): Write | Writes {
  const definitions = commonTables(cursor);
  for (const word of ["DELETE", "UPDATE", "MERGE"]) {
    if (at(cursor, word)) throw unsupported(cursor, word);
  }
  const within = (write: Write): Write =>
    definitions.length === 0
      ? write
      : { ...write, input: { kind: "with", definitions, input: write.input } };
  if (!at(cursor, "FROM")) return within(insertInto(cursor, query));
  const source = fromClause(cursor);
  const writes: Write[] = [];
  do {
    const select = (inner: Cursor) => organization(inner, selectOver(inner, source));
    writes.push(within(insertInto(cursor, select)));
  } while (at(cursor, "INSERT"));
  return { kind: "writes", writes };
}

/** Whether an INSERT follows the FROM clause that comes next. */
export function atInsertAfterFrom(cursor: Cursor): boolean {
  if (!at(cursor, "FROM")) return false;
  const { index, markers } = cursor;
  fromClause(cursor);
  const found = at(cursor, "INSERT");
  Object.assign(cursor, { index, markers });
  return found;
}

/** `INSERT INTO | OVERWRITE [TABLE] t [PARTITION (…)] [(columns) | BY NAME] query` */
function insertInto(cursor: Cursor, rows: (cursor: Cursor) => Relation): Write {
  expect(cursor, "INSERT");
  if (at(cursor, "WITH", "SCHEMA")) throw unsupported(cursor, "INSERT WITH SCHEMA EVOLUTION");
  const overwrite = take(cursor, "OVERWRITE");
  if (!overwrite) expect(cursor, "INTO");
  if (at(cursor, "DIRECTORY") || at(cursor, "LOCAL", "DIRECTORY")) {
    throw unsupported(cursor, "INSERT OVERWRITE DIRECTORY");
  }
  if (at(cursor, "TABLE") && peek(cursor, 1).key !== ".") take(cursor, "TABLE");
  const read = namedTable(cursor);
  const [path] = read.paths;
  const partition = at(cursor, "PARTITION", "(") ? partitionSpec(cursor) : undefined;
  if (at(cursor, "IF", "NOT")) throw unsupported(cursor, "INSERT … IF NOT EXISTS");
  const replaceWhere = replaceCondition(cursor);
  const byName = take(cursor, "BY", "NAME");
  const columns = at(cursor, "(") && !atQuery(cursor) ? nameList(cursor) : undefined;
  return {
    kind: "write",
    input: rows(cursor),
    target: path === undefined ? { kind: "table", name: read.table ?? [] } : { kind: "path", path },
    ...(read.format === undefined ? {} : { format: read.format }),
    mode: overwrite || replaceWhere ? "overwrite" : "append",
    match: byName ? "name" : "position",
    ...(columns ? { columns } : {}),
    create: false,
    partitionBy: [],
    options: read.options,
    ...(replaceWhere ? { replaceWhere } : {}),
    ...(partition ? { partition } : {}),
  };
}

function replaceCondition(cursor: Cursor): Expression | undefined {
  if (at(cursor, "REPLACE", "USING") || at(cursor, "REPLACE", "ON")) {
    throw unsupported(cursor, `INSERT … REPLACE ${peek(cursor, 1).key}`);
  }
  return take(cursor, "REPLACE", "WHERE") ? expression(cursor) : undefined;
}

/** `PARTITION (a = 1, b)` */
export function partitionSpec(
  cursor: Cursor,
): readonly (readonly [string, Expression | undefined])[] {
  expect(cursor, "PARTITION");
  return parenthesized(cursor, () =>
    list(cursor, (): readonly [string, Expression | undefined] => {
      const name = identifier(cursor);
      return [name, take(cursor, "=") ? expression(cursor) : undefined];
    }),
  );
}
