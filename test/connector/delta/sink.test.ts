import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import { connector } from "../../../src/connector/delta/connector.ts";
import { openSink } from "../../../src/connector/registry.ts";
import type { OutputMode } from "../../../src/plan/command.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { openTable } from "../../../src/table/table.ts";
import { openSession, type TestSession } from "../session.ts";

async function request(session: TestSession, outputMode: OutputMode) {
  return {
    format: "delta",
    options: {},
    target: { name: "t", location: await session.locate("t") },
    outputMode,
    partitionBy: [],
    schema: parseSchema("id BIGINT, name STRING"),
    context: session.context,
  };
}

describe("laws", () => {
  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    return {
      engine: session.engine,
      open: async () => openSink(await request(session, "append")),
      async rows() {
        const paths = [(await session.locate("t")).path];
        const read = { format: "delta", options: {}, paths, context: session.context };
        const dataset = await connector.reader!(read);
        const columns = dataset.schema.fields;
        const rows = await session.rows(
          await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }),
        );
        return rows.map((row) => [row["id"] as bigint, row["name"] as string] as const);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

test("update mode is refused", async () => {
  await using session = await openSession();
  await expect(openSink(await request(session, "update"))).rejects.toMatchObject({
    code: "DELTA_UNSUPPORTED_OUTPUT_MODE",
  });
});

test("each batch is one commit that says which it was", async () => {
  await using session = await openSession();
  const schema = parseSchema("id BIGINT, name STRING");
  const { columnsOf } = await import("../../../src/analysis/expression.ts");
  await using sink = await openSink(await request(session, "append"));
  await sink.addBatch({
    batchId: 4,
    queryId: "q-1",
    outputMode: "append",
    relation: {
      kind: "input",
      input: { kind: "rows", schema, rows: [[1n, "a"]] },
      output: columnsOf(schema),
    },
    context: { timeZone: "UTC", timestampMs: 0, seed: 0 },
  });
  const table = await openTable(await session.locate("t"), session.context);
  const [commit] = await table.log.history(1);
  const actions = Object.assign({}, ...commit!.actions);
  expect(actions.txn).toMatchObject({ appId: "q-1", version: 4 });
  expect(actions.commitInfo).toMatchObject({
    operation: "STREAMING UPDATE",
    operationParameters: { outputMode: "Append", queryId: "q-1", epochId: "4" },
  });
});
