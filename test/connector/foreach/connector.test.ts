import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import type { SinkFunctions } from "../../../src/connector/connector.ts";
import { openSink } from "../../../src/connector/registry.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { openSession, query, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT");

async function add(session: TestSession, format: string, functions?: SinkFunctions) {
  const request = { format, options: {}, partitionBy: [], schema, context: session.context };
  const sink = await openSink({
    ...{ ...request, outputMode: "update" },
    ...(functions ? { functions } : {}),
  });
  const input = { kind: "rows", schema, rows: [[1n], [2n]] } as const;
  const relation = { kind: "input", input, output: columnsOf(schema) } as const;
  return sink.addBatch({
    batchId: 7,
    queryId: "q",
    outputMode: "update",
    relation,
    context: query,
  });
}

test("foreachBatch gets a frame that can be read twice, and no longer after", async () => {
  await using session = await openSession();
  const seen: unknown[] = [];
  let kept: Parameters<NonNullable<SinkFunctions["foreachBatch"]>>[0] | undefined;
  const foreachBatch: SinkFunctions["foreachBatch"] = async (frame, batchId) => {
    kept = frame;
    for (let twice = 0; twice < 2; twice++) {
      seen.push(
        batchId,
        (await session.rows(frame)).map((row) => row["id"]),
      );
    }
  };
  expect(await add(session, "foreachBatch", { foreachBatch })).toEqual({ rows: 2 });
  expect(seen).toEqual([7, [1n, 2n], 7, [1n, 2n]]);
  await expect(session.rows(kept!)).rejects.toThrow();
});

test("foreach opens, processes and closes, with the error if there is one", async () => {
  await using session = await openSession();
  const calls: unknown[] = [];
  const writer = (fail: boolean, wanted = true) => ({
    open: (partition: number, epoch: number) => {
      calls.push(["open", partition, epoch]);
      return wanted;
    },
    process: (row: object) => {
      calls.push(row);
      if (fail) throw new Error("no");
    },
    close: (failure: Error | undefined) => void calls.push(["close", failure?.message]),
  });
  await add(session, "foreach", { foreach: writer(false) });
  expect(calls.splice(0)).toEqual([["open", 0, 7], { id: 1n }, { id: 2n }, ["close", undefined]]);
  await expect(add(session, "foreach", { foreach: writer(true) })).rejects.toThrow("no");
  expect(calls.splice(0)).toEqual([["open", 0, 7], { id: 1n }, ["close", "no"]]);
  await add(session, "foreach", { foreach: writer(false, false) });
  expect(calls).toEqual([
    ["open", 0, 7],
    ["close", undefined],
  ]);
});

test("a sink without its function is refused", async () => {
  await using session = await openSession();
  await expect(add(session, "foreachBatch")).rejects.toMatchObject({
    code: "FOREACH_FUNCTION_MISSING",
  });
});
