import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { error } from "../../error/error.ts";
import type { StructType } from "../../schema/type.ts";
import type { Chunk, Result } from "../engine.ts";
import { readVector } from "./value/read.ts";

/** What a result needs of its query: steps to do, and an end to report once. */
export interface Running {
  readonly connection: DuckDBConnection;
  /** Does a step when a place is free, with DuckDB's errors turned into ours. */
  step<T>(work: () => Promise<T>): Promise<T>;
  /** Runs the query to its end, for the error that it fails with. */
  again(): Promise<unknown>;
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
  readonly #start: () => Promise<DuckDBResult>;
  #result: DuckDBResult | undefined;
  #ahead: Promise<DuckDBDataChunk | null> | undefined;
  #ended: Promise<void> | undefined;

  constructor(schema: StructType, running: Running, start: () => Promise<DuckDBResult>) {
    this.schema = schema;
    this.#running = running;
    this.#start = start;
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
    const { step, again } = this.#running;
    const fetched = await step(async () => {
      this.#result ??= await this.#start();
      const chunk = await this.#result.fetchChunk();
      return { chunk, failed: this.#result.returnType === failedType };
    });
    if (!fetched.failed) return fetched.chunk;
    const reason = "a result broke off, and did not when it was computed again";
    if (this.#ended === undefined) await step(again);
    throw error("ENGINE_FAILED", { reason });
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
