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

/** Does something as the administrator of the cluster. */
export async function administer<T>(
  servers: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const { Admin } = await importPeer<AdminModule>("@platformatic/kafka", "these tests");
  const admin = new Admin({ clientId: "tests", bootstrapBrokers: [servers], retries: 5 });
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
  { name = `topic-${process.pid}-${++made}`, configs = {} as Record<string, string> } = {},
): Promise<string> {
  const list = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
  await administer(servers, (admin) =>
    admin.createTopics({ topics: [name], partitions, replicas: 1, configs: list }),
  );
  return name;
}
