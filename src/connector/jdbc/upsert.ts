import type { Chunk } from "../../engine/engine.ts";
import { error } from "../../error/error.ts";
import type { StructField } from "../../schema/type.ts";
import type { Connection, Dialect, Loading } from "./database.ts";

const stageName = "millrace_stage";

/**
 * Puts rows in the place of those with the same keys, and adds the others: by way of a table of
 * this connection. It needs no unique index; null is the same as null.
 */
export async function upsert(
  connection: Connection,
  dialect: Dialect,
  loading: Loading & { readonly keys: readonly StructField[] },
  chunks: AsyncIterable<Chunk>,
): Promise<void> {
  const { table, keys } = loading;
  const stage = dialect.stageName(stageName);
  const names = loading.columns.map(({ name }) => dialect.quote(name));
  const keyNames = keys.map(({ name }) => dialect.quote(name));
  await connection.run(dialect.stage(stage, names, table));
  await connection.load({ ...loading, table: stage }, chunks);
  await checkKeys(connection, { ...loading, table: stage }, { keyNames, target: table });
  const on: string[] = [];
  for (const name of keyNames) on.push(await sameKey(connection, stage, name));
  const columns = names.filter((name) => !keyNames.includes(name));
  const all = on.join(" AND ");
  if (columns.length > 0) await connection.run(dialect.update({ table, stage, on: all, columns }));
  const selected = names.map((name) => `s.${name}`).join(", ");
  await connection.run(
    `INSERT INTO ${table} (${names.join(", ")}) SELECT ${selected} FROM ${stage} AS s ` +
      `WHERE NOT EXISTS (SELECT 1 FROM ${table} AS t WHERE ${all})`,
  );
  await connection.run(dialect.dropStage(stage));
}

async function checkKeys(
  connection: Connection,
  { table: stage, keys }: { readonly table: string; readonly keys: readonly StructField[] },
  { keyNames, target }: { readonly keyNames: readonly string[]; readonly target: string },
): Promise<void> {
  const groups = `SELECT 1 AS one FROM ${stage} GROUP BY ${keyNames.join(", ")}`;
  const [[count] = []] = await connection.run(
    `SELECT COUNT(*) FROM (${groups} HAVING COUNT(*) > 1) AS d`,
  );
  if (Number(count) === 0) return;
  const shown = keys.map(({ name }) => name).join(", ");
  throw error("JDBC_DUPLICATE_KEY", { keys: shown, table: target });
}

/** Compares a key: in the way that an index serves, unless there is a null in the batch. */
async function sameKey(connection: Connection, stage: string, name: string): Promise<string> {
  const [[nulls] = []] = await connection.run(
    `SELECT COUNT(*) FROM ${stage} WHERE ${name} IS NULL`,
  );
  const equal = `t.${name} = s.${name}`;
  if (Number(nulls) === 0) return equal;
  return `(${equal} OR (t.${name} IS NULL AND s.${name} IS NULL))`;
}
