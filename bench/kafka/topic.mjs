// Makes a topic of three partitions: node topic.mjs SERVERS TOPIC
import { Admin } from "./peer.mjs";

const [servers, topic] = process.argv.slice(2);
const admin = new Admin({ clientId: "bench", bootstrapBrokers: [servers], retries: 10 });
await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
await admin.close();
console.log("{}");
