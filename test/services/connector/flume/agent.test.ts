import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connector } from "../../../../src/connector/flume/connector.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import type { Source } from "../../../../src/stream/source.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { type AgentSpec, flumeJars, startAgent } from "../../server/flume.ts";
import { makeAuthority, signPem } from "../../server/pem.ts";
import { freePort, run } from "../../server/server.ts";

const jars = await flumeJars();
const all = { kind: "all" } as const;
/** How long an agent, a JVM, may take to deliver, ms. */
const deliverMs = 60_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-flume-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function open(session: TestSession, port: number, more: Options = {}): Promise<Source> {
  const options = { bind: "127.0.0.1", port: `${port}`, ...more };
  const request = { format: "flume", options, paths: [], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

/** The rows, when there are so many. */
async function rowsOf(session: TestSession, source: Source, count: number, said: () => string) {
  for (const until = Date.now() + deliverMs; ; await setTimeout(50)) {
    const end = await source.latestOffset(undefined, all);
    const batch = end === undefined ? undefined : await source.input(undefined, end);
    if (batch !== undefined && batch.rows! >= count) return session.rows(batch.input);
    if (Date.now() > until) throw new Error(`${batch?.rows ?? 0} of ${count} rows: ${said()}`);
  }
}

const text = (value: unknown): string => Buffer.from(value as Uint8Array).toString("utf8");
const seq = (totalEvents: number): AgentSpec["source"] => ({
  ...{ type: "seq", batchSize: "20", totalEvents: `${totalEvents}` },
});

describe.skipIf("missing" in jars)("a stock Flume agent", () => {
  if ("missing" in jars) return;
  const { lib } = jars;

  test("delivers what its source makes, in order, by its avro sink", async () => {
    await using session = await openSession();
    const port = await freePort();
    await using source = await open(session, port);
    await using agent = await startAgent(lib, { port, source: seq(500), sink: {} });
    const rows = await rowsOf(session, source, 500, agent.said);
    const numbers = Array.from({ length: 500 }, (_, at) => `${at}`);
    expect(rows.map(({ body }) => text(body))).toEqual(numbers);
  });

  test("delivers lines of a spooled file with headers, compressed", async () => {
    await using session = await openSession();
    const port = await freePort();
    const spool = join(folder, "spool");
    await mkdir(spool);
    await writeFile(join(spool, "a.txt"), "one\nzwei ü\n\nfour\n");
    await using source = await open(session, port, { "compression-type": "deflate" });
    await using agent = await startAgent(lib, {
      port,
      source: { type: "spooldir", spoolDir: spool, basenameHeader: "true" },
      sink: { "compression-type": "deflate", "compression-level": "6" },
    });
    const rows = await rowsOf(session, source, 4, agent.said);
    expect(rows.map(({ body }) => text(body))).toEqual(["one", "zwei ü", "", "four"]);
    expect(rows[0]?.["headers"]).toEqual(new Map([["basename", "a.txt"]]));
  });

  test("delivers by TLS to who has a certificate that it trusts", async () => {
    await using session = await openSession();
    await makeAuthority(folder, "authority");
    await makeAuthority(folder, "stranger");
    await signPem(folder, "broker", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    for (const name of ["authority", "stranger"]) {
      const store = ["-keystore", join(folder, `${name}.jks`), "-storepass", "secret"];
      const what = ["-alias", name, "-file", join(folder, `${name}.pem`), "-noprompt"];
      await run("keytool", ["-importcert", ...what, ...store, "-storetype", "JKS"]);
    }
    const port = await freePort();
    const pem = { cert: join(folder, "broker.crt"), key: join(folder, "broker.key") };
    await using source = await open(session, port, { ssl: "true", ...pem });
    const sink = (name: string): AgentSpec["sink"] => ({
      ...{ ssl: "true", truststore: join(folder, `${name}.jks`) },
      ...{ "truststore-password": "secret", "truststore-type": "JKS" },
    });
    await using wary = await startAgent(lib, { port, source: seq(5), sink: sink("stranger") });
    await using agent = await startAgent(lib, { port, source: seq(40), sink: sink("authority") });
    const rows = await rowsOf(session, source, 40, agent.said);
    expect(rows.length).toBe(40);
    // The other has had as long: it does not trust who listens, and gives nothing away.
    await setTimeout(2_000);
    expect((await rowsOf(session, source, 40, wary.said)).length).toBe(40);
  });
});
