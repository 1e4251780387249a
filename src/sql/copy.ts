import { error } from "../error/error.ts";
import type { CopyInto } from "../plan/command.ts";
import type { Read, Relation } from "../plan/relation.ts";
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
import { identifier, nameList, stringText } from "./name.ts";
import { optionList } from "./property.ts";
import { selectOver } from "./select.ts";
import { tableName } from "./table.ts";

/** Files that FILES may name (Databricks). */
const maxFiles = 1000;

/**
 * `COPY INTO t [BY POSITION | (columns)] FROM path | (SELECT … FROM path) FILEFORMAT = f
 * [VALIDATE [ALL | n ROWS]] [FILES = (…) | PATTERN = '…'] [FORMAT_OPTIONS (…)] [COPY_OPTIONS (…)]`
 */
export function copyInto(cursor: Cursor): CopyInto {
  expect(cursor, "COPY", "INTO");
  const table = tableName(cursor);
  const [place] = table.paths;
  const target =
    place === undefined
      ? ({ kind: "table", name: table.table ?? [] } as const)
      : ({ kind: "path", path: place } as const);
  const byPosition = take(cursor, "BY", "POSITION");
  const columns = !byPosition && at(cursor, "(") ? nameList(cursor) : undefined;
  expect(cursor, "FROM");
  const { source, input } = copySource(cursor);
  expect(cursor, "FILEFORMAT", "=");
  const format = identifier(cursor).toLowerCase();
  const validate = take(cursor, "VALIDATE") ? validation(cursor) : undefined;
  const chosen = choice(cursor);
  const formatOptions = take(cursor, "FORMAT_OPTIONS") ? optionList(cursor) : {};
  const copyOptions = take(cursor, "COPY_OPTIONS") ? optionList(cursor) : {};
  return {
    ...{ kind: "copy into", target, byPosition, source, input, format },
    ...(columns ? { columns } : {}),
    ...(validate === undefined ? {} : { validate }),
    ...chosen,
    ...{ formatOptions, copyOptions },
  };
}

function copySource(cursor: Cursor): { readonly source: Read; readonly input: Relation } {
  if (!take(cursor, "(")) {
    const source = readOf(place(cursor));
    return { source, input: source };
  }
  const { index, markers } = cursor;
  // The path comes after what is made of it: the list is read twice.
  selectOver(cursor, { kind: "one row" });
  expect(cursor, "FROM");
  const source = readOf(place(cursor));
  expect(cursor, ")");
  const { index: end } = cursor;
  Object.assign(cursor, { index, markers });
  const input = selectOver(cursor, source);
  cursor.index = end;
  return { source, input };
}

function readOf(path: string): Read {
  return { kind: "read", streaming: false, format: "copy into", paths: [path], options: {} };
}

function place(cursor: Cursor): string {
  const path = stringText(cursor);
  if (at(cursor, "WITH", "(")) throw unsupported(cursor, "COPY INTO … WITH (CREDENTIAL …)");
  return path;
}

function validation(cursor: Cursor): number | "all" {
  if (take(cursor, "ALL") || peek(cursor).kind !== "number") return "all";
  const rows = Number(next(cursor).value);
  expect(cursor, "ROWS");
  return rows;
}

function choice(cursor: Cursor): Pick<CopyInto, "files" | "pattern"> {
  if (take(cursor, "PATTERN", "=")) return { pattern: stringText(cursor) };
  if (!take(cursor, "FILES", "=")) return {};
  const files = parenthesized(cursor, () => list(cursor, stringText));
  if (at(cursor, "PATTERN")) throw syntaxError(cursor);
  if (files.length <= maxFiles) return { files };
  const expected = `has at most ${maxFiles} names`;
  throw error("INVALID_OPTION_VALUE", { name: "FILES", value: `${files.length} names`, expected });
}
