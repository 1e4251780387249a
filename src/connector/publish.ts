import type { TypedRelation } from "../analysis/typed.ts";
import type { Engine, QueryContext } from "../engine/engine.ts";
import type { Value } from "../schema/value.ts";

/** Rows that are published: each is a message. */
export interface Published<M> {
  readonly engine: Engine;
  readonly relation: TypedRelation;
  readonly context: QueryContext;
  /** The message of a row of a chunk's columns. */
  readonly message: (columns: readonly (readonly Value[])[], row: number) => M;
  /** Resolves when they are where they should be: the next chunk is read then. */
  readonly send: (messages: readonly M[]) => Promise<void>;
}

/** Sends rows chunk by chunk; the number of rows. */
export async function publish<M>(published: Published<M>): Promise<number> {
  const { engine, relation, context, message, send } = published;
  let rows = 0;
  await using result = await engine.query(relation, context);
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    const { columns } = chunk;
    await send(Array.from({ length: chunk.rows }, (_, row) => message(columns, row)));
    rows += chunk.rows;
  }
  return rows;
}
