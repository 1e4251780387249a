import { openKafka } from "../../../../src/connector/kafka/client.ts";
import { kafkaConfig } from "../../../../src/connector/kafka/config.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { demand } from "../on-demand.ts";
import type { KafkaBroker } from "./broker.ts";

/** A broker that answers, and what tests may do to it. */
export interface Started extends KafkaBroker {
  /** Kills it. */
  down(): Promise<void>;
  /** Starts it again, with the data it had. */
  up(): Promise<void>;
  /** Lets it hang, and go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** The broker of the run, started by the first who asks. */
export async function kafkaBroker(control: string): Promise<Started | { missing: string }> {
  const broker = await demand<KafkaBroker | { missing: string }>(control);
  if ("missing" in broker) return broker;
  const tell = (command: string) => () => demand<void>(control, command);
  return {
    ...broker,
    ...{ down: tell("down"), up: tell("up"), pause: tell("pause"), resume: tell("resume") },
  };
}

interface Admin {
  createTopics(options: object): Promise<unknown>;
  createPartitions(options: object): Promise<unknown>;
  deleteTopics(options: object): Promise<unknown>;
  deleteRecords(options: object): Promise<unknown>;
  listGroups(): Promise<ReadonlyMap<string, unknown>>;
  close(): Promise<void>;
}

interface AdminModule {
  readonly Admin: new (options: object) => Admin;
}

/** Brokers of a cluster that answer. */
export interface StartedCluster extends KafkaBroker {
  /** Kills the broker of a number, from 1 on. */
  kill(broker: number): Promise<void>;
}

/** The cluster of the run, started by the first who asks. */
export async function kafkaCluster(control: string): Promise<StartedCluster | { missing: string }> {
  const cluster = await demand<KafkaBroker | { missing: string }>(control);
  if ("missing" in cluster) return cluster;
  return { ...cluster, kill: (broker) => demand<void>(control, `down${broker}`) };
}

/** Does something as the administrator of the cluster. */
export async function administer<T>(
  servers: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const { Admin } = await importPeer<AdminModule>("@platformatic/kafka", "these tests");
  const admin = new Admin({ clientId: "tests", bootstrapBrokers: servers.split(","), retries: 5 });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

let made = 0;

/** A new topic, of a name that no other test has unless it is given. */
export async function createTopic(
  servers: string,
  partitions: number,
  {
    name = `topic-${process.pid}-${++made}`,
    configs = {} as Record<string, string>,
    replicas = 1,
  } = {},
): Promise<string> {
  const list = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  await administer(servers, (admin) =>
    admin.createTopics({ topics: [name], partitions, replicas, configs: list }),
  );
  return name;
}

/** Which broker leads each partition of a topic, which may be internal. */
export async function leadersOf(servers: string, topic: string): Promise<readonly number[]> {
  await using client = await openKafka(kafkaConfig({ "kafka.bootstrap.servers": servers }));
  const { module, patiently, ask } = client.brokers;
  const { topics } = await patiently(() =>
    ask(undefined, (connection) =>
      module.metadataV12.api.async(connection as never, [topic], false),
    ),
  );
  return topics.flatMap(({ partitions }) => partitions.map(({ leaderId }) => leaderId));
}
