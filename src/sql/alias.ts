import type { Relation } from "../plan/relation.ts";
import { at, type Cursor, peek, syntaxError, take } from "./cursor.ts";
import { atClause } from "./expression.ts";
import { definedName, joinWords, nameList } from "./name.ts";

export interface TableAlias {
  readonly alias?: string;
  readonly columns?: readonly string[];
}

/** Words that follow a table in statements, and so are no alias without AS. */
const followers: ReadonlySet<string> = new Set(
  "SELECT INSERT SET VALUES WHEN WATERMARK MATCHED REPLACE".split(" "),
);

/** `[AS] name [(columns)]`, or nothing. */
export function tableAlias(cursor: Cursor): TableAlias {
  const said = take(cursor, "AS");
  const { kind, key } = peek(cursor);
  const isWord = kind === "word" && !joinWords.has(key);
  const isName = isWord && (said || (!atClause(cursor) && !followers.has(key)));
  if (kind !== "quoted" && !isName) {
    if (said) throw syntaxError(cursor);
    return {};
  }
  const alias = definedName(cursor);
  return at(cursor, "(") ? { alias, columns: nameList(cursor) } : { alias };
}

export function aliased(input: Relation, { alias, columns }: TableAlias): Relation {
  if (alias === undefined) return input;
  return { kind: "alias relation", input, alias, ...(columns ? { columns } : {}) };
}
