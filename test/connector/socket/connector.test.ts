import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/socket/connector.ts";
import { env } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import type { Timestamp } from "../../../src/schema/value.ts";
import type { Offset, Source } from "../../../src/stream/source.ts";
import { patience } from "../journal/patient.ts";
import { openSession, type TestSession } from "../session.ts";
import { type LineServer, startLines } from "./server.ts";

const all = { kind: "all" } as const;

async function open(session: TestSession, server: LineServer, more: Options = {}) {
  const options = { host: "127.0.0.1", port: String(server.port), ...more };
  const request = { format: "socket", options, paths: [], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q" });
}

/** Waits until the source has gone on. */
async function next(source: Source, after?: Offset): Promise<Offset> {
  for (;;) {
    const end = await source.latestOffset(after, all);
    if (end !== undefined && end !== after) return end;
    await env.sleep(5);
  }
}

test("lines come as rows, whole, in the order sent; those committed are gone", async () => {
  await using session = await openSession();
  await using server = await startLines();
  await using source = await open(session, server);
  expect(source.description).toBe(`TextSocketV2[host: 127.0.0.1, port: ${server.port}]`);
  expect(await source.latestOffset(undefined, all)).toBeUndefined();
  server.send("one\ntw");
  expect(await next(source)).toBe("0");
  server.send("o\n");
  expect(await next(source, "0")).toBe("1");
  const rows = await session.rows((await source.input(undefined, "1")).input);
  expect(rows).toEqual([{ value: "one" }, { value: "two" }]);
  await source.commit("1");
  await expect(source.input(undefined, "1")).rejects.toMatchObject({
    code: "SOCKET_NOT_RECOVERABLE",
  });
});

test("a server that sends more than is held waits for a commit, and all of it comes", async () => {
  await using session = await openSession();
  await using server = await startLines();
  await using source = await open(session, server);
  const line = `${"x".repeat((1 << 20) - 1)}\n`;
  for (let sent = 0; sent < 80; sent++) server.send(line);
  let end = await next(source);
  while (Number(end) < 63) end = await next(source, end);
  await env.sleep(200);
  end = (await source.latestOffset(end, all))!;
  expect(Number(end)).toBeLessThan(72); // 64 MiB, and what was read with the last of them
  await source.commit(end);
  while (Number(end) < 79) end = await next(source, end);
  expect((await source.input("78", end)).rows).toBe(1);
});

test("when the server ends, its last line counts without an end, and the stream is quiet", async () => {
  await using session = await openSession();
  await using server = await startLines();
  await using source = await open(session, server, { includetimestamp: "true" });
  expect(source.schema.fields.map(({ name }) => name)).toEqual(["value", "timestamp"]);
  server.send("rest");
  server.end();
  expect(await next(source)).toBe("0");
  const [row] = await session.rows((await source.input(undefined, "0")).input);
  expect(row?.["value"]).toBe("rest");
  expect(await source.latestOffset("0", all)).toBe("0");
});

test("options that cannot be are refused by name", async () => {
  await using session = await openSession();
  const read = (options: Options) =>
    connector.streamReader!({ format: "socket", options, paths: [], context: session.context });
  const at = { host: "h", port: "1" };
  await expect(read({ port: "1" })).rejects.toMatchObject({ code: "MISSING_OPTION" });
  await expect(read({ host: "h" })).rejects.toMatchObject({ code: "MISSING_OPTION" });
  for (const wrong of [{ includetimestamp: "maybe" }, { numpartitions: "x" }]) {
    await expect(read({ ...at, ...wrong })).rejects.toMatchObject({ code: "INVALID_OPTION_VALUE" });
  }
  const schema = { type: "struct", fields: [] } as const;
  const request = { format: "socket", options: at, paths: [], context: session.context, schema };
  await expect(connector.streamReader!(request)).rejects.toMatchObject({
    code: "USER_SPECIFIED_SCHEMA_NOT_ALLOWED",
  });
});

describe("with a write-ahead log", () => {
  const durable = { writeaheadlog: "true" };
  const limited = { ...durable, maxoffsetspertrigger: "2" };

  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const server = await startLines();
    const waits = patience();
    let count = 0;
    return {
      engine: session.engine,
      limit: 2,
      open: async () => waits.of(await open(session, server, limited)),
      add: async () => {
        server.send(`line ${count++}\n`);
        waits.added();
      },
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await session[Symbol.asyncDispose]();
      },
    };
  });

  test("lines outlive the source, in any letters, and go on when the server is back", async () => {
    await using session = await openSession();
    await using server = await startLines();
    let end: Offset;
    {
      await using source = await open(session, server, { ...durable, includetimestamp: "true" });
      server.send("grüß\n\n𝄞\n");
      end = await next(source);
    }
    await using source = await open(session, server, { ...durable, includetimestamp: "true" });
    expect(await source.latestOffset(undefined, all)).toBe(end);
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows.map(({ value }) => value)).toEqual(["grüß", "", "𝄞"]);
    const { micros } = rows[0]!["timestamp"] as Timestamp;
    expect(Math.abs(Number(micros / 1000n) - env.now())).toBeLessThan(60_000);
    await source.commit(end);
    server.drop();
    server.send("again\n");
    const later = await next(source, end);
    expect(await session.rows((await source.input(end, later)).input)).toMatchObject([
      { value: "again" },
    ]);
  });

  test("a batch takes at most maxOffsetsPerTrigger lines", async () => {
    await using session = await openSession();
    await using server = await startLines();
    const options = { ...durable, maxoffsetspertrigger: "2" };
    await using source = await open(session, server, options);
    server.send("a\nb\nc\nd\ne\n");
    const end = await next(source);
    const seen: unknown[] = [];
    for (let at: Offset | undefined; at !== end; ) {
      const to = await source.latestOffset(at, { kind: "options" });
      const batch = await source.input(at, to!);
      expect(batch.rows).toBeLessThanOrEqual(2);
      seen.push(...(await session.rows(batch.input)).map(({ value }) => value));
      at = to;
    }
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
  });
});
