import type { TypedRelation } from "../analysis/typed.ts";
import type { QueryContext } from "../engine/engine.ts";
import type { OutputMode } from "../plan/command.ts";

/** One batch handed to a sink. */
export interface SinkBatch {
  readonly batchId: number;
  /** The query's id: with the batch id it names the batch for ever. */
  readonly queryId: string;
  readonly outputMode: OutputMode;
  /** Ready to run: every leaf is an input. Running it twice gives the same rows. */
  readonly relation: TypedRelation;
  readonly context: QueryContext;
  /**
   * Takes work that never fails and that nobody waits for: it is done after the batch is
   * committed and before the next one. Absent: the sink does it at once.
   */
  readonly later?: (work: () => Promise<void>) => void;
}

/**
 * Where batches go. The laws, proven by `conformance/sink.ts`:
 * 1. The same batch may come again: after a crash or a failure, in this run or a later one. It is
 *    whole then, however much of it was there; a sink with `exactlyOnce` has each row once.
 * 2. A sink with `exactlyOnce` does nothing with a batch older than the last it has of the query.
 * 3. A batch whose rows fail while they are read, or whose signal aborts, fails with that error.
 * 4. Disposed, also twice or while a batch is added, it ends what it does and keeps nothing open.
 */
export interface Sink extends AsyncDisposable {
  /** As Spark prints it in progress: `DeltaSink[file:/data/t]`. */
  readonly description: string;
  readonly exactlyOnce: boolean;
  /** A batch whose rows fail while they are read leaves nothing that anybody sees. */
  readonly atomic?: boolean;
  readonly outputModes: readonly OutputMode[];
  /** Called once, when the query has started: before, a refused query must leave no trace. */
  started?(): void;
  /** Resolves when the batch is durable. The number of rows where the sink knows it. */
  addBatch(batch: SinkBatch): Promise<{ readonly rows?: number }>;
}
