import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/memory/connector.ts";
import { memoryStream } from "../../../src/connector/memory/source.ts";
import type { OutputMode } from "../../../src/plan/command.ts";
import type { Relation } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row } from "../../../src/schema/value.ts";
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
  return (await rowsOf(session, session.views.get("out")!)).map((row) => row["id"]);
}

async function rowsOf(session: TestSession, view: Relation): Promise<Row[]> {
  if (view.kind === "set") {
    return [...(await rowsOf(session, view.left)), ...(await rowsOf(session, view.right))];
  }
  assert(view.kind === "cached");
  return [...(await session.rows(view))];
}

describe("the sink", () => {
  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    const { engine, context, views } = session;
    const request = { format: "memory", options: {}, partitionBy: [], queryName: "out", context };
    const named = parseSchema("id BIGINT, name STRING");
    return {
      engine,
      volatile: true,
      open: () => connector.sink!({ ...request, schema: named, outputMode: "append" }),
      rows: async () => {
        const view = views.get("out");
        const rows = view === undefined ? [] : await rowsOf(session, view);
        return rows.map(({ id, name }) => [id as bigint, name as string] as const);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });

  test("keeps each batch once, also past the parts it keeps apart", async () => {
    await using session = await openSession();
    const all = await fill(session, "append", 70);
    expect(all).toEqual(Array.from({ length: 70 }, (_, at) => BigInt(at)));
  });

  test("a batch that fails while parts are put together is there once when it comes again", async () => {
    await using session = await openSession();
    const request = { format: "memory", options: {}, partitionBy: [], queryName: "out" };
    let failing = false;
    const engine = {
      ...session.engine,
      cache: async (...[relation, context]: Parameters<typeof session.engine.cache>) => {
        if (failing && relation.kind === "union") throw new Error("no room");
        return session.engine.cache(relation, context);
      },
    };
    const context = { ...session.context, engine };
    await using sink = await connector.sink!({
      ...{ ...request, schema, context, outputMode: "append" },
    });
    const batch = (batchId: number) => {
      const input = { kind: "rows", schema, rows: [[BigInt(batchId)]] } as const;
      const relation = { kind: "input", input, output: columnsOf(schema) } as const;
      return { batchId, queryId: "q", outputMode: "append", relation, context: query } as const;
    };
    for (let id = 0; id < 32; id++) await sink.addBatch(batch(id));
    failing = true;
    await expect(sink.addBatch(batch(32))).rejects.toThrow("no room");
    failing = false;
    await sink.addBatch(batch(32));
    const rows = await rowsOf(session, session.views.get("out")!);
    expect(rows.map((row) => row["id"])).toEqual(Array.from({ length: 33 }, (_, at) => BigInt(at)));
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
