import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import type { ForeachWriter, SinkFunctions } from "../../../src/connector/connector.ts";
import { openSink } from "../../../src/connector/registry.ts";
import { error } from "../../../src/error/error.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row } from "../../../src/schema/value.ts";
import { openSession, query, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT");

async function add(
  session: TestSession,
  format: string,
  functions?: SinkFunctions,
  context = query,
) {
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
    context,
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

/** A writer that tells what is called, and fails where it is told to. */
function told(fails: readonly string[], wanted: boolean | undefined = true) {
  const calls: unknown[] = [];
  const call = (name: string, ...given: readonly unknown[]): void => {
    calls.push([name, ...given]);
    if (fails.includes(name)) throw new Error(`no ${name}`);
  };
  const writer: ForeachWriter = {
    async open(partition, epoch) {
      call("open", partition, epoch);
      return wanted;
    },
    process: async (row) => call("process", row["id"]),
    close: (failure) => call("close", failure?.message),
  };
  return { calls, writer };
}

const opened = ["open", 0, 7];
const first = ["process", 1n];

test.each([
  ["rows one by one", [], true, [opened, first, ["process", 2n], ["close", undefined]], undefined],
  ["false skips the rows, not close", [], false, [opened, ["close", undefined]], undefined],
  ["close hears of a row", ["process"], true, [opened, first, ["close", "no process"]], "process"],
  ["no close where open fails", ["open"], true, [opened], "open"],
  ["what fails first is told", ["process", "close"], true, undefined, "process"],
  ["close may fail", ["close"], true, undefined, "close"],
  ["close may fail where rows are skipped", ["close"], false, undefined, "close"],
])("foreach: %s", async (_, fails, wanted, calls, failure) => {
  await using session = await openSession();
  const one = told(fails as readonly string[], wanted);
  const adding = add(session, "foreach", { foreach: one.writer });
  if (failure === undefined) expect(await adding).toEqual({ rows: 2 });
  else {
    await expect(adding).rejects.toMatchObject({
      code: "FOREACH_USER_FUNCTION_ERROR",
      parameters: { reason: `no ${failure}` },
      cause: { message: `no ${failure}` },
    });
  }
  if (calls) expect(one.calls).toEqual(calls);
});

test("foreach: close hears of rows that cannot be read, and their error is told", async () => {
  await using session = await openSession();
  const { calls, writer } = told(["close"]);
  const abort = new AbortController();
  abort.abort();
  const context = { ...query, signal: abort.signal };
  const adding = add(session, "foreach", { foreach: writer }, context);
  await expect(adding).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
  expect(calls).toEqual([opened, ["close", expect.stringContaining("OPERATION_CANCELED")]]);
});

test("foreach: open and close may be left out", async () => {
  await using session = await openSession();
  const ids: unknown[] = [];
  const process = (row: Row): void => void ids.push(row["id"]);
  expect(await add(session, "foreach", { foreach: { process } })).toEqual({ rows: 2 });
  expect(ids).toEqual([1n, 2n]);
});

test("foreachBatch names what fails in the function, but keeps names that are there", async () => {
  await using session = await openSession();
  const failing = (thrown: unknown) =>
    add(session, "foreachBatch", {
      foreachBatch: async () => {
        throw thrown;
      },
    });
  await expect(failing(new Error("no"))).rejects.toMatchObject({
    code: "FOREACH_BATCH_USER_FUNCTION_ERROR",
    parameters: { reason: "no" },
  });
  await expect(failing(error("DIVIDE_BY_ZERO", {}))).rejects.toMatchObject({
    code: "DIVIDE_BY_ZERO",
  });
});

type Pair = readonly [id: bigint, name: string];

function pairOf(row: Row): Pair {
  return [row["id"] as bigint, row["name"] as string];
}

describe.each(["foreach", "foreachBatch"])("laws of %s", (format) => {
  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    const rows: Pair[] = [];
    const functions: SinkFunctions = {
      foreach: { process: (row) => void rows.push(pairOf(row)) },
      foreachBatch: async (frame) => void rows.push(...(await session.rows(frame)).map(pairOf)),
    };
    const request = { format, options: {}, partitionBy: [], outputMode: "append" } as const;
    const { context, engine } = session;
    return {
      engine,
      async open() {
        const sink = await openSink({ ...request, schema, context, functions });
        // It is handed all rows again in complete mode, and keeps none.
        return { ...sink, outputModes: ["append", "update"] };
      },
      rows: async () => rows,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

test("a sink without its function is refused", async () => {
  await using session = await openSession();
  await expect(add(session, "foreachBatch")).rejects.toMatchObject({
    code: "FOREACH_FUNCTION_MISSING",
  });
});
