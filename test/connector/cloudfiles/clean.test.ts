import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanFolder, cleanStates } from "../../../src/connector/cloudfiles/clean-log.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { type FaultPlan, faultsOf, withFaults } from "../../../src/storage/fault.ts";
import type { Location, Store } from "../../../src/storage/store.ts";
import type { Source } from "../../../src/stream/source.ts";
import { openSession, type TestSession } from "../session.ts";
import { byOptions, open, prepared, resolve } from "./source.ts";

const day = 86_400_000;
let nowMs = 0;
let restore: () => void;
beforeEach(() => {
  nowMs = Date.UTC(2026, 0, 1);
  restore = replaceEnv({ now: () => nowMs });
});
afterEach(() => restore());

const schema = "id INT";
const waits = { "cloudFiles.cleanSource.waitForCompletion": "true" };
const deletes = { "cloudFiles.cleanSource": "DELETE", ...waits };

/** Starts the stream, hears that all before is committed, takes a batch, and ends. */
async function run(session: TestSession, options: Options, start?: string): Promise<string> {
  await using source = await open(session, await resolve(session, options, { schema }));
  return (await take(source, start))!;
}

async function take(source: Source, start: string | undefined): Promise<string | undefined> {
  if (start !== undefined) await source.commit(start);
  return source.latestOffset(start, byOptions);
}

describe("files that are read", () => {
  test("are deleted when their batch is committed long enough, and none before", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    const first = await run(session, deletes);
    await session.file("in/b.json", '{"id":2}\n', 2);
    const second = await run(session, deletes, first);
    nowMs += 29 * day;
    await run(session, deletes, second);
    expect(await readdir(join(session.folder, "in"))).toEqual(["a.json", "b.json"]);
    nowMs += 2 * day;
    // The second was heard of as committed 29 days after the first.
    await run(session, deletes, second);
    expect(await readdir(join(session.folder, "in"))).toEqual(["b.json"]);
  });

  test("stay where they are written over since", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    const end = await run(session, deletes);
    await run(session, deletes, end);
    await session.file("in/a.json", '{"id":2}\n', 2);
    nowMs += 31 * day;
    await run(session, deletes, end);
    expect(await readdir(join(session.folder, "in"))).toEqual(["a.json"]);
  });

  test("before cleaning was asked for stay", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    const end = await run(session, {});
    await run(session, deletes, end);
    nowMs += 31 * day;
    await run(session, deletes, end);
    expect(await readdir(join(session.folder, "in"))).toEqual(["a.json"]);
  });

  test("were there before the stream and are not read stay", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    const options = { ...deletes, "cloudFiles.includeExistingFiles": "false" };
    await run(session, options);
    await session.file("in/b.json", '{"id":2}\n', 2);
    const end = await run(session, options);
    await run(session, options, end);
    nowMs += 31 * day;
    await run(session, options, end);
    expect(await readdir(join(session.folder, "in"))).toEqual(["a.json"]);
  });

  test("are moved with their folders, and told of", async () => {
    await using session = await prepared();
    await mkdir(join(session.folder, "in", "day=1"));
    await session.file("in/day=1/a.json", '{"id":1}\n', 1);
    const archive = join(session.folder, "archive");
    const options = {
      ...waits,
      "cloudFiles.cleanSource": "move",
      "cloudFiles.cleanSource.retentionDuration": "1 hour",
      "cloudFiles.cleanSource.moveDestination": archive,
    };
    const end = await run(session, options);
    await run(session, options, end);
    nowMs += 3_600_000;
    await run(session, options, end);
    expect(await readFile(join(archive, "day=1", "a.json"), "utf8")).toBe('{"id":1}\n');
    expect(await readdir(join(session.folder, "in", "day=1"))).toEqual([]);
    const folder = cleanFolder(await session.locate("checkpoint", "sources", "0"));
    const states = [];
    for await (const state of cleanStates(folder)) states.push(state);
    expect(states).toEqual([
      {
        path: `file://${session.folder}/in/day=1/a.json`,
        timestamp: 1000,
        commitTime: Date.UTC(2026, 0, 1),
        archive: expect.objectContaining({
          archiveTime: nowMs,
          mode: "MOVE",
          moved: `file://${archive}/day=1/a.json`,
        }),
      },
    ]);
  });
});

test.each([
  [{ "cloudFiles.cleanSource": "sometimes" }, "CF_INVALID_OPTION_VALUE"],
  [{ "cloudFiles.cleanSource": "MOVE" }, "MISSING_OPTION"],
  [{ ...deletes, "cloudFiles.cleanSource.retentionDuration": "7 days" }, "CF_INVALID_OPTION_VALUE"],
  [
    { "cloudFiles.cleanSource": "MOVE", "cloudFiles.cleanSource.moveDestination": "IN/in/old" },
    "CF_INVALID_OPTION_VALUE",
  ],
  [
    { "cloudFiles.cleanSource": "MOVE", "cloudFiles.cleanSource.moveDestination": "memory:///x" },
    "CF_INVALID_OPTION_VALUE",
  ],
])("%j is %s", async (options: Options, code) => {
  await using session = await prepared();
  const own = Object.entries(options).map(([name, value]) => [
    name,
    value.replace("IN", session.folder),
  ]);
  const asked = resolve(session, Object.fromEntries(own) as Options, { schema });
  await expect(asked).rejects.toMatchObject({ code });
});

describe("a process that dies while it moves files", () => {
  const files = { "/in/a.json": '{"id":1}', "/in/sub/b.json": '{"id":2}' };
  const options = {
    ...waits,
    "cloudFiles.cleanSource": "MOVE",
    "cloudFiles.cleanSource.retentionDuration": "0 seconds",
    "cloudFiles.cleanSource.moveDestination": "memory:///archive",
  };

  /** A run over a store whose calls go wrong as planned: all of the stream lies there. */
  async function cycle(session: TestSession, store: Store, plan: FaultPlan): Promise<number> {
    const faults = faultsOf(plan);
    const faulty = withFaults(store, faults);
    const located = async (path: string): Promise<Location> => ({
      store: faulty,
      path: path.replace(/^memory:\/\//, "").replace(/\/$/, ""),
    });
    const context = { ...session.context, locate: located, locateUri: located };
    const there = { ...session, context };
    const dataset = await resolve(there, options, { schema, path: "memory:///in" });
    const checkpoint = { store: faulty, path: "/checkpoint/sources/0" };
    await using source = await dataset.open({ checkpoint, queryId: "q" });
    const end = await source.latestOffset(undefined, byOptions);
    if (end !== undefined) await source.commit(end);
    return faults.calls;
  }

  async function text(store: Store, path: string): Promise<string | undefined> {
    return (await store.stat(path)) && Buffer.from(await store.read(path)).toString();
  }

  test.each([false, true])("loses none and moves each, calls taking effect: %s", async (effect) => {
    await using session = await openSession();
    const quiet = replaceEnv({ warn: () => undefined });
    const { store } = await session.context.locate("memory:///");
    const begin = async (): Promise<void> => {
      for await (const { path } of store.list("/", { recursive: true })) await store.delete(path);
      for (const [path, body] of Object.entries(files)) await store.put(path, Buffer.from(body));
    };
    await begin();
    const calls = await cycle(session, store, {});
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      await begin();
      await cycle(session, store, { stopAt, takesEffect: effect }).catch(() => undefined);
      for (const [path, body] of Object.entries(files)) {
        const moved = path.replace("/in/", "/archive/");
        expect([await text(store, path), await text(store, moved)]).toContain(body);
      }
      await cycle(session, store, {});
      for (const [path, body] of Object.entries(files)) {
        expect(await text(store, path)).toBeUndefined();
        expect(await text(store, path.replace("/in/", "/archive/"))).toBe(body);
      }
    }
    quiet();
    expect(calls).toBeGreaterThan(10);
  });
});
