import { expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { openSession } from "../../../connector/session.ts";
import { eventHubsUser } from "../../server/kafka/configuration.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";
import { all, openSource, values, write } from "../kafka/subject.ts";

const broker = await kafkaBroker(inject("kafka"));

/** What the page of this connector says to set for the Kafka endpoint of a namespace. */
function login(password: string): Readonly<Record<string, string>> {
  const user = `username="${eventHubsUser.name}" password="${password}"`;
  return {
    "kafka.security.protocol": "SASL_SSL",
    "kafka.sasl.mechanism": "PLAIN",
    "kafka.sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required ${user};`,
  };
}

test.skipIf("missing" in broker)("an event hub is read by its Kafka endpoint", async () => {
  const { plaintext, saslSsl, certificates } = broker as Started;
  const topic = await createTopic(plaintext, 2);
  await write({ servers: plaintext, topic, partitions: 2 }, ["a", "b", "c"]);
  const trust = { "kafka.ssl.truststore.location": certificates.authority };
  const pem = { "kafka.ssl.truststore.type": "PEM" };
  const options = { subscribe: topic, startingoffsets: "earliest", ...trust, ...pem };
  await using session = await openSession();
  const good = { ...options, ...login(eventHubsUser.password) };
  await using source = await openSource(session, saslSsl, good);
  const end = await source.latestOffset(undefined, all);
  expect(await values(session, source, [undefined, end])).toEqual(["a", "c", "b"]);
  const stranger = { ...trust, ...pem, ...login("Endpoint=sb://other/;SharedAccessKey=x=") };
  const servers = { "kafka.bootstrap.servers": saslSsl };
  await using client = await openKafka(kafkaConfig({ ...servers, ...stranger }));
  await expect(client.topics()).rejects.toMatchObject({ code: "KAFKA_AUTHENTICATION_FAILED" });
});
