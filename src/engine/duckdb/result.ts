import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import type { Chunk, Result } from "../engine.ts";
import { readVector } from "./value/read.ts";

/** What a result needs of its query: steps to do, and an end to report once. */
export interface Running {
  readonly connection: DuckDBConnection;
  readonly signal: AbortSignal | undefined;
  /** Does a step when a place is free, with DuckDB's errors turned into ours; maybe twice. */
  step<T>(work: (sql: string) => Promise<T>): Promise<T>;
  start(sql: string): Promise<DuckDBResult>;
  /** Gives everything back; called once. */
  end(): Promise<void>;
}

/**
 * What the type of a result becomes when it fails: the binding ends a result that fails as one
 * that is at its end, and has no way to ask for the error.
 */
const failedType = 0;

/**
 * A streaming result: DuckDB computes as chunks are asked for, one chunk ahead of the reader. The
 * query holds a place only while it computes, so an open result that nobody reads blocks nobody.
 */
export class StreamedResult implements Result {
  readonly schema: StructType;
  readonly #running: Running;
  #result: DuckDBResult | undefined;
  /** Whether a row was handed out: what was is not taken back. */
  #begun = false;
  #ahead: Promise<DuckDBDataChunk | null> | undefined;
  #ended: Promise<void> | undefined;

  constructor(schema: StructType, running: Running) {
    this.schema = schema;
    this.#running = running;
  }

  async next(): Promise<Chunk | undefined> {
    if (this.#ended !== undefined) return undefined;
    try {
      const chunk = await (this.#ahead ?? this.#fetch());
      if (chunk === null || chunk.rowCount === 0) {
        await this[Symbol.asyncDispose]();
        return undefined;
      }
      const read: Chunk = {
        rows: chunk.rowCount,
        columns: this.schema.fields.map((field, at) =>
          readVector(chunk.getColumnVector(at), field.type),
        ),
      };
      this.#ahead = this.#fetch();
      // Its failure is told when the chunk is asked for.
      this.#ahead.catch(() => {});
      return read;
    } catch (thrown) {
      await this[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  async #fetch(): Promise<DuckDBDataChunk | null> {
    const { step, start, connection, signal } = this.#running;
    return await step(async (sql) => {
      this.#result ??= await start(sql);
      const chunk = await this.#result.fetchChunk();
      if (this.#result.returnType !== failedType) {
        this.#begun ||= chunk !== null && chunk.rowCount > 0;
        return chunk;
      }
      // Before its first row it can begin anew.
      if (!this.#begun) this.#result = undefined;
      if (signal?.aborted) throw error("OPERATION_CANCELED", {}, signal.reason);
      // For the error that it fails with.
      if (this.#ended === undefined) await connection.run(`EXPLAIN ANALYZE ${sql}`);
      const reason = "a result broke off, and did not when it was computed again";
      throw error("ENGINE_FAILED", { reason });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= this.#finish();
    return this.#ended;
  }

  async #finish(): Promise<void> {
    // A connection is one query's at a time: wait out the chunk in the making, cut short.
    if (this.#ahead !== undefined) {
      this.#running.connection.interrupt();
      await this.#ahead.catch(() => {});
    }
    this.#result = undefined;
    await this.#running.end();
  }
}
