// Writes messages of 200 bytes to three partitions: node fill.mjs SERVERS TOPIC COUNT, or so many a
// second until there is a file: node fill.mjs SERVERS TOPIC A_SECOND FILE
import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Producer } from "./peer.mjs";

const [servers, topic, number, end] = process.argv.slice(2);
const rate = end === undefined ? undefined : Number(number);
const producer = new Producer({ clientId: "fill", bootstrapBrokers: [servers], acks: 1 });
const batch = rate === undefined ? 2_000 : rate / 20;
const isDone = (at) => (end === undefined ? at >= Number(number) : existsSync(end));
const began = performance.now();
for (let at = 0; !isDone(at); at += batch) {
  const messages = Array.from({ length: batch }, (_, i) => ({
    topic,
    partition: Math.floor(at / batch) % 3,
    key: Buffer.from(`k${(at + i) % 1_000}`),
    value: Buffer.from(JSON.stringify({ id: at + i, device: `d${i % 500}` }).padEnd(200)),
  }));
  await producer.send({ messages });
  if (rate === undefined) continue;
  await setTimeout(Math.max(0, began + ((at + batch) / rate) * 1_000 - performance.now()));
}
await producer.close();
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1_000 }));
