import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileEntry } from "../../../src/connector/file/log-file.ts";
import type { FilePolicy } from "../../../src/connector/file/plan.ts";
import { SeenFiles } from "../../../src/connector/file/seen.ts";
import { type LogBounds, logBounds, SourceLog } from "../../../src/connector/file/source-log.ts";
import { faultsOf, StoppedError, withFaults } from "../../../src/storage/fault.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { Store } from "../../../src/storage/store.ts";

let staging: string;
beforeAll(async () => {
  staging = await mkdtemp(join(tmpdir(), "millrace-log-"));
});
afterAll(() => rm(staging, { recursive: true }));

const policy: FilePolicy = { latestFirst: false, fileNameOnly: false, overwrites: false };
const small: LogBounds = { files: 6, tail: 4, tailEntries: 3 };
const path = "/checkpoint/sources/0";

let files = 0;
function newStore(): Store {
  return memoryStore({ file: (suffix) => join(staging, `${files++}${suffix}`) });
}

/** A log, and what a source knows by it. */
async function openLog(store: Store, bounds = small, by: Partial<FilePolicy> = {}, maxAgeMs = 1e9) {
  const chosen = { ...policy, ...by };
  const seen = new SeenFiles(chosen, maxAgeMs);
  const log = await SourceLog.open(
    { folder: { store, path }, staging, byName: chosen.fileNameOnly, bounds },
    (entry) => seen.add(entry.path, entry.timestamp),
  );
  if (log.index) seen.lookInto(log.index);
  seen.purge();
  return {
    ...{ log, seen },
    async add(given: readonly { readonly path: string; readonly timestamp: number }[]) {
      if (await log.settle(given.length, seen.oldest)) seen.moveTo(log.index!);
      const id = await log.add(given);
      for (const file of given) seen.add(file.path, file.timestamp);
      seen.purge();
      return id;
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

async function collect(log: SourceLog): Promise<FileEntry[]> {
  const all: FileEntry[] = [];
  for await (const entry of log.all()) all.push(entry);
  return all;
}

const entry = (name: string, timestamp = 1) => ({ path: `file:///in/${name}`, timestamp });

/**
 * What Spark's file source takes for read, by its own rules: from the last compact entry on, each
 * of version v1. Undefined: it refuses the log.
 */
async function sparkReads(store: Store): Promise<string[] | undefined> {
  const names: string[] = [];
  for await (const file of store.list(`${path}/`)) {
    names.push(file.path.slice(path.length + 1));
  }
  const ids = names.flatMap((name) => /^(\d+)(?:\.compact)?$/.exec(name)?.[1] ?? []).map(Number);
  const latest = Math.max(-1, ...ids);
  const read: string[] = [];
  for (let id = Math.max(0, latest - ((latest + 1) % 10)); id <= latest; id++) {
    const name = (id + 1) % 10 === 0 ? `${id}.compact` : `${id}`;
    const text = Buffer.from(await store.read(`${path}/${name}`)).toString();
    const [version, ...lines] = text.split("\n");
    if (version !== "v1") return undefined;
    read.push(...lines.map((line) => (JSON.parse(line) as FileEntry).path));
  }
  return read;
}

describe("the log beyond its bound", () => {
  test("knows what was added and nothing else, as a set does, over restarts", async () => {
    const name = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.nat(99).map((at) => `part-${at}`),
    );
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.array(name), async (steps, asked) => {
        const store = newStore();
        const set = new Map<string, number>();
        let open = await openLog(store);
        for (const one of steps) {
          if (one === "restart") {
            await open[Symbol.asyncDispose]();
            open = await openLog(store);
            continue;
          }
          const given = one.filter((each) => !set.has(each));
          if (given.length === 0) continue;
          const id = await open.add(given.map((each) => entry(each)));
          for (const each of given) set.set(each, id);
          expect((await open.log.entries(id - 1, id)).map((each) => each.path)).toEqual(
            given.map((each) => entry(each).path),
          );
        }
        for (const each of [...set.keys(), ...asked]) {
          expect(open.seen.has(entry(each).path, 1)).toBe(set.has(each));
        }
        expect(open.log.files).toBe(set.size);
        const all = await collect(open.log);
        expect(all.map((each) => [each.path, each.batchId]).sort()).toEqual(
          [...set].map(([each, id]) => [entry(each).path, id]).sort(),
        );
        const read = await sparkReads(store);
        if (read)
          expect(read.sort()).toEqual([...set.keys()].map((each) => entry(each).path).sort());
        else expect(set.size).toBeGreaterThan(small.files);
        await open[Symbol.asyncDispose]();
      }),
      { numRuns: 60 },
    );
  });

  test("tells states of a file by their time, and files by name alone, in the index too", async () => {
    const store = newStore();
    await using byTime = await openLog(store, small, { overwrites: true });
    for (let at = 0; at < 20; at++) await byTime.add([entry("a", at), entry(`b${at}`, 5)]);
    expect(byTime.log.index?.records).toBeGreaterThan(20);
    for (let at = 0; at < 20; at++) expect(byTime.seen.isNew(entry("a").path, at)).toBe(false);
    expect(byTime.seen.isNew(entry("a").path, 20)).toBe(true);
    expect(byTime.seen.isNew(entry("b3").path, 6)).toBe(true);
    const other = newStore();
    await using byName = await openLog(other, small, { fileNameOnly: true });
    for (let at = 0; at < 20; at++) await byName.add([entry(`${at}/x${at}`)]);
    expect(byName.seen.isNew("file:///elsewhere/x3", 1)).toBe(false);
    expect(byName.seen.isNew("file:///elsewhere/x", 1)).toBe(true);
    await expect(openLog(other)).rejects.toMatchObject({ code: "CANNOT_PARSE_SOURCE_LOG" });
  });

  test("lets go of what is older than asked for, and keeps to it after a restart", async () => {
    const store = newStore();
    {
      await using open = await openLog(store, small, {}, 10);
      for (let at = 0; at < 60; at++) await open.add([entry(`f${at}`, at)]);
      expect(open.log.files).toBeLessThan(40);
    }
    await using again = await openLog(store, small, {}, 10);
    expect(again.seen.isNew(entry("f3").path, 3)).toBe(false);
    expect(again.seen.isNew(entry("new").path, 48)).toBe(false);
    expect(again.seen.isNew(entry("new").path, 49)).toBe(true);
    expect(again.seen.isNew(entry("f55").path, 55)).toBe(false);
  });

  test("goes on after Spark went on from what the index was made of", async () => {
    const store = newStore();
    const before: string[] = [];
    {
      await using open = await openLog(store, { ...small, files: 7 });
      for (let at = 0; at < 7; at++) {
        await open.add([entry(`f${at}`)]);
        before.push(entry(`f${at}`).path);
      }
      // The process dies between the index and the entry that makes Spark refuse the log.
      await open.log.settle(1, 0);
    }
    expect(await sparkReads(store)).toEqual(before);
    const line = (at: number) => JSON.stringify({ ...entry(`f${at}`), batchId: at });
    const lines = Array.from({ length: 10 }, (_, at) => line(at));
    for (const at of [7, 8]) await store.put(`${path}/${at}`, Buffer.from(`v1\n${line(at)}`));
    await store.put(`${path}/9.compact`, Buffer.from(["v1", ...lines].join("\n")));
    await store.delete(`${path}/7`);
    await using again = await openLog(store);
    expect(again.log.files).toBe(10);
    expect((await again.log.entries(6, 7)).map((each) => each.path)).toEqual([entry("f7").path]);
    expect(await again.add([entry("f10")])).toBe(10);
    for (let at = 0; at <= 10; at++) expect(again.seen.has(entry(`f${at}`).path, 1)).toBe(true);
    expect(await sparkReads(store)).toBeUndefined();
  });
});

describe("a crash", () => {
  const rounds = 12;

  /** Adds what is missing; what was promised, in order. */
  async function fill(store: Store, promised: string[]): Promise<void> {
    await using open = await openLog(store);
    for (let at = open.log.latest + 1; at < rounds; at++) {
      await open.add([entry(`f${at}`), entry(`g${at}`)]);
      promised.push(`f${at}`, `g${at}`);
    }
  }

  test("at any call of the store loses nothing, and shows Spark all or nothing", async () => {
    const calm = faultsOf({});
    await fill(withFaults(newStore(), calm), []);
    expect(calm.calls).toBeGreaterThan(rounds * 2);
    for (let stopAt = 1; stopAt <= calm.calls; stopAt++) {
      for (const takesEffect of [false, true]) {
        const store = newStore();
        const promised: string[] = [];
        await expect(
          fill(withFaults(store, faultsOf({ stopAt, takesEffect })), promised),
        ).rejects.toThrow(StoppedError);
        const read = await sparkReads(store);
        const paths = promised.map((name) => entry(name).path);
        if (read) expect(read).toEqual(expect.arrayContaining(paths));
        {
          await using open = await openLog(store);
          for (const each of paths) expect(open.seen.has(each, 1)).toBe(true);
          expect(open.log.files - paths.length).toBeLessThanOrEqual(2);
          expect(open.log.files).toBe((open.log.latest + 1) * 2);
        }
        await fill(store, promised);
        await using open = await openLog(store);
        const all = (await collect(open.log)).map((each) => each.path);
        expect(all.sort()).toEqual(
          Array.from({ length: rounds }, (_, at) => [entry(`f${at}`), entry(`g${at}`)])
            .flat()
            .map((each) => each.path)
            .sort(),
        );
      }
    }
  });

  test("of one of two processes: the other goes on, and the first is told", async () => {
    const store = newStore();
    await using first = await openLog(store);
    for (let at = 0; at < 9; at++) await first.add([entry(`f${at}`)]);
    await using second = await openLog(store);
    for (let at = 9; at < 30; at++) await second.add([entry(`f${at}`)]);
    await expect(first.add([entry("x")])).rejects.toMatchObject({
      code: "CONCURRENT_STREAM_LOG_UPDATE",
    });
    await using third = await openLog(store);
    expect(third.log.files).toBe(30);
    for (let at = 0; at < 30; at++) expect(third.seen.has(entry(`f${at}`).path, 1)).toBe(true);
  });
});

test("runs are merged: there are few of them, and what is replaced is removed", async () => {
  const store = newStore();
  await using open = await openLog(store, { files: 20, tail: 10, tailEntries: 50 });
  for (let at = 0; at < 700; at++) await open.add([entry(`f${(at * 37) % 700}`)]);
  const { runs } = open.log.index!.manifest;
  expect(runs.length).toBeLessThanOrEqual(16);
  const names: string[] = [];
  for await (const file of store.list(`${path}/index/`)) names.push(file.path);
  expect(names.length).toBe(runs.length);
  expect((await collect(open.log)).length).toBe(700);
});

test("is Spark's as long as it is not beyond its bound", async () => {
  expect(logBounds.files).toBe(100_000);
  const store = newStore();
  await using open = await openLog(store, logBounds);
  for (let at = 0; at < 25; at++) await open.add([entry(`f${at}`)]);
  expect(await sparkReads(store)).toHaveLength(25);
  expect(open.log.index).toBeUndefined();
});
