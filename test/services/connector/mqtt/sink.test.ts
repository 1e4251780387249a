import assert from "node:assert/strict";
import { afterAll, describe, expect, test } from "vitest";
import {
  call,
  cast,
  columnsOf,
  newColumn,
  reference,
  stringLiteral,
} from "../../../../src/analysis/expression.ts";
import { outputOf, type TypedRelation } from "../../../../src/analysis/typed.ts";
import { sinkSuite } from "../../../../src/conformance/sink.ts";
import { connector } from "../../../../src/connector/mqtt/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import {
  array,
  binary,
  boolean,
  field,
  integer,
  type StructType,
  string,
  struct,
} from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import type { Sink, SinkBatch } from "../../../../src/stream/sink.ts";
import { openSession, query, type TestSession } from "../../../connector/session.ts";
import { mqttUser, startMosquitto } from "../../server/mosquitto.ts";
import { expectEndsWhileAway } from "../away.ts";
import { connectTo, type Heard } from "./broker.ts";

const broker = await startMosquitto();

function sinkOf(session: TestSession, schema: StructType, options: Options): Promise<Sink> {
  const given = Object.entries(options).map(([key, value]) => [key.toLowerCase(), value]);
  const request = { format: "mqtt", outputMode: "append", partitionBy: [], schema } as const;
  const { context } = session;
  return connector.sink!({ ...request, options: Object.fromEntries(given) as Options, context });
}

/** What is published under a prefix. */
async function listen(url: string, prefix: string) {
  const client = await connectTo(url);
  const heard: Heard[] = [];
  client.on("message", (_topic, _payload, packet) => void heard.push(packet));
  await client.subscribeAsync(`${prefix}#`, { qos: 2 });
  let ends = 0;
  return {
    /** All of it, up to now: of QoS 2 as this, which comes in order. */
    async heard(): Promise<readonly Heard[]> {
      const end = `${prefix}end/${ends++}`;
      await client.publishAsync(end, "", { qos: 2 });
      await expect.poll(() => heard.some(({ topic }) => topic === end)).toBe(true);
      return heard.filter(({ topic }) => !topic.startsWith(`${prefix}end/`));
    },
    [Symbol.asyncDispose]: () => client.endAsync(),
  };
}

function batchOf(schema: StructType, rows: readonly (readonly Value[])[], batchId = 0): SinkBatch {
  const input = { kind: "rows", schema, rows } as const;
  const relation: TypedRelation = { kind: "input", input, output: columnsOf(schema) };
  return { batchId, queryId: "q", outputMode: "append", relation, context: query };
}

describe.skipIf("missing" in broker)("mqtt", () => {
  if ("missing" in broker) return;
  const brokerUrl = broker.url;
  afterAll(() => broker[Symbol.asyncDispose]());

  sinkSuite({ test, assert }, async () => {
    const session = await openSession();
    const prefix = `sink/${Math.random()}/`;
    const listener = await listen(brokerUrl, prefix);
    const schema = struct([field("topic", string), field("value", string)]);
    return {
      engine: session.engine,
      async open() {
        const sink = await sinkOf(session, schema, { brokerUrl, QoS: "2" });
        return {
          ...sink,
          // A topic keeps nothing that a batch in complete mode could replace.
          outputModes: ["append", "update"],
          addBatch: (batch) => sink.addBatch({ ...batch, relation: named(batch.relation, prefix) }),
        };
      },
      async rows() {
        const heard = await listener.heard();
        return heard.map(({ topic, payload }) => {
          const id = BigInt(topic.slice(prefix.length + 2));
          return [id, String(payload)] as const;
        });
      },
      async [Symbol.asyncDispose]() {
        await listener[Symbol.asyncDispose]();
        await session[Symbol.asyncDispose]();
      },
    };
  });

  test("columns say topic, QoS, retain and properties; options say the rest", async () => {
    await using session = await openSession();
    await using listener = await listen(brokerUrl, "sent/");
    const pair = struct([field("key", string), field("value", string)]);
    const properties = [field("contentType", string), field("userProperties", array(pair))];
    const schema = struct([
      ...[field("topic", string), field("payload", binary), field("qos", integer)],
      ...[field("retain", boolean), field("properties", struct(properties))],
    ]);
    const about = { contentType: "raw", userProperties: [{ key: "a", value: "1" }] };
    const rows: readonly (readonly Value[])[] = [
      ["sent/a", Buffer.from([0xff, 0]), 0, null, about],
      ["sent/b", null, null, true, null],
    ];
    await using sink = await sinkOf(session, schema, { brokerUrl, QoS: "2", mqttVersion: "5" });
    expect(await sink.addBatch(batchOf(schema, rows))).toEqual({ rows: 2 });
    const [a, b] = await listener.heard();
    expect(a).toMatchObject({ topic: "sent/a", qos: 0, payload: Buffer.from([0xff, 0]) });
    expect(a?.properties).toMatchObject({ contentType: "raw" });
    expect({ ...a?.properties?.userProperties }).toEqual({ a: "1" });
    expect(b).toMatchObject({ topic: "sent/b", qos: 2, payload: Buffer.alloc(0) });
    await using fixed = await sinkOf(session, schema, { brokerUrl, topic: "sent/fixed" });
    await fixed.addBatch(batchOf(schema, [["sent/c", Buffer.from("x"), null, null, null]]));
    expect((await listener.heard()).at(-1)?.topic).toBe("sent/fixed");
  });

  test("columns and values that cannot be sent are refused by name", async () => {
    await using session = await openSession();
    const wrong = { code: "SINK_COLUMN_INVALID" };
    const value = field("value", string);
    const of = (fields: StructType["fields"], options: Options = { topic: "t" }) =>
      sinkOf(session, struct(fields), { brokerUrl, ...options });
    await expect(of([field("id", string)])).rejects.toMatchObject(wrong);
    await expect(of([value], {})).rejects.toMatchObject(wrong);
    await expect(of([field("value", integer)])).rejects.toMatchObject(wrong);
    const schema = struct([field("topic", string), value, field("qos", integer)]);
    for (const row of [
      [null, "a", 1],
      ["a/#", "a", 1],
      ["", "a", 1],
      ["a", "a", 3],
    ] as const) {
      await using sink = await sinkOf(session, schema, { brokerUrl });
      await expect(sink.addBatch(batchOf(schema, [row]))).rejects.toMatchObject(wrong);
    }
  });

  test("a topic that the user may not write to fails the batch", async () => {
    await using session = await openSession();
    const schema = struct([field("value", string)]);
    const options = { brokerUrl: broker.passwordUrl, ...mqttUser, mqttVersion: "5", topic: "shut" };
    await using sink = await sinkOf(session, schema, options);
    await expect(sink.addBatch(batchOf(schema, [["a"]]))).rejects.toMatchObject({
      code: "MQTT_PUBLISH_FAILED",
    });
  });

  test("while the broker is away a batch waits, and all of it arrives", async () => {
    await using session = await openSession();
    const schema = struct([field("value", string)]);
    await using sink = await sinkOf(session, schema, { brokerUrl, topic: "away/a" });
    await sink.addBatch(batchOf(schema, [["first"]]));
    await broker.stop();
    const rows = Array.from({ length: 3_000 }, (_, at) => [`${at}`]);
    const added = sink.addBatch(batchOf(schema, rows, 1));
    await broker.start();
    await using listener = await listen(brokerUrl, "away/");
    expect(await added).toEqual({ rows: 3_000 });
    await sink.addBatch(batchOf(schema, [["last"]], 2));
    expect(String((await listener.heard()).at(-1)?.payload)).toBe("last");
  });

  test("a batch that waits for a broker ends when it is aborted, or its sink disposed", async () => {
    await using session = await openSession();
    const schema = struct([field("value", string)]);
    const options = { brokerUrl, topic: "ended/a" };
    const sink = await sinkOf(session, schema, options);
    await sink.addBatch(batchOf(schema, [["first"]]));
    await expectEndsWhileAway(sink, batchOf(schema, [["second"]], 1), broker);
  });
});

/** The rows of the suite as messages: the id in the topic. */
function named(relation: TypedRelation, prefix: string): TypedRelation {
  const [id, name] = outputOf(relation);
  const topic = newColumn("topic", string);
  const texts = [stringLiteral(`${prefix}id`), cast(reference(id!), string)];
  return {
    kind: "project",
    input: relation,
    columns: [
      { column: topic, expression: call("concat", texts, { type: string }) },
      { column: newColumn("value", string), expression: reference(name!) },
    ],
  };
}
