import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { latest } from "../../../../src/connector/kafka/partition.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { startTokenEndpoint, tokenClient, unsignedToken } from "../../server/kafka/token.ts";
import { createTopic, kafkaBroker, type Started } from "../../server/kafka/topic.ts";

const broker = await kafkaBroker(inject("kafka"));
const { plaintext, saslPlaintext } = broker as Started;

function open(url: string, secret: string = tokenClient.secret, more: Options = {}) {
  const bearer = "org.apache.kafka.common.security.oauthbearer";
  return openKafka(
    kafkaConfig({
      "kafka.bootstrap.servers": saslPlaintext,
      "kafka.default.api.timeout.ms": "30000",
      "kafka.security.protocol": "SASL_PLAINTEXT",
      "kafka.sasl.mechanism": "OAUTHBEARER",
      "kafka.sasl.login.callback.handler.class": `${bearer}.OAuthBearerLoginCallbackHandler`,
      "kafka.sasl.oauthbearer.token.endpoint.url": url,
      "kafka.sasl.jaas.config":
        `${bearer}.OAuthBearerLoginModule required clientId="${tokenClient.id}" ` +
        `clientSecret="${secret}" scope="read write" extension_logicalCluster="lkc-1";`,
      ...more,
    }),
  );
}

describe.skipIf("missing" in broker)("tokens of OAUTHBEARER", () => {
  test("come from the endpoint, one for all connections, and another when it is old", async () => {
    await using endpoint = await startTokenEndpoint(3);
    const topic = await createTopic(plaintext, 1);
    await using client = await open(endpoint.url);
    await using producer = await client.producer({});
    const question = { topic, partition: 0, at: latest };
    let sent = 0n;
    // The broker closes connections whose token has ended, and asks for another before.
    for (const until = Date.now() + 60_000; endpoint.given.length < 3; sent++) {
      if (Date.now() > until) throw new Error(`${endpoint.given.length} tokens were given`);
      await producer.send([{ topic, value: Buffer.from(String(sent)) }]);
    }
    expect(await client.offsets([question])).toEqual([sent]);
    expect(sent).toBeGreaterThan(BigInt(endpoint.given.length)); // one is for many requests
    expect(endpoint.given[0]).toBe("grant_type=client_credentials&scope=read+write");
  });

  test("that there will be none is told at once, without the secret", async () => {
    await using endpoint = await startTokenEndpoint(60);
    await using stranger = await open(endpoint.url, "not-the-secret");
    const refused = await stranger.topics(["any"]).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({
      code: "KAFKA_AUTHENTICATION_FAILED",
      parameters: { mechanism: "OAUTHBEARER", reason: expect.stringContaining("invalid_client") },
    });
    expect(String(refused)).not.toContain("not-the-secret");
  });

  test("of an endpoint that is away for a moment are waited for", async () => {
    await using endpoint = await startTokenEndpoint(60);
    endpoint.fail(503, "later");
    await using client = await open(endpoint.url);
    const asked = client.topics(["none"]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    endpoint.mend();
    expect(await asked).toEqual([]);
    endpoint.fail(503, "later");
    const soon = { "kafka.default.api.timeout.ms": "300" };
    await using other = await open(endpoint.url, undefined, soon);
    await expect(other.topics(["none"])).rejects.toMatchObject({
      code: "KAFKA_UNAVAILABLE",
      message: expect.stringContaining("gives no token: 503 later"),
    });
  });

  test("lie in a file; one that the broker does not take is an error at once", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-token-"));
    try {
      const file = join(folder, "token");
      await writeFile(file, `${unsignedToken("alice", 60)}\n`);
      await using client = await open(pathToFileURL(file).href);
      expect(await client.topics(["none"])).toEqual([]);
      await writeFile(file, unsignedToken("alice", -60));
      await using late = await open(pathToFileURL(file).href);
      await expect(late.topics(["none"])).rejects.toMatchObject({
        code: "KAFKA_AUTHENTICATION_FAILED",
        parameters: { reason: expect.stringContaining("invalid_token") },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
