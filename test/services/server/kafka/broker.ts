import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OnDemand } from "../on-demand.ts";
import { type Certificates, makeCertificates } from "./certificate.ts";
import { freePorts, type Ports } from "./configuration.ts";
import { kafkaJars } from "./jar.ts";
import { type KafkaNode, makeNode } from "./node.ts";

/** One broker, or more, and the listeners. */
export interface KafkaBroker {
  readonly plaintext: string;
  /** The user of `kafkaUser`, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; tokens of anybody. */
  readonly saslPlaintext: string;
  readonly saslSsl: string;
  /** Clients need a certificate. */
  readonly ssl: string;
  readonly certificates: Certificates;
  /** Where the files of the first one's logs lie. */
  readonly data: string;
}

/** Apache Kafka itself (KRaft), from Maven's jars: each node is a broker and a controller. */
export function kafkaOnDemand(count = 1): OnDemand<KafkaBroker> {
  const nodes: KafkaNode[] = [];
  let folder: string | undefined;
  const first = (): KafkaNode => nodes[0]!;
  return {
    async start() {
      const jars = await kafkaJars();
      folder = await mkdtemp(join(tmpdir(), "millrace-kafka-"));
      const certificates = await makeCertificates(folder);
      const all: Ports[] = [];
      for (let at = 0; at < count; at++) all.push(await freePorts());
      const controllers = all.map(({ controller }) => controller);
      const home = folder;
      const made = all.map((ports, at) => {
        const own = { id: at + 1, folder: join(home, String(at + 1)), ports };
        return makeNode(jars, { ...own, certificates, controllers });
      });
      nodes.push(...(await Promise.all(made)));
      await Promise.all(nodes.map((node) => node.up()));
      const at = (host: string, name: keyof Ports): string =>
        all.map((ports) => `${host}:${ports[name]}`).join(",");
      return {
        plaintext: at("127.0.0.1", "plaintext"),
        saslPlaintext: at("127.0.0.1", "saslPlaintext"),
        saslSsl: at("localhost", "saslSsl"),
        ssl: at("localhost", "ssl"),
        certificates,
        data: join(folder, "1", "data"),
      };
    },
    commands: {
      down: () => first().down(),
      up: () => first().up(),
      pause: async () => first().pause(),
      resume: async () => first().resume(),
      ...Object.fromEntries(
        Array.from({ length: count }, (_, at) => [`down${at + 1}`, () => nodes[at]!.down()]),
      ),
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.down()));
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
