import { expect, test } from "vitest";
import { kafkaConfig } from "../../../src/connector/kafka/config.ts";

const servers = { "kafka.bootstrap.servers": "a:9092, [::1]:9093" };
const jaas = 'org.x.PlainLoginModule required username="u" password="p";';

test("the defaults are Kafka's", () => {
  expect(kafkaConfig(servers)).toMatchObject({
    brokers: ["a:9092", "[::1]:9093"],
    committed: false,
    checkCrcs: true,
    secure: false,
    requestMs: 30_000,
    apiMs: 60_000,
    fetch: { waitMs: 500, minBytes: 1, maxBytes: 52_428_800, partitionBytes: 1_048_576 },
  });
});

test("what kafka.* says is heard", () => {
  const config = kafkaConfig({
    ...servers,
    "kafka.isolation.level": "READ_COMMITTED",
    "kafka.check.crcs": "false",
    "kafka.security.protocol": "sasl_ssl",
    "kafka.sasl.mechanism": "PLAIN",
    "kafka.sasl.jaas.config": jaas,
    "kafka.request.timeout.ms": "5",
    "kafka.something.of.java": "kept",
    startingoffsets: "earliest",
  });
  expect(config).toMatchObject({
    ...{ committed: true, checkCrcs: false, secure: true, requestMs: 5 },
    sasl: { mechanism: "PLAIN", username: "u", password: "p" },
  });
  expect(config.own["something.of.java"]).toBe("kept");
});

test.each([
  [{}, /Option 'kafka\.bootstrap\.servers' must be specified/],
  [{ "kafka.bootstrap.servers": "no-port" }, /must be <host>:<port>/],
  [{ ...servers, "kafka.security.protocol": "TLS" }, /is TLS, which there is not/],
  [{ ...servers, "kafka.isolation.level": "x" }, /read_committed or read_uncommitted/],
  [{ ...servers, "kafka.request.timeout.ms": "soon" }, /must be a whole number/],
  [{ ...servers, "kafka.security.protocol": "SASL_SSL" }, /sasl\.mechanism = 'GSSAPI'/],
  [
    { ...servers, "kafka.security.protocol": "SASL_SSL" },
    /Kerberos, which is the default, .* Use one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHB/,
  ],
  [{ ...servers, "kafka.ssl.engine.factory.class": "x.Y" }, /names a class of Java/],
  [{ ...servers, "kafka.sasl.login.callback.handler.class": "a.MyHandler" }, /names a class of J/],
  [
    {
      ...servers,
      "kafka.security.protocol": "SASL_PLAINTEXT",
      "kafka.sasl.mechanism": "SCRAM-SHA-256",
      "kafka.sasl.jaas.config": jaas,
    },
    /names PlainLoginModule, which is not of SCRAM-SHA-256/,
  ],
])("%j is refused", (options: Readonly<Record<string, string>>, message) => {
  expect(() => kafkaConfig(options)).toThrow(message);
});
