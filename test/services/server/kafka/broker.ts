import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { OnDemand } from "../on-demand.ts";
import { freePort, run } from "../server.ts";
import { type Certificates, makeCertificates } from "./certificate.ts";
import { kafkaJars } from "./jar.ts";

/** A broker of one node, and its listeners. */
export interface KafkaBroker {
  readonly plaintext: string;
  /** The user of `kafkaUser`, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. */
  readonly saslPlaintext: string;
  readonly saslSsl: string;
  /** Clients need a certificate. */
  readonly ssl: string;
  readonly certificates: Certificates;
  /** Where the files of its logs lie. */
  readonly data: string;
}

export const kafkaUser = { name: "alice", password: "alice-secret" } as const;
/** By PLAIN alone: a login as the Kafka endpoint of Event Hubs wants it. */
export const eventHubsUser = {
  name: "$ConnectionString",
  password: "Endpoint=sb://local/;SharedAccessKeyName=reader;SharedAccessKey=c2VjcmV0+/A=",
} as const;

const cluster = "MkU3OEVBNTcwNTJENDM2Qg";
const startMs = 120_000;
const program = "java";
const java = ["-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";

/** Apache Kafka itself (KRaft), from Maven's jars. */
export function kafkaOnDemand(): OnDemand<KafkaBroker> {
  let folder: string | undefined;
  let child: ChildProcess | undefined;
  let port = 0;
  let jars = "";
  const properties = (): string => join(folder!, "server.properties");
  const up = async (): Promise<void> => {
    child = await launch({ folder: folder!, jars, properties: properties(), port });
  };
  const down = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await gone;
  };
  return {
    async start() {
      jars = await kafkaJars();
      folder = await mkdtemp(join(tmpdir(), "millrace-kafka-"));
      const certificates = await makeCertificates(folder);
      const ports = { plaintext: 0, controller: 0, saslPlaintext: 0, saslSsl: 0, ssl: 0 };
      for (const name of Object.keys(ports) as (keyof typeof ports)[]) {
        ports[name] = await freePort();
      }
      await writeFile(properties(), configuration(folder, ports, certificates));
      await format(jars, properties());
      port = ports.plaintext;
      await up();
      return {
        plaintext: `127.0.0.1:${ports.plaintext}`,
        saslPlaintext: `127.0.0.1:${ports.saslPlaintext}`,
        saslSsl: `localhost:${ports.saslSsl}`,
        ssl: `localhost:${ports.ssl}`,
        certificates,
        data: join(folder, "data"),
      };
    },
    commands: {
      down: () => down("SIGKILL"),
      up,
      pause: async () => void child?.kill("SIGSTOP"),
      resume: async () => void child?.kill("SIGCONT"),
    },
    async stop() {
      await down("SIGKILL");
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the storage of a node, with the user of SCRAM in it. */
async function format(jars: string, properties: string): Promise<void> {
  const user = `name=${kafkaUser.name},password=${kafkaUser.password}`;
  const users = [256, 512].flatMap((bits) => ["--add-scram", `SCRAM-SHA-${bits}=[${user}]`]);
  const tool = ["-cp", jars, "kafka.tools.StorageTool", "format", "-t", cluster];
  await run(program, [...java, quiet, ...tool, "-c", properties, ...users], { maxBuffer: 1 << 26 });
}

interface Launch {
  readonly folder: string;
  readonly jars: string;
  readonly properties: string;
  readonly port: number;
}

async function launch({ folder, jars, properties, port }: Launch): Promise<ChildProcess> {
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const child = spawn(program, [...java, quiet, "-cp", jars, "kafka.Kafka", properties], {
    cwd: folder,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  for (const until = Date.now() + startMs; Date.now() < until; await setTimeout(100)) {
    if (child.exitCode !== null) break;
    if (await listens(port)) return child;
  }
  child.kill("SIGKILL");
  const said = (await readFile(log, "utf8")).slice(-2_000);
  throw new Error(`the broker did not start: ${said}`);
}

async function listens(port: number): Promise<boolean> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  const open = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return open;
}

function configuration(
  folder: string,
  ports: Readonly<Record<string, number>>,
  certificates: Certificates,
): string {
  const { name, password } = kafkaUser;
  const plain =
    "org.apache.kafka.common.security.plain.PlainLoginModule required " +
    `username="${name}" password="${password}" user_${name}="${password}" ` +
    `user_${eventHubsUser.name}="${eventHubsUser.password}";`;
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const listeners = [
    `PLAINTEXT://127.0.0.1:${ports["plaintext"]}`,
    `SASL_PLAINTEXT://127.0.0.1:${ports["saslPlaintext"]}`,
    `SASL_SSL://localhost:${ports["saslSsl"]}`,
    `SSL://localhost:${ports["ssl"]}`,
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
  const internal = ["offsets.topic", "transaction.state.log", "share.coordinator.state.topic"];
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.voters=1@127.0.0.1:${ports["controller"]}`,
    `listeners=${[...listeners, `CONTROLLER://127.0.0.1:${ports["controller"]}`].join(",")}`,
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
    ...internal.flatMap((topic) => [`${topic}.replication.factor=1`, `${topic}.num.partitions=1`]),
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
