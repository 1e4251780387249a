import type { Chunk } from "../engine/engine.ts";
import type { Execution } from "../execution/execution.ts";
import type { Relation } from "../plan/relation.ts";
import { type Row, setMember, type Value } from "../schema/value.ts";

/** What may be said of a run; an abort of the signal ends it. */
export interface RunOptions {
  readonly signal?: AbortSignal;
}

/** The rows of a plan one by one; at most one chunk of them is held. */
export async function* rowsOf(
  execution: Execution,
  plan: Relation,
  options: RunOptions = {},
): AsyncGenerator<Row> {
  await using result = await execution.execute(plan, options);
  const names = result.schema.fields.map((field) => field.name);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    yield* chunkRows(chunk, names);
  }
}

/** All the rows of a plan. */
export async function allRows(
  execution: Execution,
  plan: Relation,
  options: RunOptions = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of rowsOf(execution, plan, options)) rows.push(row);
  return rows;
}

function* chunkRows(chunk: Chunk, names: readonly string[]): Generator<Row> {
  for (let index = 0; index < chunk.rows; index++) {
    const row: Record<string, Value> = {};
    for (const [column, name] of names.entries()) {
      setMember(row, name, chunk.columns[column]?.[index] ?? null);
    }
    yield row;
  }
}
