import type { TypedOrder } from "../../analysis/typed.ts";
import type { DataType } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Dialect, SelectParts, UpdateParts } from "./database.ts";

/** What most databases understand. */
export const standard = {
  /** The limit that is none, of databases that have no OFFSET without one. */
  all: undefined as string | undefined,
  transactionalDdl: true,
  hints: false,
  quote: (name: string): string => `"${name.replaceAll('"', '""')}"`,
  selected({ name }): string {
    return this.quote(name);
  },
  count: "COUNT",
  exact({ name }): string {
    return this.quote(name);
  },
  ordered: (key, { direction, nulls }): string =>
    `${key} ${direction.toUpperCase()} NULLS ${nulls.toUpperCase()}`,
  select(parts: SelectParts): string {
    const { prefix, hint, columns, from, limit, offset = 0 } = parts;
    const count = limit === undefined && offset > 0 ? this.all : limit;
    const end = [
      ...(count === undefined ? [] : [` LIMIT ${count}`]),
      ...(offset === 0 ? [] : [` OFFSET ${offset}`]),
    ];
    return `${prefix}SELECT ${hint}${columns} FROM ${from}${clauses(parts)}${end.join("")}`;
  },
  begin: () => ["BEGIN"],
  truncate: (table: string) => `TRUNCATE TABLE ${table}`,
  comment: (): string | undefined => undefined,
  stageName: (name: string): string => name,
  stage(table, columns, of): string {
    return `CREATE TEMPORARY TABLE ${table} AS SELECT ${columns.join(", ")} FROM ${of} WHERE 1=0`;
  },
  dropStage: (table: string) => `DROP TABLE ${table}`,
  update({ table, stage, on, columns }: UpdateParts): string {
    const set = columns.map((name) => `${name} = s.${name}`).join(", ");
    return `UPDATE ${table} AS t SET ${set} FROM ${stage} AS s WHERE ${on}`;
  },
  index: (): string | undefined => undefined,
  createBatches: (table: string) =>
    `CREATE TABLE IF NOT EXISTS ${table} ` +
    "(query_id VARCHAR(64) PRIMARY KEY, batch_id BIGINT NOT NULL)",
  addBatch: (table: string, id: string) =>
    `INSERT INTO ${table} (query_id, batch_id) VALUES (${id}, -1) ON CONFLICT DO NOTHING`,
  lockBatch: (table: string, id: string) => `SELECT batch_id FROM ${table} WHERE query_id = ${id}`,
} satisfies Partial<Dialect> & ThisType<Dialect>;

/** What stands behind FROM, but for limits. */
export function clauses({ where, groups = [], order = [] }: SelectParts): string {
  return [
    ...(where.length === 0 ? [] : [` WHERE ${where.map((one) => `(${one})`).join(" AND ")}`]),
    ...(groups.length === 0 ? [] : [` GROUP BY ${groups.join(", ")}`]),
    ...(order.length === 0 ? [] : [` ORDER BY ${order.join(", ")}`]),
  ].join("");
}

/** `ordered` where a null is less than all values, and there are no words to say otherwise. */
export function nullsFirst(
  key: string,
  { direction, nulls }: Pick<TypedOrder, "direction" | "nulls">,
): string {
  const plain = `${key} ${direction.toUpperCase()}`;
  if ((direction === "asc") === (nulls === "first")) return plain;
  const [absent, there] = nulls === "first" ? [0, 1] : [1, 0];
  return `CASE WHEN ${key} IS NULL THEN ${absent} ELSE ${there} END, ${plain}`;
}

/** Numbers as every database reads them; undefined of those without an exact text, and others. */
export function numberText(value: Value, type: DataType): string | undefined {
  switch (type.type) {
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "decimal":
      return String(value);
    case "float":
    case "double":
      return Number.isFinite(value) ? exponential(value as number) : undefined;
    default:
      return undefined;
  }
}

/** With an exponent it is a binary number, not a decimal. */
function exponential(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.includes("e") ? text : `${text}e0`;
}

/** A text in quotes, for databases that take nothing else in it for special. */
export function quotedText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
