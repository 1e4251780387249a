import type { Write } from "../plan/command.ts";
import type { Expression } from "../plan/expression.ts";
import type { Relation } from "../plan/relation.ts";
import { at, type Cursor, expect, list, parenthesized, peek, take, unsupported } from "./cursor.ts";
import { atQuery, expression } from "./expression.ts";
import { namedTable } from "./from.ts";
import { identifier, nameList } from "./name.ts";
import { commonTables, query } from "./query.ts";

/** `[WITH …] INSERT INTO | OVERWRITE [TABLE] t [PARTITION (…)] [(columns) | BY NAME] query` */
export function insert(cursor: Cursor): Write {
  const definitions = commonTables(cursor);
  for (const word of ["DELETE", "UPDATE", "MERGE"]) {
    if (at(cursor, word)) throw unsupported(cursor, word);
  }
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
  const input: Relation = query(cursor);
  return {
    kind: "write",
    input: definitions.length === 0 ? input : { kind: "with", definitions, input },
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
function partitionSpec(cursor: Cursor): readonly (readonly [string, Expression | undefined])[] {
  expect(cursor, "PARTITION");
  return parenthesized(cursor, () =>
    list(cursor, (): readonly [string, Expression | undefined] => {
      const name = identifier(cursor);
      return [name, take(cursor, "=") ? expression(cursor) : undefined];
    }),
  );
}
