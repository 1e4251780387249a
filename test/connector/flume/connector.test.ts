import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/flume/connector.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { type Faults, faultsOf, withFaults } from "../../../src/storage/fault.ts";
import type { Source } from "../../../src/stream/source.ts";
import { openSession, type TestSession } from "../session.ts";
import { connectAgent, type Event, shakeHands } from "./agent.ts";

const all = { kind: "all" } as const;
const event = (text: string, headers = {}): Event => ({ headers, body: Buffer.from(text) });

async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function open(
  session: TestSession,
  port: number,
  { more = {}, faults }: { readonly more?: Options; readonly faults?: Faults } = {},
): Promise<Source> {
  const options = { bind: "127.0.0.1", port: `${port}`, ...more };
  const request = { format: "flume", options, paths: [], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  const { store } = checkpoint;
  const at = { ...checkpoint, store: faults === undefined ? store : withFaults(store, faults) };
  return dataset.open({ checkpoint: at, queryId: "q" });
}

async function bodies(session: TestSession, source: Source): Promise<readonly string[]> {
  const end = await source.latestOffset(undefined, all);
  if (end === undefined) return [];
  const rows = await session.rows((await source.input(undefined, end)).input);
  return rows.map(({ body }) => Buffer.from(body as Uint8Array).toString());
}

sourceSuite({ test, assert }, async () => {
  const session = await openSession();
  const port = await freePort();
  let waiting: Event[] = [];
  let opened: Source | undefined;
  const deliver = async (): Promise<void> => {
    if (opened === undefined || waiting.length === 0) return;
    const agent = await connectAgent(port);
    expect(await agent.appendBatch(waiting)).toBe("OK");
    waiting = [];
    agent.socket.destroy();
  };
  return {
    engine: session.engine,
    single: true,
    async open() {
      const source = await open(session, port);
      opened = source;
      await deliver();
      return {
        ...source,
        async [Symbol.asyncDispose]() {
          if (opened === source) opened = undefined;
          await source[Symbol.asyncDispose]();
        },
      };
    },
    async add() {
      waiting.push(event("one more"));
      await deliver();
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
});

test("what is answered with OK is there after a restart, headers and bytes as they came", async () => {
  await using session = await openSession();
  const port = await freePort();
  const raw = Buffer.from([0xff, 0, 0xfe]);
  {
    await using source = await open(session, port);
    expect(source.description).toBe(`FlumeSource[127.0.0.1:${port}]`);
    const agent = await connectAgent(port);
    expect(await agent.append({ headers: { host: "a", "": "ü" }, body: raw })).toBe("OK");
    expect(await agent.appendBatch([event("b"), event("c")])).toBe("OK");
    expect(await agent.appendBatch([])).toBe("OK");
  }
  await using source = await open(session, port);
  const end = await source.latestOffset(undefined, all);
  const [first, ...rest] = await session.rows((await source.input(undefined, end!)).input);
  expect(first?.["headers"]).toEqual(new Map(Object.entries({ host: "a", "": "ü" })));
  expect(Buffer.from(first?.["body"] as Uint8Array)).toEqual(raw);
  expect(rest.map(({ body }) => String(Buffer.from(body as Uint8Array)))).toEqual(["b", "c"]);
});

test("what cannot be made durable is answered with FAILED, and the query says why", async () => {
  for (const stopAt of [4, 5, 6]) {
    await using session = await openSession();
    const port = await freePort();
    const faults = faultsOf({ stopAt });
    const source = await open(session, port, { faults }).catch(() => undefined);
    if (source === undefined) continue;
    const agent = await connectAgent(port);
    const answers: string[] = [];
    for (let at = 0; at < 4; at++) answers.push(await agent.append(event(`${at}`)));
    expect(answers).toContain("FAILED");
    await expect(source.latestOffset(undefined, all)).rejects.toThrow("stopped");
    await source[Symbol.asyncDispose]();
    await using next = await open(session, port);
    const told = answers.flatMap((answer, at) => (answer === "OK" ? [`${at}`] : []));
    expect(await bodies(session, next)).toEqual(told);
  }
});

test("with a full log an agent is told FAILED, and OK after a commit", async () => {
  await using session = await openSession();
  const port = await freePort();
  await using source = await open(session, port, { more: { maxwriteaheadlogbytes: "2k" } });
  const agent = await connectAgent(port);
  expect(await agent.append(event("x".repeat(1_500)))).toBe("OK");
  expect(await agent.append(event("y".repeat(1_500)))).toBe("OK");
  // A hundred times as fast, on this clock: an agent is told before it stops waiting.
  const back = replaceEnv({ monotonic: () => performance.now() * 100 });
  expect(await agent.append(event("z"))).toBe("FAILED");
  back();
  const end = (await source.latestOffset(undefined, all))!;
  expect((await source.input(undefined, end)).rows).toBe(2);
  await source.commit(end);
  expect(await agent.append(event("z"))).toBe("OK");
});

test("who does not speak the protocol is hung up on, and agents go on", async () => {
  await using session = await openSession();
  const port = await freePort();
  await using source = await open(session, port);
  const agent = await connectAgent(port);
  const handshake = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3]);
  for (const nonsense of [Buffer.from("GET / HTTP/1.1\r\n\r\n"), handshake]) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    socket.end(nonsense);
    await once(socket, "close");
    expect(await agent.append(event("fine"))).toBe("OK");
  }
  expect(await bodies(session, source)).toEqual(["fine", "fine"]);
});

test("an agent that knows the server from before, and is not known, is told the protocol", async () => {
  await using session = await openSession();
  const port = await freePort();
  await using source = await open(session, port);
  const first = await shakeHands(port, Buffer.alloc(16));
  expect(first).toMatchObject({ match: "NONE", serverHash: expect.any(Buffer) });
  // Java's client takes it from there, and fails for ever where it is null.
  const again = await shakeHands(port, first.serverHash!);
  expect(again).toEqual(first);
  expect(JSON.parse(again.serverProtocol!)).toMatchObject({ protocol: "AvroSourceProtocol" });
  expect(await source.latestOffset(undefined, all)).toBeUndefined();
});

test("an address that is taken, and options that cannot be, have names", async () => {
  await using session = await openSession();
  const port = await freePort();
  await using source = await open(session, port);
  expect(source.schema.fields.map(({ name }) => name)).toEqual(["headers", "body", "timestamp"]);
  const other = await openSession();
  await expect(open(other, port)).rejects.toMatchObject({ code: "FLUME_BIND_FAILED" });
  await other[Symbol.asyncDispose]();
  const wrong: readonly (readonly [Options, string])[] = [
    [{ "compression-type": "snappy" }, "INVALID_OPTION_VALUE"],
    [{ ssl: "true" }, "MISSING_OPTION"],
    [{ port: "0" }, "INVALID_OPTION_VALUE"],
  ];
  for (const [more, code] of wrong) {
    await expect(open(session, port, { more })).rejects.toMatchObject({ code });
  }
});
