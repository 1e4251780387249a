// The client alone: reads a topic to its end. node bare.mjs SERVERS TOPIC COUNT
import { Consumer } from "./peer.mjs";

const [servers, topic, count] = process.argv.slice(2);
const groupId = `bare-${process.pid}`;
const consumer = new Consumer({ clientId: "bare", groupId, bootstrapBrokers: [servers] });
const options = { topics: [topic], mode: "earliest", autocommit: false, highWaterMark: 100_000 };
const stream = await consumer.consume(options);
let rows = 0;
let bytes = 0;
await new Promise((resolve, reject) => {
  stream.on("error", reject);
  stream.on("data", ({ value }) => {
    bytes += value.length;
    if (++rows === Number(count)) resolve();
  });
});
console.log(JSON.stringify({ rows, bytes }));
process.exit(0);
