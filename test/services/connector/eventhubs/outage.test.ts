import { setTimeout } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Options } from "../../../../src/plan/relation.ts";
import { openSession } from "../../../connector/session.ts";
import { startEventHubs } from "../../server/eventhubs/server.ts";
import { all, bodies, numbers, openSource } from "./subject.ts";

const server = await startEventHubs();
let hubs = 0;

afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => Object.assign(server.fault, { busy: 0, detachAfter: -1, breakAfter: -1 }));

/** A source with 600 events before it, that holds little ahead. */
async function begun(options: Options = {}) {
  const session = await openSession();
  const name = `away${hubs++}`;
  const hub = server.create(name, 2);
  hub.write(numbers(600));
  const few = { "eventhubs.prefetchCount": "50", "eventhubs.operationTimeout": "20s" };
  const quick = { "eventhubs.receiverTimeout": "2s", ...few, ...options };
  const source = await openSource(session, server.connectionString(name), quick);
  const end = await source.latestOffset(undefined, all);
  return {
    ...{ hub, source, end },
    read: () => bodies(session, source, [undefined, end]),
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}

const halves = [0, 1].flatMap((rest) => numbers(600).filter((one) => Number(one) % 2 === rest));

describe("an event hub that is away", () => {
  test("a link that is detached mid-batch is opened again behind what came", async () => {
    await using begins = await begun();
    server.fault.detachAfter = 133;
    expect(await begins.read()).toEqual(halves);
    expect(server.fault.detachAfter).toBeLessThan(0);
  });

  test("a connection that breaks mid-batch is made again, and no event comes twice", async () => {
    await using begins = await begun();
    server.fault.breakAfter = 377;
    expect(await begins.read()).toEqual(halves);
    expect(server.fault.breakAfter).toBeLessThan(0);
  });

  test("a server that is away for a while is waited for, by questions and by batches", async () => {
    await using begins = await begun();
    await server.stop();
    const asked = begins.source.latestOffset(begins.end, all);
    const read = begins.read();
    await setTimeout(1_500);
    await server.start();
    expect(await asked).toBe(begins.end);
    expect(await read).toEqual(halves);
  });

  test("a source is disposed of while its server is away, and what was asked ends", async () => {
    const begins = await begun();
    await server.stop();
    try {
      const asked = [begins.source.latestOffset(begins.end, all), begins.read()];
      for (const one of asked) one.catch(() => undefined);
      await setTimeout(300);
      await begins[Symbol.asyncDispose]();
      for (const one of asked)
        await expect(one).rejects.toMatchObject({ code: "OPERATION_CANCELED" });
    } finally {
      await server.start();
    }
  });

  test("a server that is busy is asked again", async () => {
    await using begins = await begun();
    server.fault.busy = 4;
    expect(await begins.source.latestOffset(begins.end, all)).toBe(begins.end);
    expect(server.fault.busy).toBe(0);
  });

  test("retention that passes while a batch is read is seen", async () => {
    await using begins = await begun();
    server.fault.detachAfter = 100;
    const read = begins.read();
    read.catch(() => undefined);
    await expect.poll(() => server.fault.detachAfter, { interval: 5 }).toBeLessThan(0);
    begins.hub.forget(0, 290);
    await expect(read).rejects.toMatchObject({ code: "EVENTHUBS_DATA_LOSS" });
  });

  test("what stays away ends the query", async () => {
    await using begins = await begun({
      "eventhubs.operationTimeout": "2s",
      "eventhubs.receiverTimeout": "1s",
    });
    await server.stop();
    await expect(begins.read()).rejects.toMatchObject({ code: "EVENTHUBS_UNAVAILABLE" });
    await server.start();
  });
});
