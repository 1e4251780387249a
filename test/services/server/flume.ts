import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "../../../src/env.ts";
import { cache, run } from "./server.ts";

const version = "1.11.0";
const program = "java";
const java = ["-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** A stock Flume agent, from Maven's jars. */
export interface Agent extends AsyncDisposable {
  /** The last of what it logged. */
  said(): string;
}

export interface AgentSpec {
  /** Of the avro sink, beside host and port: `compression-type` and the like. */
  readonly sink: Readonly<Record<string, string>>;
  readonly port: number;
  /** Of the source. */
  readonly source: Readonly<Record<string, string>>;
}

/** The folder of the jars, or why there is none. */
export async function flumeJars(): Promise<
  { readonly lib: string } | { readonly missing: string }
> {
  const lib = join(cache, "flume", version);
  if (existsSync(lib)) return { lib };
  const folder = await mkdtemp(join(tmpdir(), "millrace-flume-"));
  try {
    const part = `${lib}.${env.uuid()}`;
    await mkdir(join(cache, "flume"), { recursive: true });
    await writeFile(join(folder, "pom.xml"), project());
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${part}`];
    await run("mvn", ["-q", "-B", "-f", join(folder, "pom.xml"), ...goal], { maxBuffer: 1 << 26 });
    await rename(part, lib).catch((thrown) => {
      if (!existsSync(lib)) throw thrown;
    });
    return { lib };
  } catch (thrown) {
    const missing = `no flume: ${thrown instanceof Error ? thrown.message : thrown}`;
    console.log(`skipped: ${missing}`);
    return { missing };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function project(): string {
  return (
    '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>' +
    "<groupId>x</groupId><artifactId>x</artifactId><version>1</version><dependencies><dependency>" +
    "<groupId>org.apache.flume</groupId><artifactId>flume-ng-node</artifactId>" +
    `<version>${version}</version></dependency></dependencies></project>`
  );
}

export async function startAgent(lib: string, spec: AgentSpec): Promise<Agent> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-agent-"));
  const file = join(folder, "agent.properties");
  await writeFile(file, properties(spec));
  const main = "org.apache.flume.node.Application";
  const child = spawn(program, [...java, "-cp", join(lib, "*"), main, "-n", "a", "-f", file], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
  }
  return {
    said: () => said,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function properties({ sink, source, port }: AgentSpec): string {
  const channel = { type: "memory", capacity: "200000", transactionCapacity: "1000" };
  const avro = { type: "avro", hostname: "localhost", port: `${port}`, channel: "c", ...sink };
  const parts = { "a.sources.r": { channels: "c", ...source }, "a.channels.c": channel };
  const lines = Object.entries({ ...parts, "a.sinks.k": avro }).flatMap(([prefix, values]) =>
    Object.entries(values).map(([key, value]) => `${prefix}.${key} = ${value}`),
  );
  return ["a.sources = r", "a.channels = c", "a.sinks = k", ...lines, ""].join("\n");
}
