import { expect } from "vitest";
import type { Sink, SinkBatch } from "../../../src/stream/sink.ts";

/**
 * That a batch of a sink which has written already, and whose server is now away, ends when it is
 * aborted and when the sink is disposed. The server is there again afterwards.
 */
export async function expectEndsWhileAway(
  sink: Sink,
  batch: SinkBatch,
  server: { stop(): Promise<unknown>; start(): Promise<unknown> },
): Promise<void> {
  await server.stop();
  try {
    const canceled = { code: "OPERATION_CANCELED" };
    const abort = new AbortController();
    const context = { ...batch.context, signal: abort.signal };
    const aborted = sink.addBatch({ ...batch, context });
    abort.abort();
    await expect(aborted).rejects.toMatchObject(canceled);
    const disposed = sink.addBatch(batch);
    disposed.catch(() => undefined);
    await sink[Symbol.asyncDispose]();
    await expect(disposed).rejects.toMatchObject(canceled);
  } finally {
    await server.start();
  }
}
