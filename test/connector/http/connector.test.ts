import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sinkSuite } from "../../../src/conformance/sink.ts";
import { openSink, write } from "../../../src/connector/registry.ts";
import { replaceEnv } from "../../../src/env.ts";
import { isError } from "../../../src/error/error.ts";
import type { SaveMode } from "../../../src/plan/command.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Value } from "../../../src/schema/value.ts";
import type { Sink, SinkBatch } from "../../../src/stream/sink.ts";
import { openSession, query, type TestSession } from "../session.ts";
import { type Received, type Receiver, startReceiver } from "./receiver.ts";

const schema = parseSchema("id BIGINT, name STRING");

function open(session: TestSession, receiver: Pick<Receiver, "url">, options: Options = {}) {
  const request = { format: "http", partitionBy: [], schema, context: session.context };
  const given = { url: receiver.url, ...options };
  return openSink({ ...request, outputMode: "append", options: given });
}

function batchOf(rows: readonly (readonly Value[])[], batchId = 3): SinkBatch {
  const input = { kind: "rows", schema, rows } as const;
  const relation = { kind: "input", input, output: columnsOf(schema) } as const;
  return { batchId, queryId: "q", outputMode: "append", relation, context: query };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => [BigInt(at), "a"]);

function rowsIn(requests: readonly Received[]): { readonly id: number; readonly name: string }[] {
  return requests.flatMap(({ body }) =>
    body.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)])),
  );
}

async function failure(work: Promise<unknown>): Promise<Error & { readonly code: string }> {
  const thrown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert(isError(thrown), `no error of ours: ${thrown}`);
  return thrown;
}

/** Waits take no time; how long they were to be. */
function swift() {
  const waits: number[] = [];
  const back = replaceEnv({
    random: () => 1,
    // The time limit of a request is not waited for.
    sleep: (ms, signal) => {
      if (ms === 30_000)
        return new Promise((done) => signal?.addEventListener("abort", () => done()));
      waits.push(ms);
      return Promise.resolve();
    },
  });
  return { waits, [Symbol.dispose]: back };
}

sinkSuite({ test, assert }, async () => {
  const session = await openSession();
  const receiver = await startReceiver();
  return {
    engine: session.engine,
    async open(): Promise<Sink> {
      // A receiver keeps nothing that a batch in complete mode could replace.
      return { ...(await open(session, receiver)), outputModes: ["append", "update"] };
    },
    rows: async () => rowsIn(receiver.taken).map(({ id, name }) => [BigInt(id), name] as const),
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
});

test("rows are lines of JSON, an array, or one a request", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver();
  const rows = [
    [1n, 'a"ü'],
    [2n, null],
    [3n, "c"],
  ];
  for (const options of [
    { batchsize: "2" },
    { batchsize: "2", body: "array", method: "put" },
    { body: "row", "header.content-type": "text/json" },
  ]) {
    await using sink = await open(session, receiver, { ...options, maxinflight: "1" });
    expect(sink.description).toBe(`HTTPSink[${receiver.url}]`);
    expect(await sink.addBatch(batchOf(rows))).toEqual({ rows: 3 });
  }
  const seen = receiver.received.map(({ method, headers, body }) => [
    method,
    headers["content-type"],
    body,
  ]);
  expect(seen).toEqual([
    ["POST", "application/x-ndjson", '{"id":1,"name":"a\\"ü"}\n{"id":2}\n'],
    ["POST", "application/x-ndjson", '{"id":3,"name":"c"}\n'],
    ["PUT", "application/json", '[{"id":1,"name":"a\\"ü"},{"id":2}]'],
    ["PUT", "application/json", '[{"id":3,"name":"c"}]'],
    ["POST", "text/json", '{"id":1,"name":"a\\"ü"}'],
    ["POST", "text/json", '{"id":2}'],
    ["POST", "text/json", '{"id":3,"name":"c"}'],
  ]);
});

test("a request that comes again has its key; another batch, place or row has another", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((number) => (number === 1 ? 503 : 200));
  using _ = swift();
  await using sink = await open(session, receiver, { batchsize: "2", maxinflight: "1" });
  await sink.addBatch(batchOf(numbered(4)));
  await sink.addBatch(batchOf(numbered(4)));
  await sink.addBatch(batchOf(numbered(4), 4));
  await sink.addBatch(batchOf(numbered(1)));
  const keys = receiver.received.map(({ headers }) => String(headers["idempotency-key"]));
  expect(keys[0]).toMatch(/^q-3-0-[0-9a-f]{16}$/);
  expect(keys[1]).toMatch(/^q-3-1-/);
  expect(keys.slice(1, 5)).toEqual([keys[1], keys[1], keys[0], keys[1]]);
  expect(new Set(keys).size).toBe(5);
});

test("no more requests are open than allowed, and all rows come", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((_number, response) => {
    setTimeout(() => response.writeHead(204).end(), 5);
    return undefined;
  });
  await using sink = await open(session, receiver, { batchsize: "100", maxinflight: "3" });
  await sink.addBatch(batchOf(numbered(5_000)));
  expect(receiver.most()).toBe(3);
  expect(receiver.received).toHaveLength(50);
  const ids = rowsIn(receiver.received).map(({ id }) => id);
  expect(ids.sort((a, b) => a - b)).toEqual(numbered(5_000).map(([id]) => Number(id)));
});

test("a request is full at its bytes, too", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver();
  await using sink = await open(session, receiver, { maxrequestbytes: "1k" });
  await sink.addBatch(batchOf([...Array(10)].map((_, at) => [BigInt(at), "x".repeat(500)])));
  expect(receiver.received).toHaveLength(5);
});

test("408, 429, 5xx and cut connections are tried again, later each time or when told", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((number, response) => {
    if (number === 1) response.setHeader("retry-after", "7");
    if (number === 2) response.setHeader("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT");
    if (number === 3) response.setHeader("retry-after", "100000");
    if (number === 4) response.destroy();
    return [500, 429, 503, 408, undefined, 201][number];
  });
  using time = swift();
  await using sink = await open(session, receiver);
  await sink.addBatch(batchOf(numbered(1)));
  expect(time.waits).toEqual([500, 7_000, 0, 60_000, 8_000]);
  expect(rowsIn(receiver.taken)).toEqual([{ id: 0, name: "a" }]);
});

test("a receiver that stays away, or hangs, is given up and named", async () => {
  await using session = await openSession();
  using _ = swift();
  {
    await using receiver = await startReceiver(() => 503);
    await using sink = await open(session, receiver, { maxretries: "2" });
    const { code, message } = await failure(sink.addBatch(batchOf(numbered(1))));
    expect(code).toBe("HTTP_REQUEST_FAILED");
    expect(message).toContain("tried 3 times: it answered 503: status 503");
    expect(receiver.received).toHaveLength(3);
  }
  await using hanging = await startReceiver(() => undefined);
  const options = { timeout: "50ms", maxretries: "0" };
  await using sink = await open(session, hanging, options);
  const { message } = await failure(sink.addBatch(batchOf(numbered(1))));
  expect(message).toContain("no answer in 50 ms");
  const nobody = { url: "http://127.0.0.1:1/" };
  await using other = await open(session, nobody, { maxretries: "1" });
  expect((await failure(other.addBatch(batchOf(numbered(1))))).code).toBe("HTTP_REQUEST_FAILED");
});

test("an answer that begins and never ends is given up", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((_number, response) => {
    response.writeHead(200).write("so");
    return undefined;
  });
  await using sink = await open(session, receiver, { timeout: "100ms", maxretries: "0" });
  const { message } = await failure(sink.addBatch(batchOf(numbered(1))));
  expect(message).toContain("no answer in 100 ms");
});

test("a refusal shows its status and beginning, and no secret", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((_number, response, { headers }) => {
    const text = `no!\n ${headers.authorization} ${headers["x-key"]} ${"y".repeat(5_000)}`;
    response.writeHead(422).end(text);
    return undefined;
  });
  const url = receiver.url.replace("//", "//ann:s3cret-pass@");
  const secret = { "header.x-key": "topsecret" };
  await using sink = await open(session, { url: `${url}?token=hidden` }, secret);
  const { code, message } = await failure(sink.addBatch(batchOf(numbered(1))));
  expect(code).toBe("HTTP_REQUEST_REFUSED");
  expect(message).toContain("it answered 422: no! … … yyy");
  expect(message.length).toBeLessThan(500);
  const basic = `Basic ${Buffer.from("ann:s3cret-pass").toString("base64")}`;
  expect(receiver.received[0]!.headers.authorization).toBe(basic);
  expect(receiver.received[0]!.path).toBe("/in?token=hidden");
  expect(receiver.received).toHaveLength(1);
  for (const hidden of [basic.slice(6), "topsecret", "s3cret", "hidden"]) {
    expect(`${message} ${sink.description}`).not.toContain(hidden);
  }
});

test("a redirect is a refusal: followed, it would lose the rows", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((_number, response) => {
    response.writeHead(302, { location: "/elsewhere" }).end();
    return undefined;
  });
  await using sink = await open(session, receiver);
  const { code, message } = await failure(sink.addBatch(batchOf(numbered(1))));
  expect(code).toBe("HTTP_REQUEST_REFUSED");
  expect(message).toContain("302");
  expect(receiver.received).toHaveLength(1);
});

test("the first refusal ends the others", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver((number) => (number === 2 ? 400 : undefined));
  await using sink = await open(session, receiver, { batchsize: "1", maxinflight: "3" });
  const { code } = await failure(sink.addBatch(batchOf(numbered(100))));
  expect(code).toBe("HTTP_REQUEST_REFUSED");
  expect(receiver.received).toHaveLength(3);
});

test("disposed, it ends a request that hangs", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver(() => undefined);
  const sink = await open(session, receiver);
  const adding = failure(sink.addBatch(batchOf(numbered(1))));
  await expect.poll(() => receiver.received.length).toBe(1);
  await sink[Symbol.asyncDispose]();
  expect((await adding).code).toBe("OPERATION_CANCELED");
});

test("a frame is written, too; a mode that would replace something is refused", async () => {
  await using session = await openSession();
  await using receiver = await startReceiver();
  const { relation } = batchOf(numbered(2));
  const save = (mode: SaveMode) =>
    write({
      ...{ format: "http", options: { url: receiver.url }, mode, partitionBy: [], relation },
      ...{ query, context: session.context },
    });
  await save("errorifexists");
  await save("append");
  expect(rowsIn(receiver.taken).map(({ id }) => id)).toEqual([0, 1, 0, 1]);
  expect((await failure(save("overwrite"))).code).toBe("UNSUPPORTED_WRITE_OPTION");
});

test.each([
  [{ url: "ftp://me:pw@x/?t=1" }, "url", "ftp://x/"],
  [{ method: "GET" }, "method", "GET"],
  [{ body: "xml" }, "body", "xml"],
  [{ batchsize: "0" }, "batchSize", "0"],
  [{ "header.x": "a\nb" }, "header.x", "…"],
  [{ idempotencyheader: "a b" }, "idempotencyHeader", "…"],
])("options are checked: %o", async (options, name, value) => {
  await using session = await openSession();
  const { code, message } = await failure(open(session, { url: "http://x/" }, options as Options));
  expect(code).toBe("INVALID_OPTION_VALUE");
  expect(message).toContain(`Invalid value '${value}' for option '${name}'`);
});
