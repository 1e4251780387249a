/** SQL text of a string. A NUL would end DuckDB's parser, so it is spelled out. */
export function text(value: string): string {
  if (!value.includes("\0")) return `'${value.replaceAll("'", "''")}'`;
  const parts = value.split("\0").map((part) => `'${part.replaceAll("'", "''")}'`);
  return `(${parts.join(" || chr(0) || ")})`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The SQL name of a plan's column. */
export function columnName(id: number): string {
  return `c${id}`;
}

/** The SQL name of a struct's member: names never reach the engine, positions do. */
export function memberName(ordinal: number): string {
  return `f${ordinal}`;
}

/** A list of paths that DuckDB must not take for patterns. */
export function paths(names: readonly string[]): string {
  const escaped = names.map((name) => text(name.replace(/[*?[]/g, (mark) => `[${mark}]`)));
  return `[${escaped.join(", ")}]`;
}
