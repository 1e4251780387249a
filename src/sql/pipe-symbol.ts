import { at, type Cursor, peek } from "./cursor.ts";

const operators: ReadonlySet<string> = new Set(
  `SELECT EXTEND SET DROP AS WHERE AGGREGATE LATERAL JOIN INNER CROSS LEFT RIGHT FULL NATURAL
    UNION EXCEPT MINUS INTERSECT ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET PIVOT UNPIVOT WINDOW
    TABLESAMPLE`.split(/\s+/),
);

/** Words that follow an operand, so that the word before them names a column. */
const afterOperand: ReadonlySet<string> = new Set(
  `FROM WHERE GROUP HAVING ORDER LIMIT UNION EXCEPT INTERSECT AS AND OR IS IN LIKE BETWEEN NOT
    THEN ELSE END WHEN ASC DESC`.split(/\s+/),
);

/** Whether `|>` is here, or a `|` that means it: an operator follows, and not a column. */
export function atPipe(cursor: Cursor): boolean {
  if (at(cursor, "|>")) return true;
  if (cursor.options.longPipe) return false;
  const [word, after] = [peek(cursor, 1), peek(cursor, 2)];
  if (!at(cursor, "|") || word.kind !== "word" || !operators.has(word.key)) return false;
  if (after.kind === "symbol") return ["*", "(", "-", "+", ":", "?"].includes(after.key);
  return after.kind !== "end" && !(after.kind === "word" && afterOperand.has(after.key));
}
