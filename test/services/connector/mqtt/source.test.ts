import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { sourceSuite } from "../../../../src/conformance/source.ts";
import { connector } from "../../../../src/connector/mqtt/connector.ts";
import { SparkSession } from "../../../../src/index.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { type Faults, faultsOf, withFaults } from "../../../../src/storage/fault.ts";
import type { Offset, Source } from "../../../../src/stream/source.ts";
import { patience } from "../../../connector/journal/patient.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { mqttUser, startMosquitto } from "../../server/mosquitto.ts";
import { connectTo, publishAll } from "./broker.ts";

const broker = await startMosquitto();
const limit = { kind: "options" } as const;

interface Opening extends Options {
  readonly topic: string;
}

let queries = 0;

/** A query of its own: its checkpoint, and the session that the broker keeps for it. */
function openQuery(session: TestSession) {
  const queryId = `${String(queries++).padStart(8, "0")}-aaaa-4000-8000-${Date.now()}`;
  return async (options: Opening, faults?: Faults): Promise<Source> => {
    const given = Object.entries(options).map(([key, value]) => [key.toLowerCase(), value]);
    const lower = Object.fromEntries(given) as Options;
    const request = { format: "mqtt", options: lower, paths: [], context: session.context };
    const dataset = await connector.streamReader!(request);
    const checkpoint = await session.locate("checkpoint", queryId, "sources", "0");
    if (faults === undefined) return dataset.open({ checkpoint, queryId });
    const store = withFaults(checkpoint.store, faults);
    return dataset.open({ checkpoint: { ...checkpoint, store }, queryId });
  };
}

/** The rows that come until there are so many. */
async function rowsOf(session: TestSession, source: Source, count: number, after?: Offset) {
  for (const until = Date.now() + 20_000; ; await setTimeout(10)) {
    const end = await source.latestOffset(after, limit);
    const found = end === undefined || end === after ? undefined : await source.input(after, end);
    if (found?.rows !== undefined && found.rows >= count) {
      return { end: end!, rows: await session.rows(found.input) };
    }
    if (Date.now() > until) throw new Error(`${found?.rows ?? 0} of ${count} rows came`);
  }
}

const text = (value: unknown): string => Buffer.from(value as Uint8Array).toString("utf8");

describe.skipIf("missing" in broker)("mqtt", () => {
  if ("missing" in broker) return;
  const brokerUrl = broker.url;
  afterAll(() => broker[Symbol.asyncDispose]());

  describe.each(["4", "5"])("version %s", (mqttVersion) => {
    sourceSuite({ test, assert }, async () => {
      const session = await openSession();
      const open = openQuery(session);
      const topic = `suite/${queries}/${mqttVersion}`;
      const options = { topic, brokerUrl, mqttVersion, QoS: "2", maxOffsetsPerTrigger: "2" };
      // The broker keeps messages for a session that is there.
      await (await open(options))[Symbol.asyncDispose]();
      const client = await connectTo(brokerUrl);
      const waits = patience();
      return {
        engine: session.engine,
        limit: 2,
        open: async () => waits.of(await open(options)),
        add: async () => {
          await client.publishAsync(topic, "a message", { qos: 2 });
          waits.added();
        },
        async [Symbol.asyncDispose]() {
          await client.endAsync();
          await session[Symbol.asyncDispose]();
        },
      };
    });

    test("nothing is lost while no query runs, and a good end doubles nothing", async () => {
      await using session = await openSession();
      const open = openQuery(session);
      const topic = `offline/${mqttVersion}`;
      const options = { topic: `${topic}/+`, brokerUrl, mqttVersion, QoS: "1" };
      const client = await connectTo(brokerUrl);
      let end: Offset | undefined;
      const seen: string[] = [];
      for (let run = 0; run < 3; run++) {
        await using source = await open(options);
        if (run > 0) {
          const found = await rowsOf(session, source, 50, end);
          seen.push(...found.rows.map(({ payload }) => text(payload)));
          end = found.end;
          await source.commit(end);
        }
        const now = Array.from({ length: 25 }, (_, at) => `${run}.${at}`);
        await publishAll(client, `${topic}/a`, now);
        await source[Symbol.asyncDispose]();
        const later = Array.from({ length: 25 }, (_, at) => `${run}.${25 + at}`);
        await publishAll(client, `${topic}/b`, later);
      }
      await client.endAsync();
      const wanted = [0, 1].flatMap((run) => Array.from({ length: 50 }, (_, at) => `${run}.${at}`));
      expect(seen.sort()).toEqual(wanted.sort());
    });
  });

  test("each column says what the message had", async () => {
    await using session = await openSession();
    const options = { topic: "columns/#", brokerUrl, mqttVersion: "5", QoS: "2" };
    await using source = await openQuery(session)(options);
    const client = await connectTo(brokerUrl);
    const raw = Buffer.from([0xff, 0x00, 0xfe]);
    await client.publishAsync("columns/a", raw, {
      qos: 2,
      properties: {
        payloadFormatIndicator: false,
        messageExpiryInterval: 3_000_000_000,
        contentType: "raw",
        responseTopic: "answers",
        correlationData: Buffer.from("id"),
        userProperties: { unit: ["C", "F"], zone: "1" },
      },
    });
    await client.publishAsync("columns/b", "", { qos: 0 });
    await client.publishAsync("columns/c", "kept", { qos: 1, retain: true });
    const { rows } = await rowsOf(session, source, 3);
    const [first, second, third] = [...rows].sort((a, b) =>
      `${a["topic"]}` < `${b["topic"]}` ? -1 : 1,
    );
    expect(first).toMatchObject({ topic: "columns/a", qos: 2, retain: false, dup: false });
    expect(Buffer.from(first?.["payload"] as Uint8Array)).toEqual(raw);
    expect(first?.["messageId"]).toBeGreaterThan(0);
    expect(first?.["properties"]).toMatchObject({
      ...{ contentType: "raw", responseTopic: "answers" },
      userProperties: [
        { key: "unit", value: "C" },
        { key: "unit", value: "F" },
        { key: "zone", value: "1" },
      ],
    });
    const properties = first?.["properties"] as Record<string, unknown>;
    expect(text(properties["correlationData"])).toBe("id");
    expect(Number(properties["messageExpiryInterval"])).toBeGreaterThan(2_999_999_000);
    expect(second).toMatchObject({ topic: "columns/b", qos: 0, messageId: null });
    expect(text(second?.["payload"])).toBe("");
    expect(third).toMatchObject({ topic: "columns/c", qos: 1 });
    await client.publishAsync("columns/c", "", { qos: 1, retain: true });
    await client.endAsync();
  });

  test("a payload that is no JSON, and no text, stops nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-mqtt-"));
    const spark = await SparkSession.builder().getOrCreate();
    const query = await spark.readStream
      .format("mqtt")
      .option("topic", "poison/#")
      .load(brokerUrl)
      .selectExpr("from_json(CAST(payload AS STRING), 'id INT').id AS id", "length(payload) AS n")
      .writeStream.format("delta")
      .option("checkpointLocation", join(folder, "checkpoint"))
      .start(join(folder, "table"));
    const client = await connectTo(brokerUrl);
    const isSubscribed = async (): Promise<boolean> => {
      await publishAll(client, "poison/a", ['{"id": 0}']);
      return query.recentProgress.some(({ numInputRows }) => Number(numInputRows) > 0);
    };
    await expect.poll(isSubscribed, { timeout: 20_000 }).toBe(true);
    const poison = ["{", Buffer.from([0xff, 0x00, 0xc3]), "", "null"];
    await publishAll(client, "poison/a", [...poison, '{"id": 7}']);
    const ids = async () => {
      const table = await spark.read.format("delta").load(join(folder, "table"));
      return (await table.filter("id IS NULL OR id > 0").orderBy("n", "id").collect()).map(
        ({ id, n }) => `${id} ${n}`,
      );
    };
    await expect
      .poll(ids, { timeout: 20_000 })
      .toEqual(["null 0", "null 1", "null 3", "null 4", "7 9"]);
    await client.endAsync();
    await spark.stop();
    await rm(folder, { recursive: true });
  });

  test("availableNow takes what the broker has kept, and ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-mqtt-"));
    const spark = await SparkSession.builder().getOrCreate();
    const client = await connectTo(brokerUrl);
    const counts: number[] = [];
    for (const messages of [0, 3_000, 500]) {
      const sent = Array.from({ length: messages }, (_, at) => `${at}`);
      await publishAll(client, "available/a", sent);
      const query = await spark.readStream
        .format("mqtt")
        .option("brokerUrl", brokerUrl)
        .option("topic", "available/#")
        .load()
        .writeStream.format("delta")
        .option("checkpointLocation", join(folder, "checkpoint"))
        .trigger({ availableNow: true })
        .start(join(folder, "table"));
      await query.awaitTermination();
      const table = spark.read.format("delta").load(join(folder, "table"));
      counts.push(messages === 0 ? 0 : Number(await table.count()));
    }
    expect(counts).toEqual([0, 3_000, 3_500]);
    await client.endAsync();
    await spark.stop();
    await rm(folder, { recursive: true });
  });

  test("what is retained comes once for a session, and what is asked for may change", async () => {
    await using session = await openSession();
    const open = openQuery(session);
    const client = await connectTo(brokerUrl);
    await client.publishAsync("kept/a", "old", { qos: 1, retain: true });
    let end: Offset;
    {
      await using source = await open({ topic: "kept/a,other/a", brokerUrl });
      const found = await rowsOf(session, source, 1);
      expect(found.rows).toMatchObject([{ topic: "kept/a", retain: true }]);
      end = found.end;
    }
    {
      await using source = await open({ topic: '["kept/a", "new/a"]', brokerUrl });
      await publishAll(client, "other/a", ["not asked for"]);
      await publishAll(client, "new/a", ["asked for"]);
      const found = await rowsOf(session, source, 1, end);
      expect(found.rows.map(({ payload }) => text(payload))).toEqual(["asked for"]);
    }
    await client.publishAsync("kept/a", "", { qos: 1, retain: true });
    await client.endAsync();
  });

  test("a shared subscription deals the messages out", async () => {
    await using session = await openSession();
    const options = { topic: "$share/group/deal/#", brokerUrl, mqttVersion: "5" };
    await using left = await openQuery(session)(options);
    await using right = await openQuery(session)(options);
    const client = await connectTo(brokerUrl);
    const sent = Array.from({ length: 40 }, (_, at) => `${at}`);
    await publishAll(client, "deal/a", sent);
    await client.endAsync();
    const dealt = async (source: Source): Promise<string[]> => {
      const { rows } = await rowsOf(session, source, 1);
      return rows.map(({ payload }) => text(payload));
    };
    const hands = async () => [await dealt(left), await dealt(right)];
    await expect.poll(async () => (await hands()).flat().sort()).toEqual([...sent].sort());
    for (const hand of await hands()) expect(hand.length).toBeLessThan(sent.length);
  });

  test("certificates and passwords are looked at, and what is wrong has a name", async () => {
    await using session = await openSession();
    const open = openQuery(session);
    const topic = "open/a";
    const { tlsUrl, mutualUrl, passwordUrl, authority: ca, stranger } = broker;
    const { clientCertificate: cert, clientKey: key } = broker;
    const good: readonly Opening[] = [
      { topic, brokerUrl: tlsUrl, ca },
      { topic, brokerUrl: tlsUrl, rejectUnauthorized: "false" },
      { topic, brokerUrl: mutualUrl, ca, cert, key },
      { topic, brokerUrl: passwordUrl, ...mqttUser },
    ];
    for (const options of good) {
      await using source = await open(options);
      const client = await connectTo(brokerUrl);
      await publishAll(client, topic, ["in"]);
      await client.endAsync();
      expect(source.description).toContain("MQTTSource[");
    }
    const bad: readonly (readonly [Opening, string])[] = [
      [{ topic, brokerUrl: tlsUrl }, "MQTT_CONNECTION_FAILED"],
      [{ topic, brokerUrl: tlsUrl, ca: stranger }, "MQTT_CONNECTION_FAILED"],
      [{ topic, brokerUrl: tlsUrl, ca, serverName: "elsewhere" }, "MQTT_CONNECTION_FAILED"],
      [{ topic, brokerUrl: mutualUrl, ca }, "MQTT_CONNECTION_FAILED"],
      [{ topic, brokerUrl: passwordUrl }, "MQTT_CONNECTION_REFUSED"],
      [{ topic, brokerUrl: passwordUrl, ...mqttUser, password: "x" }, "MQTT_CONNECTION_REFUSED"],
      [{ topic, brokerUrl: "tcp://127.0.0.1:1" }, "MQTT_CONNECTION_FAILED"],
    ];
    for (const [options, code] of bad) {
      await expect(open(options), JSON.stringify(options)).rejects.toMatchObject({ code });
    }
  });

  test("a broker that comes back is gone on with, and nothing is lost", async () => {
    await using session = await openSession();
    const options = { topic: "restart/#", brokerUrl, QoS: "2" };
    await using source = await openQuery(session)(options);
    // A sender of QoS 2 that keeps no session loses what is between its two halves.
    const keeps = { clientId: "restarter", clean: false };
    const client = await connectTo(brokerUrl, {
      ...{ ...keeps, reconnectPeriod: 100, properties: { sessionExpiryInterval: 60 } },
    });
    const sent = Array.from({ length: 300 }, (_, at) => `${at}`);
    const sending = publishAll(client, "restart/a", sent, { qos: 2 });
    await broker.stop();
    expect(await source.latestOffset(undefined, limit).then(() => "quiet")).toBe("quiet");
    await broker.start();
    await sending;
    await client.endAsync();
    const { rows } = await rowsOf(session, source, sent.length);
    const seen = rows.map(({ payload }) => text(payload));
    expect([...new Set(seen)].sort()).toEqual([...sent].sort());
  });

  test("a log that is full leaves messages with the broker until a batch is committed", async () => {
    await using session = await openSession();
    const options = { topic: "full/#", brokerUrl, maxWriteAheadLogBytes: "64k" };
    await using source = await openQuery(session)(options);
    const client = await connectTo(brokerUrl);
    const sent = Array.from({ length: 400 }, (_, at) => `${at}`.padEnd(2_000));
    await publishAll(client, "full/a", sent);
    await client.endAsync();
    await setTimeout(300);
    const first = await rowsOf(session, source, 1);
    expect(first.rows.length).toBeLessThan(sent.length);
    const seen: string[] = [];
    for (let at: Offset | undefined; seen.length < sent.length; ) {
      const { end, rows } = await rowsOf(session, source, 1, at);
      seen.push(...rows.map(({ payload }) => text(payload).trim()));
      await source.commit(end);
      at = end;
    }
    expect(seen).toEqual(sent.map((one) => one.trim()));
  });

  test.each([
    [1, "4"],
    [2, "4"],
    [2, "5"],
  ] as const)(
    "a crash at any write loses nothing, QoS %i, version %s",
    async (qos, mqttVersion) => {
      let twice = 0;
      for (let stopAt = 1; ; stopAt++) {
        await using session = await openSession();
        const open = openQuery(session);
        const topic = `crash/${qos}/${mqttVersion}/${stopAt}`;
        const options = { topic, brokerUrl, mqttVersion, QoS: `${qos}` };
        await (await open(options))[Symbol.asyncDispose]();
        const client = await connectTo(brokerUrl);
        const sent = Array.from({ length: 12 }, (_, at) => `${at}`);
        // The write is done and nobody hears of it: the broker has no acknowledgement.
        const faults = faultsOf({ stopAt, takesEffect: true });
        const dying = await open(options, faults).catch(() => undefined);
        for (const one of sent) {
          await client.publishAsync(topic, one, { qos });
          await setTimeout(3);
        }
        await setTimeout(20);
        await dying?.[Symbol.asyncDispose]();
        await using source = await open(options);
        const seen = new Map<string, number>();
        let at: Offset | undefined;
        while (seen.size < sent.length) {
          const { end, rows } = await rowsOf(session, source, 1, at);
          for (const { payload } of rows) {
            seen.set(text(payload), (seen.get(text(payload)) ?? 0) + 1);
          }
          at = end;
        }
        await client.endAsync();
        const doubled = [...seen.values()].filter((count) => count > 1).length;
        twice += doubled;
        if (qos === 2) expect(doubled, `stopped at ${stopAt}`).toBe(0);
        if (!faults.stopped || stopAt === 12) break;
      }
      if (qos === 1) expect(twice).toBeGreaterThan(0); // or the crashes come where nothing is
    },
  );

  test("a query of the same checkpoint takes over; the one before stops", async () => {
    await using session = await openSession();
    const open = openQuery(session);
    const options = { topic: "twice/#", brokerUrl, mqttVersion: "5" };
    await using old = await open(options);
    await using young = await open(options);
    await expect
      .poll(() => old.latestOffset(undefined, limit).then(String, (thrown) => thrown.code))
      .toMatch(/JOURNAL_FENCED|MQTT_SESSION_TAKEN_OVER/);
    const client = await connectTo(brokerUrl);
    await publishAll(client, "twice/a", ["for the young"]);
    await client.endAsync();
    expect((await rowsOf(session, young, 1)).rows.length).toBe(1);
  });
});
