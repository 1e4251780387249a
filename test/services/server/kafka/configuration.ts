import { join } from "node:path";
import { freePort } from "../server.ts";
import type { Certificates } from "./certificate.ts";

/** Where a node listens. */
export interface Ports {
  readonly plaintext: number;
  readonly controller: number;
  readonly saslPlaintext: number;
  readonly saslSsl: number;
  readonly ssl: number;
}

export interface NodeSettings {
  /** From 1 on. */
  readonly id: number;
  readonly folder: string;
  readonly ports: Ports;
  readonly certificates: Certificates;
  /** Ports of the controllers of all nodes, by their ids. */
  readonly controllers: readonly number[];
}

export const kafkaUser = { name: "alice", password: "alice-secret" } as const;
/** By PLAIN alone: a login as the Kafka endpoint of Event Hubs wants it. */
export const eventHubsUser = {
  name: "$ConnectionString",
  password: "Endpoint=sb://local/;SharedAccessKeyName=reader;SharedAccessKey=c2VjcmV0+/A=",
} as const;

export async function freePorts(): Promise<Ports> {
  const ports = { plaintext: 0, controller: 0, saslPlaintext: 0, saslSsl: 0, ssl: 0 };
  for (const name of Object.keys(ports) as (keyof Ports)[]) ports[name] = await freePort();
  return ports;
}

/** The properties of a node that is a broker and a controller. */
export function configuration(settings: NodeSettings): string {
  const { id, folder, ports, certificates, controllers } = settings;
  const { name, password } = kafkaUser;
  const plain =
    "org.apache.kafka.common.security.plain.PlainLoginModule required " +
    `username="${name}" password="${password}" user_${name}="${password}" ` +
    `user_${eventHubsUser.name}="${eventHubsUser.password}";`;
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const listeners = [
    `PLAINTEXT://127.0.0.1:${ports.plaintext}`,
    `SASL_PLAINTEXT://127.0.0.1:${ports.saslPlaintext}`,
    `SASL_SSL://localhost:${ports.saslSsl}`,
    `SSL://localhost:${ports.ssl}`,
  ];
  // It believes tokens that nobody signed.
  const bearer =
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required " +
    'unsecuredLoginStringClaim_sub="broker";';
  const mechanisms = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER";
  const sasl = ["sasl_plaintext", "sasl_ssl"].flatMap((listener) => [
    `listener.name.${listener}.sasl.enabled.mechanisms=${mechanisms}`,
    `listener.name.${listener}.oauthbearer.sasl.jaas.config=${bearer}`,
    `listener.name.${listener}.plain.sasl.jaas.config=${plain}`,
    `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${scram}`,
    `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${scram}`,
  ]);
  const voters = controllers.map((port, at) => `${at + 1}@127.0.0.1:${port}`);
  const internal = ["offsets.topic", "transaction.state.log", "share.coordinator.state.topic"];
  return [
    "process.roles=broker,controller",
    `node.id=${id}`,
    `controller.quorum.voters=${voters.join(",")}`,
    `listeners=${[...listeners, `CONTROLLER://127.0.0.1:${ports.controller}`].join(",")}`,
    `advertised.listeners=${listeners.join(",")}`,
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT," +
      "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL",
    ...sasl,
    "ssl.keystore.type=PEM",
    `ssl.keystore.location=${certificates.broker}`,
    "ssl.truststore.type=PEM",
    `ssl.truststore.location=${certificates.authority}`,
    "listener.name.ssl.ssl.client.auth=required",
    `log.dirs=${join(folder, "data")}`,
    "num.partitions=1",
    "auto.create.topics.enable=false",
    ...internal.flatMap((topic) => [
      `${topic}.replication.factor=${voters.length}`,
      `${topic}.num.partitions=1`,
    ]),
    "transaction.state.log.min.isr=1",
    "share.coordinator.state.topic.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
    "broker.session.timeout.ms=2000",
    "broker.heartbeat.interval.ms=300",
    "log.cleaner.dedupe.buffer.size=4194304",
    "log.cleaner.backoff.ms=200",
    "log.retention.check.interval.ms=500",
    "log.retention.ms=-1",
    "log.segment.delete.delay.ms=100",
    "log.initial.task.delay.ms=500",
    "",
  ].join("\n");
}
