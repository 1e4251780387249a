import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/memory/connector.ts";
import { memoryStream } from "../../../src/connector/memory/source.ts";
import type { OutputMode } from "../../../src/plan/command.ts";
import type { Relation } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { openSession, query, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT");

describe("the source", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const stream = memoryStream(schema);
    let added = 0;
    const checkpoint = await session.locate("checkpoint");
    return {
      engine: session.engine,
      open: () => stream.dataset.open({ checkpoint, queryId: "q" }),
      add: async () => void stream.add({ id: added++ }, { id: added++ }),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

async function fill(session: TestSession, outputMode: OutputMode, batches: number) {
  const request = { format: "memory", options: {}, partitionBy: [], context: session.context };
  const sink = await connector.sink!({ ...request, schema, outputMode, queryName: "out" });
  for (let batchId = 0; batchId < batches; batchId++) {
    const input = { kind: "rows", schema, rows: [[BigInt(batchId)]] } as const;
    const relation = { kind: "input", input, output: columnsOf(schema) } as const;
    const batch = { batchId, queryId: "q", outputMode, relation, context: query };
    await sink.addBatch(batch);
    await sink.addBatch(batch);
  }
  await sink[Symbol.asyncDispose]();
  return ids(session, session.views.get("out")!);
}

async function ids(session: TestSession, view: Relation): Promise<unknown[]> {
  if (view.kind === "set") {
    return [...(await ids(session, view.left)), ...(await ids(session, view.right))];
  }
  assert(view.kind === "cached");
  return (await session.rows(view)).map((row) => row["id"]);
}

describe("the sink", () => {
  test("keeps each batch once, also past the parts it keeps apart", async () => {
    await using session = await openSession();
    const all = await fill(session, "append", 70);
    expect(all).toEqual(Array.from({ length: 70 }, (_, at) => BigInt(at)));
  });

  test("in complete mode keeps the last batch", async () => {
    await using session = await openSession();
    expect(await fill(session, "complete", 3)).toEqual([2n]);
  });

  test("needs a query name", async () => {
    await using session = await openSession();
    const request = { format: "memory", options: {}, partitionBy: [], context: session.context };
    await expect(
      connector.sink!({ ...request, schema, outputMode: "append" }),
    ).rejects.toMatchObject({ code: "QUERY_NAME_MISSING" });
  });
});
