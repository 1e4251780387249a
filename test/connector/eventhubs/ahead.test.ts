import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Ahead } from "../../../src/connector/eventhubs/ahead.ts";
import type { ReceivedEvent } from "../../../src/connector/eventhubs/peer.ts";

function eventsOf(count: number, bytes: number): ReceivedEvent[] {
  const event: ReceivedEvent = {
    ...{
      body: new Uint8Array(bytes),
      offset: "0",
      sequenceNumber: 0,
      enqueuedTimeUtc: new Date(0),
    },
    getRawAmqpMessage: () => ({}),
  };
  return Array<ReceivedEvent>(count).fill(event);
}

/** Events for ever, so many at a time; what is counted was taken. */
function endless(count: number, bytes: number) {
  const seen = { taken: 0, ended: false };
  const give = async function* (): AsyncGenerator<ReceivedEvent[]> {
    try {
      for (;;) {
        seen.taken += count;
        yield eventsOf(count, bytes);
      }
    } finally {
      seen.ended = true;
    }
  };
  return { seen, ahead: new Ahead(give(), row) };
}

const row = ({ offset }: ReceivedEvent) => [offset];

async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await setImmediate();
}

test.each([
  ["rows", 1_000, 10, 5_000],
  ["bytes", 1, 1 << 20, 4],
])("no more %s wait than may", async (_, count, bytes, most) => {
  const { seen, ahead } = endless(count, bytes);
  await settled();
  expect(seen.taken).toBe(most);
  expect(await ahead.next()).toMatchObject({ bytes: count * bytes });
  await settled();
  expect(seen.taken).toBe(most + count);
  await ahead.close();
  expect(seen.ended).toBe(true);
});

test("events come in their order, then what failed, and it is not forgotten", async () => {
  const ahead = new Ahead(
    (async function* () {
      yield eventsOf(1, 1);
      yield eventsOf(2, 1);
      throw new Error("gone");
    })(),
    row,
  );
  expect((await ahead.next())?.rows).toHaveLength(1);
  expect((await ahead.next())?.rows).toHaveLength(2);
  await expect(ahead.next()).rejects.toThrow("gone");
  await expect(ahead.next()).rejects.toThrow("gone");
  await ahead.close();
});

test("who asks waits for the next, and hears of the end", async () => {
  let go = (): void => {};
  const wait = new Promise<void>((resolve) => (go = resolve));
  const ahead = new Ahead(
    (async function* () {
      await wait;
      yield eventsOf(1, 1);
    })(),
    row,
  );
  const next = ahead.next();
  go();
  expect((await next)?.rows).toHaveLength(1);
  expect(await ahead.next()).toBeUndefined();
  await ahead.close();
});
