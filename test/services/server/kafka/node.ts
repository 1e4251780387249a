import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { run } from "../server.ts";
import { configuration, kafkaUser, type NodeSettings } from "./configuration.ts";

/** A process of Kafka, and what may be done to it. */
export interface KafkaNode {
  up(): Promise<void>;
  /** Kills it. */
  down(): Promise<void>;
  /** Lets it hang, and go on. */
  pause(): void;
  resume(): void;
}

const cluster = "MkU3OEVBNTcwNTJENDM2Qg";
const startMs = 120_000;
const program = "java";
const java = ["-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";

/** Makes the storage of a node. */
export async function makeNode(jars: string, settings: NodeSettings): Promise<KafkaNode> {
  const { folder } = settings;
  await mkdir(folder, { recursive: true });
  const properties = join(folder, "server.properties");
  await writeFile(properties, configuration(settings));
  await format(jars, properties);
  let child: ChildProcess | undefined;
  return {
    async up() {
      child = await launch({ folder, jars, properties, port: settings.ports.plaintext });
    },
    async down() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGCONT");
      child.kill("SIGKILL");
      await gone;
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
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
