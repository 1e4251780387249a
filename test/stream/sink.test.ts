import { afterAll, assert, beforeAll, test } from "vitest";
import { sinkSuite } from "../../src/conformance/sink.ts";
import { type Bench, openBench, RowsSink } from "./subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

sinkSuite({ test, assert }, async () => {
  const sink = new RowsSink(bench.engine);
  return {
    engine: bench.engine,
    open: async () => sink,
    rows: async () => {
      const complete = sink.seen.at(-1)?.outputMode === "complete";
      const rows = complete ? [...sink.batches.values()].at(-1)! : sink.all();
      return rows.map((row) => [row[0] as bigint, String(row[1])] as const);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});
