import type { Command, CreateTable } from "../plan/command.ts";
import { type StructField, struct } from "../schema/type.ts";
import { columnDefinition, columnList } from "./column.ts";
import {
  at,
  type Cursor,
  expect,
  list,
  next,
  parenthesized,
  peek,
  syntaxError,
  take,
  unsupported,
} from "./cursor.ts";
import { atQuery } from "./expression.ts";
import { createFunction } from "./function.ts";
import { identifier, multipartName, stringText } from "./name.ts";
import { propertyList } from "./property.ts";
import { query } from "./query.ts";
import { createView } from "./view.ts";

const unbuilt: ReadonlySet<string> = new Set(
  `CATALOG INDEX ROLE VARIABLE MACRO PROCEDURE STREAMING FLOW EXTERNAL MATERIALIZED
    PRIVATE`.split(/\s+/),
);

/** CREATE [OR REPLACE] TABLE, TEMPORARY VIEW, FUNCTION or SCHEMA; REPLACE TABLE. */
export function createStatement(cursor: Cursor): Command {
  const start = next(cursor);
  const orReplace = start.key === "REPLACE" || take(cursor, "OR", "REPLACE");
  const global = take(cursor, "GLOBAL");
  const temporary = take(cursor, "TEMPORARY") || take(cursor, "TEMP");
  const word = peek(cursor).key;
  if (word === "FUNCTION") return createFunction(cursor, { orReplace, temporary });
  if (unbuilt.has(word) && !at(cursor, "EXTERNAL", "TABLE")) {
    throw unsupported(cursor, `CREATE ${word}`, start);
  }
  if (take(cursor, "VIEW")) {
    if (global) throw unsupported(cursor, "CREATE GLOBAL TEMPORARY VIEW", start);
    return createView(cursor, { orReplace, temporary });
  }
  for (const space of ["SCHEMA", "DATABASE", "NAMESPACE"]) {
    if (take(cursor, space)) return createNamespace(cursor);
  }
  take(cursor, "EXTERNAL");
  expect(cursor, "TABLE");
  if (temporary) throw unsupported(cursor, "CREATE TEMPORARY TABLE", start);
  return createTable(cursor, orReplace);
}

function ifNotExists(cursor: Cursor): boolean {
  return take(cursor, "IF", "NOT", "EXISTS");
}

function createNamespace(cursor: Cursor): Command {
  const absent = ifNotExists(cursor);
  const name = multipartName(cursor);
  for (;;) {
    if (take(cursor, "COMMENT")) stringText(cursor);
    else if (at(cursor, "LOCATION")) throw unsupported(cursor, "CREATE SCHEMA … LOCATION");
    else if (at(cursor, "WITH")) throw unsupported(cursor, "CREATE SCHEMA … WITH DBPROPERTIES");
    else return { kind: "create namespace", name, ifNotExists: absent };
  }
}

type Clauses = {
  -readonly [K in "provider" | "location" | "comment"]?: string;
} & {
  partitionBy: string[];
  partitionFields: StructField[];
  properties: Record<string, string>;
  options: Record<string, string>;
};

function createTable(cursor: Cursor, orReplace: boolean): CreateTable {
  const absent = ifNotExists(cursor);
  const name = multipartName(cursor);
  if (at(cursor, "LIKE")) throw unsupported(cursor, "CREATE TABLE … LIKE");
  if (at(cursor, "SHALLOW") || at(cursor, "DEEP") || at(cursor, "CLONE")) {
    throw unsupported(cursor, "CREATE TABLE … CLONE");
  }
  const fields = at(cursor, "(") && !atQuery(cursor) ? columnList(cursor) : undefined;
  const { partitionFields, ...clauses } = tableClauses(cursor);
  const said = take(cursor, "AS");
  const isQuery = said || atQuery(cursor);
  const all = [...(fields ?? []), ...partitionFields];
  return {
    kind: "create table",
    name,
    ifNotExists: absent,
    orReplace,
    ...(fields || partitionFields.length > 0 ? { schema: struct(all) } : {}),
    ...clauses,
    ...(isQuery ? { query: query(cursor) } : {}),
  };
}

/** The clauses between the columns and AS, in any order. */
function tableClauses(cursor: Cursor): Clauses {
  const clauses: Clauses = { partitionBy: [], partitionFields: [], properties: {}, options: {} };
  for (;;) {
    if (take(cursor, "USING")) clauses.provider = multipartName(cursor).join(".");
    else if (take(cursor, "LOCATION")) clauses.location = stringText(cursor);
    else if (take(cursor, "COMMENT")) clauses.comment = stringText(cursor);
    else if (take(cursor, "TBLPROPERTIES")) Object.assign(clauses.properties, propertyList(cursor));
    else if (take(cursor, "OPTIONS")) Object.assign(clauses.options, propertyList(cursor));
    else if (take(cursor, "PARTITIONED", "BY")) partitionedBy(cursor, clauses);
    else if (!atUnbuiltClause(cursor)) return clauses;
  }
}

function atUnbuiltClause(cursor: Cursor): false {
  const clauses = [
    ["CLUSTER", "BY"],
    ["CLUSTERED", "BY"],
    ["SKEWED", "BY"],
    ["ROW", "FORMAT"],
    ["STORED", "AS"],
    ["STORED", "BY"],
    ["DEFAULT", "COLLATION"],
    ["WITH", "("],
  ];
  for (const words of clauses) {
    if (at(cursor, ...words)) throw unsupported(cursor, `CREATE TABLE … ${words.join(" ")}`);
  }
  return false;
}

/** Names of columns, or definitions of columns that are added. */
function partitionedBy(cursor: Cursor, clauses: Clauses): void {
  parenthesized(cursor, () =>
    list(cursor, () => {
      const { key } = peek(cursor, 1);
      if (key === "(") throw unsupported(cursor, `PARTITIONED BY ${peek(cursor).value}(…)`);
      if (key === "," || key === ")") {
        clauses.partitionBy.push(identifier(cursor));
        return;
      }
      if (key === ".") throw syntaxError(cursor);
      const column = columnDefinition(cursor);
      clauses.partitionBy.push(column.name);
      clauses.partitionFields.push(column);
    }),
  );
}
