import type { Chunk } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
import type { Value } from "../../schema/value.ts";
import type { Dialect, Loading } from "./database.ts";

/** Characters of a statement, roughly, beyond which no row is added to it. */
const textMax = 1 << 20;

/** INSERT statements of many rows each, for chunks of rows: their values are literals in them. */
export async function* insertStatements(
  dialect: Dialect,
  { table, columns, size, timeZone }: Loading,
  chunks: AsyncIterable<Chunk>,
): AsyncGenerator<string> {
  const names = columns.map(({ name }) => dialect.quote(name)).join(", ");
  const head = `INSERT INTO ${table} (${names}) VALUES `;
  const literal = (value: Value, at: number): string => {
    if (value === null) return "NULL";
    const { name, type } = columns[at]!;
    const text = dialect.literal(value, type, timeZone);
    if (text !== undefined) return text;
    const { name: database } = dialect;
    throw error("JDBC_VALUE_UNSUPPORTED", { database, value: String(value), column: name });
  };
  let rows: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    for (let row = 0; row < chunk.rows; row += 1) {
      const values = columns.map((_, at) => literal(chunk.columns[at]?.[row] ?? null, at));
      const text = `(${values.join(", ")})`;
      rows.push(text);
      length += text.length;
      if (rows.length < size && length < textMax) continue;
      yield head + rows.join(", ");
      rows = [];
      length = 0;
    }
  }
  if (rows.length > 0) yield head + rows.join(", ");
}
