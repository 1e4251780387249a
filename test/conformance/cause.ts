import { MillraceError } from "../../src/error/error.ts";

/** A case as the folder gives it. */
export interface Expected {
  readonly sql: string;
  readonly schema: string;
  readonly output: string;
}

/** A statement without the comments before it. */
export function statementOf(sql: string): string {
  return sql.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[^+][\s\S]*?\*\/)+/, "");
}

/** Why an answer is wrong: its types, its names, its rows or their order. */
export function causeOf(
  actual: { readonly schema: string; readonly rows: boolean; readonly reordered: boolean },
  expected: Expected,
): string {
  if (actual.schema === expected.schema) {
    return actual.reordered ? "rows in another order" : `other rows: ${callOf(expected.sql)}`;
  }
  const what = actual.rows ? "schema" : "schema and rows";
  if (actual.schema === "struct<>") return `no columns: ${keywords(expected.sql)}`;
  if (expected.schema === "struct<>") return `columns of a command: ${keywords(expected.sql)}`;
  const [wanted, got] = [typesOf(expected.schema), typesOf(actual.schema)];
  const type = got.join() === wanted.join() ? "names" : "types";
  return `${what}: other ${type}: ${callOf(expected.sql)}`;
}

/** Why an answer was refused: the condition, and what it is about. */
export function failureCause(
  thrown: unknown,
  sql: string,
  lost: ReadonlyMap<string, string>,
): string {
  if (!(thrown instanceof MillraceError)) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return `internal: ${message.split("\n")[0]?.slice(0, 80)}`;
  }
  const parameters = Object.values(thrown.parameters).map((value) => value.toLowerCase());
  if (/NOT_FOUND|UNRESOLVED_ROUTINE/.test(thrown.code)) {
    for (const [name, cause] of lost) {
      const about = parameters.some((value) => value.replaceAll("`", "").split(".").includes(name));
      if (about) return cause;
    }
  }
  if (thrown.code === "PARSE_SYNTAX_ERROR") return `${thrown.code}: ${keywords(sql)}`;
  return `${thrown.code}: ${parameters[0]?.slice(0, 60) ?? ""}`;
}

/** The first words of a statement that say what it is. */
function keywords(sql: string): string {
  const words = statementOf(sql).toUpperCase().match(/\w+/g) ?? [];
  const count = ["SELECT", "WITH", "VALUES", "TABLE", "FROM"].includes(words[0] ?? "") ? 1 : 2;
  return words.slice(0, count).join(" ");
}

/** The first function a query calls, else its first words. */
function callOf(sql: string): string {
  const call = /\b(?!(?:select|from|values|in|as|and|or|over|where|by|on|with)\b)([a-z]\w*)\s*\(/i;
  return call.exec(statementOf(sql))?.[1]?.toLowerCase() ?? keywords(sql);
}

function typesOf(schema: string): readonly string[] {
  return [...schema.matchAll(/:([a-z_]+(?:\([\d,]+\)|<|))(?=[,>)\w]|$)/g)].map((each) => each[1]!);
}
