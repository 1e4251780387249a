import { expect, test } from "vitest";
import { Journal } from "../../../src/connector/journal/journal.ts";
import type { Packet, Publish } from "../../../src/connector/mqtt/client.ts";
import { messageSchema } from "../../../src/connector/mqtt/row.ts";
import { Session } from "../../../src/connector/mqtt/session.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { Location } from "../../../src/storage/store.ts";

const folder = (): Location => ({
  store: memoryStore({ file: (suffix) => `/nowhere${suffix}` }),
  path: "/c/journal",
});

const open = (location: Location): Promise<Journal> =>
  Journal.open({ location, schema: messageSchema, maxBytes: 1 << 30 });

const publish = (qos: number, messageId: number): Publish => ({
  ...{ cmd: "publish", topic: "a", payload: Buffer.from("x"), qos, messageId },
  ...{ retain: false, dup: false },
});

function put(session: Session, messageId: number): void {
  session.store.put(publish(2, messageId), () => undefined);
}

/** Whether a PUBREL finds its message; it is released then. */
function release(session: Session, messageId: number): boolean {
  const packet: Packet = { cmd: "pubrel", messageId };
  let found = false;
  session.store.get(packet, (_, pub) => {
    if (pub === undefined) return;
    found = true;
    session.take(pub, () => undefined);
    session.store.del(pub, () => undefined);
  });
  return found;
}

async function records(journal: Journal): Promise<number> {
  await journal.settled();
  let count = 0;
  for await (const { lengths } of journal.segments(0, journal.last)) count += lengths.length;
  return count;
}

test("a QoS 2 message is one row until its id is released, over restarts too", async () => {
  const location = folder();
  {
    await using journal = await open(location);
    const session = new Session(journal);
    put(session, 7);
    put(session, 7);
    put(session, 8);
    expect(await records(journal)).toBe(2);
    expect([release(session, 8), release(session, 8)]).toEqual([true, false]);
    await journal.settled();
  }
  await using journal = await open(location);
  const session = new Session(journal);
  put(session, 7); // sent again: it is in the journal
  put(session, 8); // another message: the id was released
  expect(await records(journal)).toBe(3);
  expect(release(session, 7)).toBe(true);
  put(session, 7);
  expect(await records(journal)).toBe(4);
});

test("QoS 0 and 1 are rows each time they come", async () => {
  await using journal = await open(folder());
  const session = new Session(journal);
  for (const qos of [0, 1, 1]) session.take(publish(qos, 7), () => undefined);
  expect(await records(journal)).toBe(3);
});

test("a broker that has forgotten the session may use each id for another message", async () => {
  const location = folder();
  {
    await using journal = await open(location);
    const session = new Session(journal);
    session.subscribed({ "a/#": 2 });
    put(session, 7);
    await journal.settled();
  }
  await using journal = await open(location);
  const session = new Session(journal);
  expect(session.topics).toEqual({ "a/#": 2 });
  session.forget();
  expect(session.topics).toEqual({});
  put(session, 7);
  expect(await records(journal)).toBe(2);
});
