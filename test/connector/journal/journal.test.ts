import { expect, test } from "vitest";
import { Journal } from "../../../src/connector/journal/journal.ts";
import { recordsBetween } from "../../../src/connector/journal/segment.ts";
import { field, string, struct } from "../../../src/schema/type.ts";
import { faultsOf, StoppedError, withFaults } from "../../../src/storage/fault.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { Location } from "../../../src/storage/store.ts";
import { createRandom } from "../../random.ts";

const schema = struct([field("value", string, false)]);

function folder(): Location {
  return { store: memoryStore({ file: (suffix) => `/nowhere${suffix}` }), path: "/c/journal" };
}

const open = (location: Location, maxBytes = 1 << 30): Promise<Journal> =>
  Journal.open({ location, schema, maxBytes });

async function write(journal: Journal, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) journal.append([text]);
  await journal.settled();
}

/** The texts of the records of these numbers. */
async function texts(journal: Journal, from = 0, to = journal.last): Promise<string[]> {
  const found: string[] = [];
  for await (const segment of journal.segments(from, to)) {
    for (let at = 0; at < segment.lengths.length; at++) {
      const number = segment.first + at;
      if (number < from || number > to) continue;
      // Avro's string: a length of one byte here, then UTF-8.
      found.push(Buffer.from(recordsBetween(segment, number, number).bytes).toString("utf8", 1));
    }
  }
  return found;
}

async function names({ store, path }: Location): Promise<number[]> {
  const found: number[] = [];
  for await (const file of store.list(`${path}/`)) found.push(Number(file.path.slice(-20)));
  return found;
}

test("records are there after the next open, in order, and numbers go on", async () => {
  const location = folder();
  {
    await using journal = await open(location);
    expect(journal.last).toBe(-1);
    await write(journal, "a", "b");
    await write(journal, "c");
    expect(await texts(journal)).toEqual(["a", "b", "c"]);
  }
  await using journal = await open(location);
  expect(await texts(journal)).toEqual(["a", "b", "c"]);
  const before = journal.last;
  await write(journal, "d");
  expect(journal.last).toBeGreaterThan(before);
  expect(await texts(journal)).toEqual(["a", "b", "c", "d"]);
  expect(await texts(journal, before + 1)).toEqual(["d"]);
});

test("what comes while a segment is written goes into one together", async () => {
  const location = folder();
  await using journal = await open(location);
  journal.append(["first"]);
  const first = journal.settled();
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 100; i++) journal.append([`${i}`]);
  await first;
  await journal.settled();
  expect((await names(location)).length).toBe(3); // the fence, the first, all the others
  expect((await texts(journal)).length).toBe(101);
});

test("in a store over a network segments are fewer, and are read back with all their rows", async () => {
  const near = folder();
  const location = { ...near, store: { ...near.store, scheme: "s3" } };
  {
    await using journal = await open(location);
    const settled: Promise<void>[] = [];
    const began = performance.now();
    for (let at = 0; at < 20; at++) {
      journal.append([`${at}`]);
      settled.push(journal.settled());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(settled);
    // One in a tenth of a second, however long the machine takes.
    const most = 5 + (performance.now() - began) / 100;
    expect((await names(location)).length).toBeLessThan(most);
  }
  await using journal = await open(location);
  expect(await texts(journal)).toEqual(Array.from({ length: 20 }, (_, at) => `${at}`));
});

test("the state is that of the newest segment, also where there is no record", async () => {
  const location = folder();
  {
    await using journal = await open(location);
    expect(journal.describe().length).toBe(0);
    let state = "one";
    journal.describe = () => Buffer.from(state);
    await write(journal, "a");
    state = "two";
    journal.mark();
    await journal.settled();
    expect(journal.last).toBe(1);
  }
  for (let opened = 0; opened < 2; opened++) {
    await using journal = await open(location);
    expect(String(journal.describe())).toBe("two");
    expect(await texts(journal)).toEqual(["a"]);
  }
});

test("of two writers the older is refused its next segment, though much was deleted", async () => {
  const location = folder();
  await using old = await open(location);
  await write(old, "a");
  await using young = await open(location);
  await write(young, "b", "c");
  await write(young, "d");
  await young.truncate(young.last);
  old.append(["lost"]);
  await expect(old.settled()).rejects.toMatchObject({ code: "JOURNAL_FENCED", kind: "conflict" });
  expect(() => old.append(["more"])).toThrow("JOURNAL_FENCED");
  await write(young, "e");
  expect(await texts(young, young.last)).toEqual(["e"]);
});

test("whether another writer has come can be asked without writing", async () => {
  const location = folder();
  await using old = await open(location);
  await write(old, "a");
  await old.stillOurs();
  const before = await names(location);
  await using young = await open(location);
  await expect(old.stillOurs()).rejects.toMatchObject({ code: "JOURNAL_FENCED" });
  expect(() => old.append(["b"])).toThrow("JOURNAL_FENCED");
  await young.stillOurs();
  young.append(["c"]);
  await young.stillOurs();
  expect((await names(location)).length).toBe(before.length + 2);
});

test("what is committed goes, but for the newest segment; numbers never come again", async () => {
  const location = folder();
  let end: number;
  {
    await using journal = await open(location);
    await write(journal, "a", "b");
    await write(journal, "c", "d");
    await journal.truncate(journal.last - 3);
    expect(await texts(journal)).toEqual(["a", "b", "c", "d"]);
    await journal.truncate(journal.last - 1);
    expect([await texts(journal, journal.first), journal.first]).toEqual([["c", "d"], 3]);
    end = journal.last;
    await journal.truncate(end);
    expect(await names(location)).toEqual([0, 3]);
  }
  await using journal = await open(location);
  expect([journal.last, journal.first]).toEqual([end, 3]);
  await journal.truncate(end);
  await write(journal, "e");
  expect([journal.first, journal.last]).toEqual([end + 1, end + 2]);
  expect(await texts(journal, end + 1)).toEqual(["e"]);
});

test("beyond its bytes nothing is written before a commit; what is committed never stops it", async () => {
  await using journal = await open(folder(), 250);
  await write(journal, "x".repeat(60));
  expect(journal.full).toBe(false);
  await write(journal, "y".repeat(60));
  expect(journal.full).toBe(true);
  journal.append(["z".repeat(60)]);
  const settled = journal.settled();
  expect(await Promise.race([settled.then(() => "written"), later("waits")])).toBe("waits");
  await journal.truncate(1);
  await settled;
  await journal.truncate(journal.last);
  expect(journal.full).toBe(false);
  await write(journal, "w".repeat(600));
  expect((await texts(journal, journal.last))[0]?.length).toBeGreaterThan(600);
  await journal.truncate(journal.last);
  await write(journal, "v");
});

test("whoever gives more than memory holds is made to wait", async () => {
  await using journal = await open(folder());
  expect(journal.room()).toBeUndefined();
  const big = "x".repeat(1 << 20);
  for (let i = 0; i < 9; i++) journal.append([big]);
  const room = journal.room();
  expect(room).toBeInstanceOf(Promise);
  await room;
  expect(journal.room()).toBeUndefined();
});

test("closed while it is full: what waits is given up, and says so", async () => {
  const location = folder();
  const journal = await open(location, 1);
  await write(journal, "a");
  journal.append(["b"]);
  const settled = journal.settled();
  await later("");
  await journal[Symbol.asyncDispose]();
  await expect(settled).rejects.toMatchObject({ code: "JOURNAL_CLOSED" });
  await using next = await open(location);
  expect(await texts(next)).toEqual(["a"]);
});

test("a torn segment is written over; a damaged one is an error", async () => {
  for (const keep of [0, 1, 39, 59]) {
    const location = folder();
    {
      await using journal = await open(location);
      await write(journal, "a");
      await write(journal, "unheard");
    }
    const newest = `${location.path}/${"2".padStart(20, "0")}`;
    const bytes = await location.store.read(newest);
    await location.store.put(newest, bytes.subarray(0, keep));
    await using journal = await open(location);
    expect(await texts(journal)).toEqual(["a"]);
    await write(journal, "b");
    expect(await texts(journal)).toEqual(["a", "b"]);
  }
  const location = folder();
  {
    await using journal = await open(location);
    await write(journal, "a");
  }
  const newest = `${location.path}/${"1".padStart(20, "0")}`;
  const bytes = Uint8Array.from(await location.store.read(newest));
  bytes[bytes.length - 1]! ^= 1;
  await location.store.put(newest, bytes);
  await expect(open(location)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
});

test("a process that dies at any call of the store loses nothing that was settled", async () => {
  for (const takesEffect of [false, true]) {
    for (let stopAt = 1; ; stopAt++) {
      const location = folder();
      const faults = faultsOf({ stopAt, takesEffect });
      const wrote = await dieWhileWriting({
        ...location,
        store: withFaults(location.store, faults),
      });
      await using journal = await open(location);
      const there = await texts(journal, journal.first);
      const from = there.length === 0 ? wrote.settled : wrote.tried.indexOf(there[0]!);
      expect(there).toEqual(wrote.tried.slice(from, from + there.length));
      expect(from).toBeLessThanOrEqual(wrote.truncated);
      expect(from + there.length).toBeGreaterThanOrEqual(wrote.settled);
      if (!faults.stopped) break;
    }
  }
});

/** Writes and truncates until it is stopped; counts what it may rely on. */
async function dieWhileWriting(location: Location) {
  const wrote = { tried: [] as string[], settled: 0, truncated: 0 };
  try {
    for (let run = 0; run < 2; run++) {
      await using journal = await open(location);
      for (let round = 0; round < 3; round++) {
        const pair = [`${run}${round}a`, `${run}${round}b`];
        wrote.tried.push(...pair);
        await write(journal, ...pair);
        wrote.settled += 2;
        if (round !== 1) continue;
        wrote.truncated = wrote.settled - 2;
        await journal.truncate(journal.last - 2);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof StoppedError)) throw thrown;
  }
  return wrote;
}

test("any interleaving of writes, marks, truncations and opens keeps what a list would", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = createRandom(seed);
    const location = folder();
    let journal = await open(location, 1 << 20);
    const kept = new Map<number, string>();
    for (let step = 0; step < 40; step++) {
      const act = random.below(10);
      if (act < 5) {
        const some = Array.from({ length: 1 + random.below(4) }, (_, i) => `${step}.${i}`);
        await write(journal, ...some);
        for (const [at, text] of some.entries()) {
          kept.set(journal.last - some.length + 1 + at, text);
        }
      } else if (act < 7) {
        journal.mark();
        await journal.settled();
      } else if (act < 9) {
        const numbers = [...kept.keys()];
        const end = numbers.length === 0 ? -1 : random.pick(numbers);
        await journal.truncate(end);
        for (const number of numbers) if (number <= end) kept.delete(number);
      } else {
        await journal[Symbol.asyncDispose]();
        journal = await open(location, 1 << 20);
      }
      const [from] = kept.keys();
      const found = from === undefined ? [] : await texts(journal, from);
      expect(found, `seed ${seed}, step ${step}`).toEqual([...kept.values()]);
      expect(journal.first).toBeLessThanOrEqual(from ?? Number.MAX_SAFE_INTEGER);
      if (from === undefined) continue;
      const start = random.pick([from - 1, ...kept.keys()]);
      const records = 1 + random.below(4);
      const behind = [...kept.keys()].filter((number) => number > start);
      const end = await journal.reach(start, records);
      const reached = behind.filter((number) => number <= end).length;
      expect(reached, `seed ${seed}, step ${step}`).toBe(Math.min(records, behind.length));
    }
    await journal[Symbol.asyncDispose]();
  }
});

function later<T>(value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), 20));
}
