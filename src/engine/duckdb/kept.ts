import type { DuckDBConnection } from "@duckdb/node-api";
import type { StructType } from "../../schema/type.ts";
import type { CachedResult, StateUpdate } from "../engine.ts";
import type { Instance } from "./instance.ts";
import { identifier } from "./quote.ts";

/** A table of the engine's as a result that is kept until released; columns `k0`, `k1`, …. */
export function keptResult(
  instance: Instance,
  { name, schema, rows }: { name: string; schema: StructType; rows: number },
): CachedResult {
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    released ??= drop(instance, name);
    return released;
  };
  return { name, schema, rows, [Symbol.asyncDispose]: release };
}

async function drop(instance: Instance, name: string): Promise<void> {
  // The engine's end takes its tables with it.
  if (!instance.closed) await instance.run(`DROP TABLE IF EXISTS ${identifier(name)}`);
}

/** Applies the changes in one transaction, and counts what is there after it. */
export async function applyUpdate(
  connection: DuckDBConnection,
  { cached, keys, changes, evict, added = false }: StateUpdate,
): Promise<number> {
  const [state, delta] = [identifier(cached.name), identifier(changes.name)];
  const width = cached.schema.fields.length;
  const columns = Array.from({ length: width }, (_, at) => `k${at}`);
  const same = columns.slice(0, keys).map((name) => `s.${name} IS NOT DISTINCT FROM d.${name}`);
  const where = same.length === 0 ? "true" : same.join(" AND ");
  const statements = [
    ...(evict === undefined
      ? []
      : [`DELETE FROM ${state} WHERE epoch_us(k${evict.column}) <= ${evict.atOrBefore}`]),
    ...(added ? [] : [`DELETE FROM ${state} AS s USING ${delta} AS d WHERE ${where}`]),
    `INSERT INTO ${state} SELECT ${columns.join(", ")} FROM ${delta} WHERE NOT k${width}`,
  ];
  await connection.run("BEGIN");
  try {
    for (const statement of statements) await connection.run(statement);
    const answer = await connection.runAndReadAll(`SELECT count(*) FROM ${state}`);
    // From here the change is seen by every later query.
    await connection.run("COMMIT");
    return Number(answer.getRows()[0]?.[0]);
  } catch (thrown) {
    await connection.run("ROLLBACK").catch(() => {});
    throw thrown;
  }
}
