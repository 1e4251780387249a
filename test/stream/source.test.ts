import { afterAll, assert, beforeAll, test } from "vitest";
import { sourceSuite } from "../../src/conformance/source.ts";
import { field, long, struct } from "../../src/schema/type.ts";
import { type Bench, openBench, RowsDataset } from "./subject.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

sourceSuite({ test, assert }, async () => {
  const data = new RowsDataset(struct([field("id", long)]));
  return {
    engine: bench.engine,
    limit: 1,
    open: () => data.open(),
    add: async () => void data.chunks.push([[BigInt(data.chunks.length)]]),
    [Symbol.asyncDispose]: async () => undefined,
  };
});
