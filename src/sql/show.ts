import type { Show } from "../plan/command.ts";
import {
  at,
  type Cursor,
  next,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { multipartName, stringText } from "./name.ts";
import { propertyKey } from "./property.ts";

const listed: Readonly<Record<string, Show["what"]>> = {
  CATALOGS: "catalogs",
  DATABASES: "schemas",
  NAMESPACES: "schemas",
  SCHEMAS: "schemas",
  TABLES: "tables",
  VIEWS: "views",
};

const unbuilt: ReadonlySet<string> = new Set(
  `CREATE CURRENT PARTITIONS TABLE PROCEDURES GRANT ROLE ROLES PRINCIPALS LOCKS INDEXES
    COMPACTIONS TRANSACTIONS COLLATIONS CACHED VARIABLES`.split(/\s+/),
);

/** SHOW TABLES, SCHEMAS, CATALOGS, COLUMNS, TBLPROPERTIES, FUNCTIONS, VIEWS, CREATE TABLE. */
export function show(cursor: Cursor): Show {
  const start = next(cursor);
  const word = peek(cursor).key;
  const what = listed[word];
  if (what) {
    next(cursor);
    const of = namespaceOf(cursor);
    return { kind: "show", what, ...of, ...patternOf(cursor) };
  }
  if (take(cursor, "CREATE", "TABLE")) {
    const of = multipartName(cursor);
    take(cursor, "AS", "SERDE");
    return { kind: "show", what: "create table", of };
  }
  if (unbuilt.has(word)) {
    const after =
      peek(cursor, 1).kind === "word" && word === "CREATE" ? ` ${peek(cursor, 1).key}` : "";
    throw unsupported(cursor, `SHOW ${word}${after}`, start);
  }
  if (take(cursor, "COLUMNS")) return showColumns(cursor);
  if (take(cursor, "TBLPROPERTIES")) {
    const of = multipartName(cursor);
    const pattern = at(cursor, "(") ? parenthesized(cursor, propertyKey) : undefined;
    return {
      kind: "show",
      what: "tblproperties",
      of,
      ...(pattern === undefined ? {} : { pattern }),
    };
  }
  if (peek(cursor, 1).key === "FUNCTIONS" && ["USER", "SYSTEM", "ALL"].includes(word)) next(cursor);
  if (!take(cursor, "FUNCTIONS")) throw syntaxError(cursor);
  const of = namespaceOf(cursor);
  return { kind: "show", what: "functions", ...of, ...functionPattern(cursor) };
}

function namespaceOf(cursor: Cursor): Pick<Show, "of"> {
  return take(cursor, "FROM") || take(cursor, "IN") ? { of: multipartName(cursor) } : {};
}

function patternOf(cursor: Cursor): Pick<Show, "pattern"> {
  const said = take(cursor, "LIKE");
  if (peek(cursor).kind === "string") return { pattern: stringText(cursor) };
  if (said) throw syntaxError(cursor);
  return {};
}

function functionPattern(cursor: Cursor): Pick<Show, "pattern"> {
  const ahead = at(cursor, "LIKE") ? 1 : 0;
  const { kind } = peek(cursor, ahead);
  if (kind !== "word" && kind !== "quoted") return patternOf(cursor);
  take(cursor, "LIKE");
  return { pattern: multipartName(cursor).join(".") };
}

/** SHOW COLUMNS IN t [IN schema] */
function showColumns(cursor: Cursor): Show {
  if (!take(cursor, "FROM") && !take(cursor, "IN")) throw syntaxError(cursor);
  const table = multipartName(cursor);
  const { of } = namespaceOf(cursor);
  return { kind: "show", what: "columns", of: of ? [...of, ...table.slice(-1)] : table };
}
