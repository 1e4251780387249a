import type { AlterView, CreateView, ViewColumn, ViewSchemaMode } from "../plan/command.ts";
import type { Relation } from "../plan/relation.ts";
import { struct } from "../schema/type.ts";
import { columnList, textOf } from "./column.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { definedName, multipartName, stringText } from "./name.ts";
import { optionList, propertyKey, propertyList } from "./property.ts";
import { query } from "./query.ts";

interface Said {
  readonly orReplace: boolean;
  readonly temporary: boolean;
}

/** `[IF NOT EXISTS] name [(columns)] … AS query`, or a temporary view `USING` files. */
export function createView(cursor: Cursor, { orReplace, temporary }: Said): CreateView {
  const start = peek(cursor);
  const absent = take(cursor, "IF", "NOT", "EXISTS");
  if (absent && (temporary || orReplace)) {
    throw syntaxError(
      cursor,
      start,
      ": IF NOT EXISTS is for views of a catalog, without OR REPLACE",
    );
  }
  const place = peek(cursor);
  const name = multipartName(cursor);
  if (temporary && name.length > 1) {
    throw unsupported(cursor, "a temporary view with a schema's name", place);
  }
  const mode = orReplace ? "replace" : absent ? "if not exists" : "create";
  const base = { kind: "create view", name, temporary, mode } as const;
  if (temporary && (at(cursor, "USING") || (at(cursor, "(") && atTypedColumn(cursor)))) {
    return { ...base, query: sourceOf(cursor), text: "", properties: {} };
  }
  const columns = at(cursor, "(") ? viewColumns(cursor) : undefined;
  const clauses = viewClauses(cursor);
  expect(cursor, "AS");
  return { ...base, ...(columns ? { columns } : {}), ...clauses, ...queryText(cursor) };
}

type Clauses = Pick<CreateView, "properties"> & {
  -readonly [K in "comment" | "schemaMode"]?: NonNullable<CreateView[K]>;
};

/** The clauses before AS, in any order. */
function viewClauses(cursor: Cursor): Clauses {
  const clauses: Clauses = { properties: {} };
  for (;;) {
    if (take(cursor, "COMMENT")) clauses.comment = stringText(cursor);
    else if (take(cursor, "TBLPROPERTIES")) Object.assign(clauses.properties, propertyList(cursor));
    else if (at(cursor, "DEFAULT", "COLLATION")) throw unsupported(cursor, "DEFAULT COLLATION");
    else if (take(cursor, "WITH", "SCHEMA")) clauses.schemaMode = schemaMode(cursor);
    else return clauses;
  }
}

function schemaMode(cursor: Cursor): ViewSchemaMode {
  if (take(cursor, "BINDING")) return "binding";
  if (take(cursor, "COMPENSATION")) return "compensation";
  if (take(cursor, "TYPE", "EVOLUTION")) return "type evolution";
  if (take(cursor, "EVOLUTION")) return "evolution";
  throw syntaxError(cursor);
}

function queryText(cursor: Cursor): Pick<CreateView, "query" | "text"> {
  let parsed: Relation | undefined;
  const text = textOf(cursor, (inner) => {
    parsed = query(inner);
  });
  return { query: parsed!, text };
}

/** `ALTER VIEW name AS query | RENAME TO … | [UN]SET TBLPROPERTIES (…) | WITH SCHEMA …` */
export function alterView(cursor: Cursor): CreateView | AlterView {
  expect(cursor, "ALTER", "VIEW");
  const name = multipartName(cursor);
  const alter = (change: AlterView["change"]): AlterView => ({ kind: "alter view", name, change });
  if (take(cursor, "RENAME", "TO")) return alter({ kind: "rename", to: multipartName(cursor) });
  if (take(cursor, "SET", "TBLPROPERTIES")) {
    return alter({ kind: "set properties", properties: propertyList(cursor) });
  }
  if (take(cursor, "UNSET", "TBLPROPERTIES")) {
    take(cursor, "IF", "EXISTS");
    const keys = parenthesized(cursor, () => list(cursor, propertyKey));
    return alter({ kind: "unset properties", keys });
  }
  if (take(cursor, "WITH", "SCHEMA"))
    return alter({ kind: "schema mode", mode: schemaMode(cursor) });
  take(cursor, "AS");
  const base = { kind: "create view", name, temporary: false, mode: "alter" } as const;
  return { ...base, properties: {}, ...queryText(cursor) };
}

function atTypedColumn(cursor: Cursor): boolean {
  const { kind, key } = peek(cursor, 2);
  return kind === "word" && key !== "COMMENT";
}

function viewColumns(cursor: Cursor): ViewColumn[] {
  return parenthesized(cursor, () =>
    list(cursor, () => {
      const name = definedName(cursor);
      return take(cursor, "COMMENT") ? { name, comment: stringText(cursor) } : { name };
    }),
  );
}

/** `[(columns)] USING format [OPTIONS (…)]` as a read of files. */
function sourceOf(cursor: Cursor): Relation {
  const fields = at(cursor, "(") ? columnList(cursor) : undefined;
  expect(cursor, "USING");
  const format = multipartName(cursor).join(".").toLowerCase();
  const { path, ...options } = take(cursor, "OPTIONS") ? optionList(cursor) : {};
  return {
    kind: "read",
    streaming: false,
    format,
    paths: path === undefined ? [] : [path],
    options,
    ...(fields ? { schema: struct(fields) } : {}),
  };
}
