import assert from "node:assert/strict";
import { afterAll, describe, expect, test } from "vitest";
import {
  call,
  cast,
  columnsOf,
  newColumn,
  reference,
} from "../../../../src/analysis/expression.ts";
import { outputOf, type TypedRelation } from "../../../../src/analysis/typed.ts";
import { sinkSuite } from "../../../../src/conformance/sink.ts";
import { connector } from "../../../../src/connector/eventhubs/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import {
  binary,
  field,
  map,
  type StructType,
  string,
  struct,
} from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import type { Sink, SinkBatch } from "../../../../src/stream/sink.ts";
import { openSession, query, type TestSession } from "../../../connector/session.ts";
import type { Kept, TestHub } from "../../server/eventhubs/hub.ts";
import { asStranger, startEventHubs } from "../../server/eventhubs/server.ts";
import { expectEndsWhileAway } from "../away.ts";
import { lower } from "./subject.ts";

const server = await startEventHubs();
let hubs = 0;

afterAll(() => server[Symbol.asyncDispose]());

function sinkOf(session: TestSession, schema: StructType, options: Options): Promise<Sink> {
  const request = { format: "eventhubs", outputMode: "append", partitionBy: [], schema } as const;
  return connector.sink!({ ...request, options: lower(options), context: session.context });
}

function batchOf(schema: StructType, rows: readonly (readonly Value[])[], batchId = 0): SinkBatch {
  const input = { kind: "rows", schema, rows } as const;
  const relation: TypedRelation = { kind: "input", input, output: columnsOf(schema) };
  return { batchId, queryId: "q", outputMode: "append", relation, context: query };
}

const keptIn = (hub: TestHub): readonly Kept[] => hub.partitions.flatMap(({ events }) => events);
const textsIn = (hub: TestHub): string[] => keptIn(hub).map(({ body }) => body.toString());

/** An event hub of its own, and the option that leads to it. */
function place(partitions: number): { readonly hub: TestHub; readonly options: Options } {
  const name = `sink${hubs++}`;
  const hub = server.create(name, partitions);
  return { hub, options: { "eventhubs.connectionString": server.connectionString(name) } };
}

/** `id` and `name` of the suite as one text. */
function asBody(relation: TypedRelation): TypedRelation {
  const [id, name] = outputOf(relation);
  const texts = [cast(reference(id!), string), reference(name!)];
  const expression = call("concat", texts, { type: string });
  const columns = [{ column: newColumn("body", string), expression }];
  return { kind: "project", input: relation, columns };
}

describe("the sink of eventhubs", () => {
  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    const { hub, options } = place(2);
    const schema = struct([field("body", string)]);
    return {
      engine: session.engine,
      async open() {
        const sink = await sinkOf(session, schema, options);
        return {
          ...sink,
          // An event hub keeps what a batch in complete mode would replace.
          outputModes: ["append", "update"],
          addBatch: (batch) => sink.addBatch({ ...batch, relation: asBody(batch.relation) }),
        };
      },
      async rows() {
        return textsIn(hub).map((text) => [BigInt(text.slice(0, -1)), text.slice(-1)] as const);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });

  test("columns say where an event goes, and what it has", async () => {
    await using session = await openSession();
    const { hub, options } = place(3);
    const schema = struct([
      ...[field("body", binary), field("partition", string), field("partitionKey", string)],
      field("properties", map(string, string)),
    ]);
    const raw = Buffer.from([0xff, 0, 0xfe]);
    const rows: readonly (readonly Value[])[] = [
      [
        raw,
        "2",
        null,
        new Map([
          ["unit", "C"],
          ["zone", "1"],
        ]),
      ],
      [Buffer.from("a1"), null, "a", null],
      [Buffer.from("b1"), null, "b", null],
      [Buffer.from("a2"), null, "a", null],
      [Buffer.from("any"), null, null, null],
    ];
    await using sink = await sinkOf(session, schema, options);
    expect(await sink.addBatch(batchOf(schema, rows))).toEqual({ rows: 5 });
    const [placed] = hub.partitions[2]!.events.filter(({ body }) => body.equals(raw));
    expect(placed?.properties).toEqual({ unit: "C", zone: "1" });
    const keyed = hub.partitions.map(({ events }) =>
      events.filter(({ partitionKey }) => partitionKey === "a").map(({ body }) => String(body)),
    );
    expect(keyed.filter((texts) => texts.length > 0)).toEqual([["a1", "a2"]]);
    expect(textsIn(hub).sort()).toEqual([raw.toString(), "a1", "a2", "any", "b1"].sort());
  });

  test("many and large events go in as many messages as they need, in order", async () => {
    await using session = await openSession();
    const { hub, options } = place(2);
    const schema = struct([field("body", string), field("partition", string)]);
    const rows = Array.from({ length: 5_000 }, (_, at) => [
      `${at} ${"x".repeat(900)}`,
      `${at % 2}`,
    ]);
    await using sink = await sinkOf(session, schema, options);
    expect(await sink.addBatch(batchOf(schema, rows))).toEqual({ rows: 5_000 });
    for (const [at, { events }] of hub.partitions.entries()) {
      const wanted = rows.filter(([, partition]) => partition === `${at}`).map(([body]) => body);
      expect(events.map(({ body }) => body.toString())).toEqual(wanted);
    }
    expect(server.messages).toBeGreaterThan(4);
    const large = batchOf(schema, [["x".repeat(2 << 20), "0"]], 1);
    await expect(sink.addBatch(large)).rejects.toMatchObject({ code: "EVENTHUBS_EVENT_TOO_LARGE" });
  });

  test("what is busy is asked again; what got no answer is sent again", async () => {
    await using session = await openSession();
    const { hub, options } = place(1);
    const schema = struct([field("body", string)]);
    // What gets no answer is asked again after a fifth of it.
    const quick = { ...options, "eventhubs.operationTimeout": "20s" };
    await using sink = await sinkOf(session, schema, quick);
    await sink.addBatch(batchOf(schema, [["before"]]));
    server.fault.busy = 2;
    await sink.addBatch(batchOf(schema, [["busy"]], 1));
    expect(server.fault.busy).toBe(0);
    expect(textsIn(hub)).toEqual(["before", "busy"]);
    server.fault.unanswered = 1;
    await sink.addBatch(batchOf(schema, [["lost answer"]], 2));
    expect(textsIn(hub)).toEqual(["before", "busy", "lost answer", "lost answer"]);
    await server.stop();
    const waiting = sink.addBatch(batchOf(schema, [["after"]], 3));
    await server.start();
    await waiting;
    expect(textsIn(hub).at(-1)).toBe("after");
  });

  test("a batch that waits for a server ends when it is aborted, or its sink disposed", async () => {
    await using session = await openSession();
    const { options } = place(1);
    const schema = struct([field("body", string)]);
    const sink = await sinkOf(session, schema, options);
    await sink.addBatch(batchOf(schema, [["first"]]));
    await expectEndsWhileAway(sink, batchOf(schema, [["second"]], 1), server);
  });

  test("what cannot be is said by name", async () => {
    await using session = await openSession();
    const schema = struct([field("body", string), field("partition", string)]);
    const { options } = place(1);
    const to = "eventhubs.connectionString";
    const wrong: readonly (readonly [Options, string, string])[] = [
      [{ [to]: asStranger(options[to]!) }, "0", "EVENTHUBS_ACCESS_DENIED"],
      [{ [to]: server.connectionString("nowhere") }, "0", "EVENTHUBS_NOT_FOUND"],
      [options, "9", "EVENTHUBS_REQUEST_FAILED"],
      [options, "first", "SINK_COLUMN_INVALID"],
      [
        {
          [to]: "Endpoint=sb://localhost:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;EntityPath=e",
          "eventhubs.operationTimeout": "1s",
        },
        "0",
        "EVENTHUBS_UNAVAILABLE",
      ],
    ];
    for (const [own, partition, code] of wrong) {
      await using sink = await sinkOf(session, schema, own);
      await expect(sink.addBatch(batchOf(schema, [["a", partition]]))).rejects.toMatchObject({
        code,
      });
    }
  });

  test("df.write adds, and has no other mode", async () => {
    await using session = await openSession();
    const { hub, options } = place(1);
    const schema = struct([field("body", string)]);
    const { relation } = batchOf(schema, [["a"], ["b"]]);
    const request = { format: "eventhubs", partitionBy: [], relation, query } as const;
    const { context } = session;
    const write = (mode: "append" | "errorifexists" | "overwrite" | "ignore"): Promise<void> =>
      connector.writer!({ ...request, context, mode, options: lower(options) });
    await write("append");
    await write("errorifexists");
    expect(textsIn(hub)).toEqual(["a", "b", "a", "b"]);
    for (const mode of ["overwrite", "ignore"] as const) {
      await expect(write(mode)).rejects.toMatchObject({
        code: "UNSUPPORTED_DATA_SOURCE_OPERATION",
      });
    }
  });
});
