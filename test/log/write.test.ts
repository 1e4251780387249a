import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { replaceEnv } from "../../src/env.ts";
import { error } from "../../src/error/error.ts";
import type { Action } from "../../src/log/action.ts";
import { commitInfo } from "../../src/log/info.ts";
import type { CommitRequest, Log } from "../../src/log/log.ts";
import { openLog } from "../../src/log/open.ts";
import { type Counts, withCounts } from "../../src/storage/count.ts";
import { faultsOf, StoppedError, withFaults } from "../../src/storage/fault.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Store } from "../../src/storage/store.ts";
import { volatileDisk } from "../../src/storage/volatile.ts";

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = openEngine({});
  folder = await mkdtemp(join(tmpdir(), "millrace-log-"));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function open(name: string, store: Store = localStore()): Log {
  const context = { engine, staging: join(folder, "staging") };
  return openLog({ store, path: join(folder, name) }, context);
}

const created: Action[] = [
  {
    metaData: {
      id: "m",
      format: { provider: "parquet", options: {} },
      schemaString: '{"type":"struct","fields":[]}',
      partitionColumns: [],
      configuration: { "delta.checkpointInterval": "2" },
    },
  },
  { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
];

/** As `created`, but checkpoints are far away. */
const spaced = created.map(
  (action): Action =>
    "metaData" in action ? { metaData: { ...action.metaData, configuration: {} } } : action,
);

function add(path: string): Action {
  return { add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange: true } };
}

function requestOf(
  readVersion: number,
  actions: readonly Action[],
  wholeTable = false,
): CommitRequest {
  const operation = { name: "WRITE", parameters: { mode: "Append" }, metrics: {} };
  return {
    readVersion,
    actions,
    info: commitInfo({ operation, readVersion, isBlindAppend: !wholeTable }),
    reads: { wholeTable, files: new Set(), appIds: new Set() },
  };
}

async function livePaths(log: Log): Promise<string[]> {
  const files = (await (await log.update())?.files()) ?? [];
  return files.map((file) => file.path).sort();
}

describe("the cost of looking", () => {
  test("one call to find that nothing is new, one to read a commit", async () => {
    const counts: Counts = {};
    const log = open("cost", withCounts(localStore(), counts));
    await log.write(requestOf(-1, created));
    for (const key of Object.keys(counts)) delete counts[key];
    await log.update();
    expect(counts).toEqual({ read: 1 });
    expect((await log.commit(0))?.version).toBe(0);
    expect(await log.commit(1)).toBeUndefined();
    expect(counts).toEqual({ read: 3 });
  });
});

test("an update after one commit reads that commit, whatever came before", async () => {
  const counts: Counts = {};
  const log = open("one more", withCounts(localStore(), counts));
  await log.write(requestOf(-1, spaced));
  for (let file = 0; file < 30; file++) await log.write(requestOf(file, [add(`f${file}`)]));
  await open("one more").write(requestOf(30, [add("last")]));
  for (const key of Object.keys(counts)) delete counts[key];
  expect((await log.update())?.version).toBe(31);
  // Its file and the time of it; then that there is none after it.
  expect(counts).toEqual({ read: 2, stat: 1 });
});

describe("a listing made while others commit", () => {
  /** A store whose next listings do not show a name. */
  function hiding(name: string, listings: number): Store {
    let left = listings;
    return intercept(localStore(), async (call, run) => {
      const answer = (await run()) as never;
      if (!["list", "names"].includes(call.method) || left-- <= 0) return answer;
      return (async function* () {
        type File = { path: string };
        for await (const found of answer as AsyncIterable<File | File[]>) {
          if (Array.isArray(found)) yield found.filter(({ path }) => !path.endsWith(name));
          else if (!found.path.endsWith(name)) yield found;
        }
      })();
    });
  }
  const version = (number: number): string => `${String(number).padStart(20, "0")}.json`;

  test("is made again before a gap in it is an error", async () => {
    const log = open("gap-load");
    await log.write(requestOf(-1, spaced));
    for (const path of ["a", "b", "c"]) await log.write(requestOf(0, [add(path)]));
    expect(await livePaths(open("gap-load", hiding(version(2), 1)))).toEqual(["a", "b", "c"]);
    await expect(open("gap-load", hiding(version(2), 100)).update()).rejects.toMatchObject({
      code: "DELTA_VERSIONS_NOT_CONTIGUOUS",
    });
  });

  test("loses no commit of a log that is brought up to date", async () => {
    const log = open("gap-update");
    await log.write(requestOf(-1, spaced));
    const behind = open("gap-update", hiding(version(19), 2));
    await behind.update();
    const paths = Array.from({ length: 20 }, (_, index) => `f${index}`).sort();
    for (const path of paths) await log.write(requestOf(0, [add(path)]));
    await behind.update();
    expect(await livePaths(behind)).toEqual(paths);
  });
});

test("a pointer to a checkpoint that lost a part leads to the log before it", async () => {
  const log = open("part");
  await log.write(requestOf(-1, spaced));
  for (const path of ["a", "b", "c"]) await log.write(requestOf(0, [add(path)]));
  const path = join(folder, "part", "_delta_log");
  const part = `${String(2).padStart(20, "0")}.checkpoint.0000000001.0000000002.parquet`;
  await writeFile(join(path, part), "x");
  await writeFile(join(path, "_last_checkpoint"), '{"version":2,"size":5,"parts":2}');
  expect(await livePaths(open("part"))).toEqual(["a", "b", "c"]);
});

test("what follows a commit waits for whoever takes it", async () => {
  const counts: Counts = {};
  const log = open("later", withCounts(localStore(), counts));
  await log.write(requestOf(-1, created));
  await log.write(requestOf(0, [add("a")]));
  for (const key of Object.keys(counts)) delete counts[key];
  const works: (() => Promise<void>)[] = [];
  await log.write({ ...requestOf(1, [add("b")]), later: (work) => works.push(work) });
  expect(counts).toMatchObject({ putIfAbsent: 1 });
  expect(works.length).toBe(1);
  await works[0]!();
  expect(counts).toMatchObject({ putIfAbsent: 2, put: 2 }); // checksum; checkpoint and pointer
});

describe("races", () => {
  test("a blind append goes on top of what came meanwhile", async () => {
    const [one, other] = [open("race"), open("race")];
    await one.write(requestOf(-1, created));
    await other.update();
    for (const path of ["a", "b", "c"]) {
      expect(await one.write(requestOf(0, [add(path)]))).toMatchObject({ kind: "committed" });
    }
    const late = await other.write(requestOf(0, [add("d")]));
    expect(late).toMatchObject({ kind: "committed", version: 4 });
    expect(await livePaths(one)).toEqual(["a", "b", "c", "d"]);
    expect(await livePaths(other)).toEqual(["a", "b", "c", "d"]);
  });

  test("a read of the whole table is a conflict, as a value", async () => {
    const log = open("conflict");
    await log.write(requestOf(-1, created));
    await log.write(requestOf(0, [add("a")]));
    const lost = await log.write(requestOf(0, [{ remove: { path: "x", dataChange: true } }], true));
    expect(lost).toMatchObject({ kind: "conflict", code: "DELTA_CONCURRENT_APPEND", version: 1 });
    expect(await log.write(requestOf(-1, created))).toMatchObject({
      code: "DELTA_PROTOCOL_CHANGED",
    });
  });

  test("a put that won but never answered is not made twice", async () => {
    let lost = 0;
    const store = intercept(localStore(), async (call, run) => {
      const answer = await run();
      const isCommit = call.method === "putIfAbsent" && String(call.arguments[0]).endsWith(".json");
      if (!isCommit || lost > 0) return answer;
      lost++;
      throw error("STORAGE_WRITE_FAILED", { path: "commit", reason: "the line went dead" });
    });
    const log = open("doubt", store);
    expect(await log.write(requestOf(-1, created))).toMatchObject({
      kind: "committed",
      version: 0,
    });
    expect(lost).toBe(1);
    expect((await log.history()).length).toBe(1);
  });

  test("a commit whose name was not made durable is not reported before it is", async () => {
    const root = join(folder, "unsynced");
    await mkdir(root);
    const disk = volatileDisk(root, join(folder, "attic"));
    let failures = 0;
    const failing = intercept(disk, async (call, run) => {
      const isLog =
        call.method === "syncFolder" && String(call.arguments[0]).endsWith("_delta_log");
      if (isLog && failures++ === 0) throw Object.assign(new Error("EIO"), { errno: -5 });
      return run();
    });
    const log = open("unsynced/table", localStore(failing));
    const request = { ...requestOf(-1, created), later: () => undefined };
    expect(await log.write(request)).toMatchObject({ kind: "committed", version: 0 });
    disk.crash();
    expect((await open("unsynced/table").update())?.version).toBe(0);
    expect(failures).toBe(2);
  });

  test("a crash at any call leaves the table whole, and the next commit works", async () => {
    onTestFinished(replaceEnv({ warn: () => undefined }));
    for (let stopAt = 1; ; stopAt++) {
      for (const takesEffect of [false, true]) {
        const name = `crash-${stopAt}-${takesEffect}`;
        const first = open(name);
        await first.write(requestOf(-1, created));
        await first.write(requestOf(0, [add("a")]));
        const faults = faultsOf({ stopAt, takesEffect });
        const dying = open(name, withFaults(localStore(), faults));
        const outcome = await dying
          .update()
          .then(() => dying.write(requestOf(1, [add("b")])))
          .catch((thrown) => {
            if (thrown instanceof StoppedError) return undefined;
            throw thrown;
          });
        const next = open(name);
        const before = await livePaths(next);
        expect([["a"], ["a", "b"]]).toContainEqual(before);
        if (outcome?.kind === "committed") expect(before).toEqual(["a", "b"]);
        const version = (await next.update())?.version ?? -1;
        await next.write(requestOf(version, [add("c")]));
        expect(await livePaths(open(name))).toEqual([...before, "c"]);
        if (!faults.stopped) return;
      }
    }
  });
});

test("a corrupt line is named by path and number", async () => {
  const log = open("corrupt");
  await log.write(requestOf(-1, created));
  const path = join(folder, "corrupt/_delta_log/00000000000000000001.json");
  await localStore().put(
    path,
    new TextEncoder().encode('{"txn":{"appId":"a","version":1}}\n{"add":'),
  );
  await expect(open("corrupt").update()).rejects.toThrow(
    /DELTA_LOG_CORRUPT.*line 2 of .*001\.json/,
  );
});

test("a file twice in a commit is refused", async () => {
  const log = open("twice");
  await expect(log.write(requestOf(-1, [...created, add("a"), add("a")]))).rejects.toThrow(
    /DELTA_DUPLICATE_ACTIONS_FOUND/,
  );
});

test("in-commit timestamps rise, and time travel goes by them", async () => {
  const log = open("ict");
  const [metadata] = created as [{ metaData: object }, Action];
  const configuration = { "delta.enableInCommitTimestamps": "true" };
  const actions = [
    { metaData: { ...metadata.metaData, configuration } },
    {
      protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ["inCommitTimestamp"] },
    },
  ] as Action[];
  await log.write(requestOf(-1, actions));
  for (let version = 0; version < 5; version++)
    await log.write(requestOf(version, [add(`${version}`)]));
  const times = (await log.history()).map((commit) => commit.timestamp);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  for (const [version, time] of times.entries()) expect(await log.versionAt(time)).toBe(version);
  await expect(log.versionAt((times[5] ?? 0) + 1)).rejects.toThrow(/GREATER_THAN_COMMIT/);
  await expect(log.versionAt((times[0] ?? 0) - 1)).rejects.toThrow(/EARLIER_THAN_COMMIT_RETENTION/);
  await expect(log.snapshotAt(9)).rejects.toThrow(/DELTA_VERSION_NOT_FOUND.*\[0, 5\]/);
});

test("a table that gets in-commit timestamps later says since when", async () => {
  const log = open("ict-later");
  await log.write(requestOf(-1, created));
  const behind = open("ict-later");
  await behind.update();
  await log.write(requestOf(0, [add("a")]));
  const configuration = { "delta.enableInCommitTimestamps": "true" };
  const features = ["appendOnly", "inCommitTimestamp", "invariants"];
  const actions = [
    { metaData: { ...(created[0] as { metaData: object }).metaData, configuration } },
    { protocol: { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: features } },
  ] as Action[];
  expect(await behind.write(requestOf(0, actions))).toMatchObject({ version: 2 });
  const snapshot = await log.update();
  expect(snapshot?.metadata.configuration).toMatchObject({
    "delta.inCommitTimestampEnablementVersion": "2",
    "delta.inCommitTimestampEnablementTimestamp": String(snapshot?.timestamp),
  });
});
