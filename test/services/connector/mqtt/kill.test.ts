import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { countOf } from "../../full.ts";
import { startMosquitto } from "../../server/mosquitto.ts";
import { runKilled } from "../journal/killed.ts";
import { connectTo } from "./broker.ts";

const broker = await startMosquitto();
const messages = countOf(100_000, 10_000);
const kills = countOf(20, 3);
/** Messages sent side by side, and then a breath: all of the kills shall come while it sends. */
const burst = 100;

describe.skipIf("missing" in broker)("mqtt to Delta, killed again and again", () => {
  if ("missing" in broker) return;
  afterAll(() => broker[Symbol.asyncDispose]());

  test.concurrent.each([
    [1, "5"],
    [2, "4"],
  ] as const)("QoS %i, version %s", { timeout: 1_200_000 }, async (qos, mqttVersion) => {
    const topic = `killed/${qos}`;
    const clientId = `killed${qos}`;
    const options = { brokerUrl: broker.url, topic: `${topic}/#`, clientId, mqttVersion };
    await keepSession(broker.url, { clientId, topic: `${topic}/#`, qos });
    const ids = Array.from({ length: messages }, (_, at) => `${at}`);
    const counts = await runKilled({
      ...{ format: "mqtt", kills, seed: 600 + qos },
      options: { ...options, QoS: `${qos}` },
      select: ["CAST(payload AS STRING) AS id", "topic"],
      async send() {
        const client = await connectTo(broker.url);
        for (let at = 0; at < messages; at += burst) {
          const some = ids.slice(at, at + burst);
          await Promise.all(
            some.map((id) => client.publishAsync(`${topic}/${Number(id) % 7}`, id, { qos })),
          );
          await setTimeout(100);
        }
        await client.endAsync();
      },
      done: (found) => found.size === messages,
    });
    expect([...counts.keys()].sort()).toEqual([...ids].sort());
    const twice = [...counts].filter(([, count]) => count > 1);
    if (qos === 2) expect(twice).toEqual([]);
    else console.log(`${twice.length} of ${messages} messages of QoS 1 came more than once`);
  });
});

/** The broker keeps messages from now on, before the first process is there. */
async function keepSession(
  url: string,
  { clientId, topic, qos }: { clientId: string; topic: string; qos: 1 | 2 },
): Promise<void> {
  const properties = { sessionExpiryInterval: 0xffff_ffff };
  const client = await connectTo(url, { clientId, clean: false, properties });
  await client.subscribeAsync(topic, { qos });
  await client.endAsync();
}
