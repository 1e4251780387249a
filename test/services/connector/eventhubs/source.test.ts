import assert from "node:assert/strict";
import { afterAll, describe, expect, test } from "vitest";
import { sourceSuite } from "../../../../src/conformance/source.ts";
import { connector } from "../../../../src/connector/eventhubs/connector.ts";
import { replaceEnv } from "../../../../src/env.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";
import { asStranger, startEventHubs } from "../../server/eventhubs/server.ts";
import { all, bodies, byOptions, fromStart, lower, numbers, openSource } from "./subject.ts";

const server = await startEventHubs();
let hubs = 0;

afterAll(() => server[Symbol.asyncDispose]());

function place(partitions: number) {
  const name = `hub${hubs++}`;
  return { name, hub: server.create(name, partitions), to: server.connectionString(name) };
}

const offset = (name: string, ...numbers: number[]): string =>
  JSON.stringify({ [name]: { ...numbers } });
const codeOf = (thrown: unknown): unknown => (thrown as { readonly code?: unknown }).code;

/** The rows of a batch query. */
async function batch(session: TestSession, options: Options) {
  const { context } = session;
  const request = { format: "eventhubs", paths: [], context, options: lower(options) };
  const dataset = await connector.reader!(request);
  return session.rows(
    await dataset.scan!({ columns: dataset.schema.fields, filters: [] } as never),
  );
}

describe("the source of eventhubs", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const { hub, to } = place(3);
    let added = 0;
    return {
      engine: session.engine,
      open: () => openSource(session, to, { maxEventsPerTrigger: "6" }),
      limit: 6 + 2, // a small partition is not starved by a share below one
      add: async () => {
        hub.write(numbers(5, added));
        added += 5;
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });

  test("offsets and the beginning are as Azure's connector writes them", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(2);
    hub.write(numbers(3));
    await using source = await openSource(session, to);
    expect(await source.latestOffset(undefined, all)).toBe(offset(name, 2, 1));
    const { store, path } = await session.locate("checkpoint", "sources", "0", "0");
    expect(Buffer.from(await store.read(path)).toString()).toBe(`\0v1\n${offset(name, 0, 0)}`);
    expect(source.description).toBe(`EventHubsSource[${name}]`);
    const other = JSON.stringify({ other: { 0: 1 } });
    await expect(source.latestOffset(other, all)).rejects.toMatchObject({
      code: "INVALID_SOURCE_OFFSET",
    });
  });

  test("a batch has a thousand events of each partition, or what is said, shared out", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(2);
    hub.write(numbers(3_000), 0);
    hub.write(numbers(30), 1);
    await using source = await openSource(session, to);
    expect(await source.latestOffset(undefined, byOptions)).toBe(offset(name, 1_980, 19));
    await using limited = await openSource(session, to, { maxEventsPerTrigger: "101" });
    const first = await limited.latestOffset(undefined, byOptions);
    expect(first).toBe(offset(name, 100, 1));
    expect(await bodies(session, limited, [undefined, first])).toEqual([...numbers(100), "0"]);
    const until = offset(name, 101, 1);
    expect(await limited.latestOffset(first, byOptions, until)).toBe(until);
  });

  test("each column says what the event had", async () => {
    await using session = await openSession();
    const { hub, to } = place(1);
    const before = Date.now();
    hub.append(
      {
        ...hub.data(Buffer.from([0xff, 0])),
        message_id: "m1",
        application_properties: { unit: "C", level: 5 },
        message_annotations: { "x-opt-publisher": "roof" },
      },
      { key: "device" },
    );
    await using source = await openSource(session, to);
    const end = await source.latestOffset(undefined, all);
    const [row] = await session.rows((await source.input(undefined, end!)).input);
    expect(row).toMatchObject({
      ...{ partition: "0", offset: "1000", sequenceNumber: 0n },
      ...{ publisher: "roof", partitionKey: "device" },
      properties: new Map([
        ["unit", "C"],
        ["level", "5"],
      ]),
    });
    expect(Buffer.from(row!["body"] as Uint8Array)).toEqual(Buffer.from([0xff, 0]));
    const system = row!["systemProperties"] as ReadonlyMap<string, string>;
    expect(Object.fromEntries(system)).toEqual({
      ...{ "x-opt-publisher": "roof", "x-opt-partition-key": "device", "message-id": "m1" },
    });
    const { micros } = row!["enqueuedTime"] as { readonly micros: bigint };
    expect(Number(micros / 1000n)).toBeGreaterThanOrEqual(before);
  });

  test("positions: of all and of single partitions, by number, offset and time", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(4);
    for (const partition of [0, 1, 2]) hub.write(numbers(10), partition);
    const rest = { offset: null, seqNo: -1, enqueuedTime: null, isInclusive: true };
    const key = (partitionId: number): string => JSON.stringify({ ehName: name, partitionId });
    const after = (ms: number) => ({ ...rest, enqueuedTime: new Date(ms).toISOString() });
    const starting = {
      [key(0)]: { ...rest, offset: "1700" },
      [key(1)]: { ...rest, offset: "1700", isInclusive: false },
      [key(2)]: after(hub.partitions[2]!.events[0]!.timeMs - 1),
    };
    const numbered = { ...rest, seqNo: 2 };
    const options = {
      "eventhubs.connectionString": to,
      "eventhubs.startingPosition": JSON.stringify({ ...rest, offset: "-1" }),
      "eventhubs.startingPositions": JSON.stringify(starting),
    };
    const count = (rows: readonly Readonly<Record<string, unknown>>[]): number[] =>
      [0, 1, 2, 3].map((one) => rows.filter((row) => row["partition"] === `${one}`).length);
    expect(count(await batch(session, options))).toEqual([3, 2, 10, 0]);
    const ends = { "eventhubs.endingPositions": JSON.stringify({ [key(2)]: numbered }) };
    expect(count(await batch(session, { ...options, ...ends }))).toEqual([3, 2, 2, 0]);
    const late = { [key(2)]: after(Date.now() + 60_000), [key(0)]: { ...rest, offset: "-1" } };
    const later = { ...options, "eventhubs.startingPositions": JSON.stringify(late) };
    expect(count(await batch(session, later))).toEqual([10, 10, 0, 0]);
    const plain = { "eventhubs.connectionString": to };
    expect(await batch(session, plain)).toEqual([]);
    const wrong = {
      ...plain,
      "eventhubs.startingPosition": JSON.stringify({ ...rest, seqNo: 11 }),
    };
    await expect(batch(session, wrong)).rejects.toMatchObject({
      code: "EVENTHUBS_BEGIN_AFTER_END",
    });
  });

  test("a new partition is read from its first event", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(1);
    hub.write(numbers(2));
    let end: string | undefined;
    {
      await using source = await openSource(session, to);
      end = await source.latestOffset(undefined, all);
      hub.addPartition();
      hub.write(numbers(3), 1);
      expect(await source.latestOffset(end, all)).toBe(end);
    }
    await using source = await openSource(session, to);
    const next = await source.latestOffset(end, byOptions);
    expect(next).toBe(offset(name, 2, 3));
    expect(await bodies(session, source, [end, next])).toEqual(numbers(3));
  });

  test("partitions are counted while it runs, if that is asked for", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(1);
    let later = 0;
    const back = replaceEnv({ monotonic: () => performance.now() + later });
    try {
      const discovery = { "eventhubs.dynamicPartitionDiscovery": "true" };
      await using source = await openSource(session, to, discovery);
      const end = await source.latestOffset(undefined, all);
      hub.addPartition();
      hub.write(numbers(1), 1);
      expect(await source.latestOffset(end, all)).toBe(end);
      later = 300_001;
      expect(await source.latestOffset(end, all)).toBe(offset(name, 0, 1));
    } finally {
      back();
    }
  });

  test("events whose retention has passed are an error, or left out", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(2);
    hub.write(numbers(20));
    await using source = await openSource(session, to);
    const end = await source.latestOffset(undefined, all);
    hub.forget(0, 7);
    hub.forget(1, 99);
    const lost = await bodies(session, source, [undefined, end]).catch((thrown) => thrown);
    expect(codeOf(lost)).toBe("EVENTHUBS_DATA_LOSS");
    expect(lost.message).toContain(`events [0, 7) of partition 0 of ${name} are not there`);
    const warnings: string[] = [];
    const back = replaceEnv({ warn: (line) => void warnings.push(line) });
    try {
      await using lax = await openSource(session, to, { failOnDataLoss: "false" });
      expect(await bodies(session, lax, [undefined, end])).toEqual(["14", "16", "18"]);
      expect(warnings).toHaveLength(2);
      const limited = { failOnDataLoss: "false", maxEventsPerTrigger: "2" };
      await using slow = await openSource(session, to, limited);
      expect(await slow.latestOffset(undefined, byOptions)).toBe(offset(name, 9, 10));
    } finally {
      back();
    }
  });

  test("an event hub that was made anew is an error, or begun anew", async () => {
    await using session = await openSession();
    const { name, hub, to } = place(1);
    hub.write(numbers(5));
    await using source = await openSource(session, to);
    const end = await source.latestOffset(undefined, all);
    server.create(name, 1).write(["new"]);
    expect(codeOf(await source.latestOffset(end, all).catch((thrown) => thrown))).toBe(
      "EVENTHUBS_DATA_LOSS",
    );
    const back = replaceEnv({ warn: () => undefined });
    try {
      await using lax = await openSource(session, to, { failOnDataLoss: "false" });
      const anew = await lax.latestOffset(end, all);
      expect(await bodies(session, lax, [end, anew])).toEqual([]);
      const next = await lax.latestOffset(anew, all);
      expect(await bodies(session, lax, [anew, next])).toEqual(["new"]);
    } finally {
      back();
    }
  });

  test("the newest exclusive receiver of a group has a partition; others share it", async () => {
    await using session = await openSession();
    const { hub, to } = place(1);
    hub.write(numbers(300));
    const read = (options: Options) => openSource(session, to, options);
    await using old = await read({});
    const end = await old.latestOffset(undefined, all);
    server.fault.hold = true;
    const opened = server.opened.length;
    const waiting = bodies(session, old, [undefined, end]).catch(codeOf);
    await expect.poll(() => server.opened.length).toBe(opened + 1);
    await using young = await read({});
    const taken = bodies(session, young, [undefined, end]);
    expect(await waiting).toBe("EVENTHUBS_RECEIVER_DISCONNECTED");
    server.release();
    expect(await taken).toEqual(numbers(300));
    const shared = { "eventhubs.useExclusiveReceiver": "false" };
    await using left = await read(shared);
    await using right = await read(shared);
    const both = await Promise.all(
      [left, right].map((one) => bodies(session, one, [undefined, end])),
    );
    expect(both).toEqual([numbers(300), numbers(300)]);
  });

  test("two queries over one batch have all of its rows each", async () => {
    await using session = await openSession();
    const { hub, to } = place(6);
    hub.write(numbers(600));
    await using source = await openSource(session, to);
    const end = await source.latestOffset(undefined, all);
    const range = [undefined, end] as const;
    const [left, right] = await Promise.all([1, 2].map(() => bodies(session, source, range)));
    expect(left).toHaveLength(600);
    expect(right).toEqual(left);
  });

  test("what cannot be is said by name", async () => {
    const { to } = place(1);
    const refused: readonly (readonly [string, Options, string])[] = [
      [asStranger(to), {}, "EVENTHUBS_ACCESS_DENIED"],
      [server.connectionString("nowhere"), {}, "EVENTHUBS_NOT_FOUND"],
      [
        to.replace(/localhost:\d+/, "localhost:1"),
        { "eventhubs.operationTimeout": "1s", "eventhubs.receiverTimeout": "1s" },
        "EVENTHUBS_UNAVAILABLE",
      ],
    ];
    for (const [connectionString, options, code] of refused) {
      await using session = await openSession();
      await using source = await openSource(session, connectionString, options);
      await expect(source.latestOffset(undefined, all)).rejects.toMatchObject({ code });
    }
    await using session = await openSession();
    const request = { format: "eventhubs", paths: [], context: session.context };
    const options = lower({ "eventhubs.connectionString": to, x: fromStart });
    const schema = { type: "struct", fields: [] } as const;
    await expect(connector.reader!({ ...request, options, schema })).rejects.toMatchObject({
      code: "USER_SPECIFIED_SCHEMA_NOT_ALLOWED",
    });
  });
});
