import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/delta/connector.ts";
import { replaceEnv } from "../../../src/env.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row } from "../../../src/schema/value.ts";
import { type Counts, withCounts } from "../../../src/storage/count.ts";
import type { Source } from "../../../src/stream/source.ts";
import { createTable } from "../../../src/table/create.ts";
import { forgetTable, tableAt } from "../../../src/table/table.ts";
import { sharedPath } from "../../shared.ts";
import { openSession, query, type TestSession } from "../session.ts";

const schema = parseSchema("id BIGINT, k STRING");
const byOptions = { kind: "options" } as const;

async function open(session: TestSession, options: Options = {}, folder = "t"): Promise<Source> {
  const paths = [join(session.folder, folder)];
  const request = { format: "delta", options, paths, context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q", hidden: [] });
}

async function create(session: TestSession): Promise<void> {
  const table = await tableAt(await session.locate("t"), session.context);
  const definition = { schema, partitionBy: [], properties: {} };
  await createTable(table, { definition, mode: "create", isManaged: false });
}

/** Writes ids as one commit. */
async function write(session: TestSession, ids: readonly number[], mode = "append"): Promise<void> {
  const rows = ids.map((id) => [BigInt(id), "a"]);
  await connector.writer!({
    format: "delta",
    options: {},
    target: { name: "t", location: await session.locate("t") },
    mode: mode as "append",
    partitionBy: [],
    relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
    query,
    context: session.context,
  });
}

/** Runs a source until nothing is new: the offsets without the table's id, and the ids of rows. */
async function drain(session: TestSession, source: Source, from?: string) {
  const offsets: string[] = [];
  const rows: Row[] = [];
  let start = from;
  for (;;) {
    const end = await source.latestOffset(start, byOptions);
    if (end === undefined || end === start)
      return { offsets, ids: rows.map((row) => row["id"]), end };
    const { reservoirVersion: version, index, isStartingVersion } = JSON.parse(end);
    offsets.push(`${version},${index},${isStartingVersion}`);
    rows.push(...(await session.rows((await source.input(start, end)).input)));
    start = end;
  }
}

describe("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    await create(session);
    let added = 0;
    return {
      engine: session.engine,
      limit: 2,
      open: () => open(session, { maxfilespertrigger: "1" }),
      add: () => write(session, [added++, added++]),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

describe("offsets", () => {
  test("count the snapshot's files, then those of each commit", async () => {
    await using session = await openSession();
    await create(session);
    for (let id = 1; id <= 3; id++) await write(session, [id]);
    await using source = await open(session, { maxfilespertrigger: "2" });
    const first = await drain(session, source);
    expect(first.offsets).toEqual(["3,1,true", "4,-1,false"]);
    expect([...first.ids].sort()).toEqual([1n, 2n, 3n]);
    await write(session, [4]);
    await write(session, [5]);
    const second = await drain(session, source, first.end);
    expect(second.offsets).toEqual(["6,-1,false"]);
    expect(second.ids).toEqual([4n, 5n]);
  });

  test("begin where the options say", async () => {
    await using session = await openSession();
    await create(session);
    for (let id = 1; id <= 3; id++) await write(session, [id]);
    const idsFrom = async (options: Options) => {
      await using source = await open(session, options);
      return (await drain(session, source)).ids;
    };
    expect(await idsFrom({ startingversion: "2" })).toEqual([2n, 3n]);
    expect(await idsFrom({ startingversion: "latest" })).toEqual([]);
    await expect(idsFrom({ startingversion: "9" })).rejects.toMatchObject({
      code: "DELTA_VERSION_NOT_FOUND",
    });
    await expect(idsFrom({ startingtimestamp: "2999-01-01" })).rejects.toMatchObject({
      code: "DELTA_STARTING_TIMESTAMP_AFTER_LATEST",
    });
    expect(await idsFrom({ startingtimestamp: "2001-01-01" })).toEqual([1n, 2n, 3n]);
  });

  test("cost one call of the store where nothing is new", async () => {
    await using session = await openSession();
    await create(session);
    await write(session, [1]);
    const counts: Counts = {};
    const { context } = session;
    forgetTable(await session.locate("t"), context);
    const locate: typeof context.locate = async (path) => {
      const location = await context.locate(path);
      return { ...location, store: withCounts(location.store, counts) };
    };
    const paths = [join(session.folder, "t")];
    const request = { format: "delta", options: {}, paths, context: { ...context, locate } };
    const dataset = await connector.streamReader!(request);
    const checkpoint = await session.locate("checkpoint");
    await using source = await dataset.open({ checkpoint, queryId: "q" });
    const end = await source.latestOffset(undefined, byOptions);
    for (const method of Object.keys(counts)) delete counts[method];
    expect(await source.latestOffset(end, byOptions)).toBe(end);
    expect(counts).toEqual({ read: 1 });
  });

  test("of another table are refused", async () => {
    await using session = await openSession();
    await create(session);
    await using source = await open(session);
    const offset = `{"sourceVersion":1,"reservoirId":"x","reservoirVersion":1,"index":0,"isStartingVersion":true}`;
    await expect(source.latestOffset(offset, byOptions)).rejects.toMatchObject({
      code: "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE",
    });
  });
});

describe("commits that change data", () => {
  const prepared = async (session: TestSession, options: Options) => {
    await create(session);
    await write(session, [1]);
    const source = await open(session, options);
    const { end } = await drain(session, source);
    await write(session, [7], "overwrite");
    return { source, end };
  };

  test("fail the stream by name", async () => {
    await using session = await openSession();
    const { source, end } = await prepared(session, {});
    await expect(source.latestOffset(end, byOptions)).rejects.toMatchObject({
      code: "DELTA_SOURCE_TABLE_IGNORE_CHANGES",
      parameters: { version: "2" },
    });
  });

  test.each([
    ["skipchangecommits", []],
    ["ignorechanges", [7n]],
  ])("with %s go on", async (option, ids) => {
    await using session = await openSession();
    const { source, end } = await prepared(session, { [option]: "true" });
    const after = await drain(session, source, end);
    expect(after.ids).toEqual(ids);
    expect(after.offsets).toEqual(["3,-1,false"]);
  });
});

/** Appends a commit file as another engine would write it. */
async function commitByOthers(session: TestSession, version: number, ...actions: object[]) {
  const name = `${String(version).padStart(20, "0")}.json`;
  const lines = actions.map((action) => JSON.stringify(action)).join("\n");
  await writeFile(join(session.folder, "t", "_delta_log", name), lines);
}

describe("what others do to the table while the stream runs", () => {
  const prepared = async (session: TestSession, options: Options = {}) => {
    await create(session);
    await write(session, [1]);
    const source = await open(session, options);
    const { end } = await drain(session, source);
    return { source, end };
  };
  const file = { path: "x", partitionValues: {}, size: 1, modificationTime: 0, dataChange: true };

  test("a commit that needs another reader is not read", async () => {
    await using session = await openSession();
    const { source, end } = await prepared(session);
    const features = { readerFeatures: ["riddle"], writerFeatures: ["riddle"] };
    const protocol = { minReaderVersion: 3, minWriterVersion: 7, ...features };
    await commitByOthers(session, 2, { protocol }, { add: file });
    await expect(source.latestOffset(end, byOptions)).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_FEATURES_FOR_READ",
      parameters: { unsupported: "riddle" },
    });
  });

  test("a table that is partitioned anew is not read as before", async () => {
    await using session = await openSession();
    const { source, end } = await prepared(session, { skipchangecommits: "true" });
    const rows = [[2n, "b"]];
    await connector.writer!({
      format: "delta",
      options: { overwriteschema: "true" },
      target: { name: "t", location: await session.locate("t") },
      mode: "overwrite",
      partitionBy: ["k"],
      relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
      query,
      context: session.context,
    });
    await write(session, [3]);
    await expect(drain(session, source, end)).rejects.toMatchObject({
      code: "DELTA_SCHEMA_CHANGED_WITH_VERSION",
    });
    const early = { startingversion: "1", skipchangecommits: "true", maxfilespertrigger: "1" };
    await using again = await open(session, early);
    await expect(again.latestOffset(undefined, byOptions)).rejects.toMatchObject({
      code: "DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE_USE_SCHEMA_LOG",
    });
  });

  test("a table dropped and made anew is another one, even where its versions go on", async () => {
    await using session = await openSession();
    const { source, end } = await prepared(session);
    await rm(join(session.folder, "t"), { recursive: true });
    await create(session);
    for (const id of [7, 8, 9]) await write(session, [id]);
    await expect(source.latestOffset(end, byOptions)).rejects.toMatchObject({
      code: "DIFFERENT_DELTA_TABLE_READ_BY_STREAMING_SOURCE",
    });
  });

  test("a log cleaned past the stream is found out within a minute", async () => {
    await using session = await openSession();
    const { source, end } = await prepared(session);
    forgetTable(await session.locate("t"), session.context); // as if another process wrote
    for (let id = 2; id <= 12; id++) await write(session, [id]);
    for (let version = 0; version <= 9; version++) {
      const name = `${String(version).padStart(20, "0")}.json`;
      await rm(join(session.folder, "t", "_delta_log", name));
    }
    const later = performance.now() + 61_000;
    onTestFinished(replaceEnv({ monotonic: () => later }));
    expect(await source.latestOffset(end, byOptions)).toBe(end);
    await expect(source.latestOffset(end, byOptions)).rejects.toMatchObject({
      code: "DELTA_LOG_FILE_NOT_FOUND_FOR_STREAMING_SOURCE",
    });
  });
});

describe("a table under column mapping", () => {
  const golden = new URL("../../golden/table/cm_upgrade/table", import.meta.url);
  const copied = async (session: TestSession): Promise<Record<string, unknown>> => {
    await cp(golden, join(session.folder, "t"), { recursive: true });
    const log = join(session.folder, "t", "_delta_log", "00000000000000000004.json");
    const lines = (await readFile(log, "utf8")).trim().split("\n");
    return lines.map((line) => JSON.parse(line)).find((action) => action.metaData).metaData;
  };
  const refused = { code: "DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE_USE_SCHEMA_LOG" };

  test("is read by its logical names, from files of before the mapping too", async () => {
    await using session = await openSession();
    await copied(session);
    await using source = await open(session);
    const end = await source.latestOffset(undefined, byOptions);
    const rows = await session.rows((await source.input(undefined, end!)).input);
    expect(rows.map(({ w }) => w).sort()).toEqual(["a", "b", "c"]);
  });

  test("is not read across a column that was renamed or dropped", async () => {
    await using session = await openSession();
    await copied(session);
    for (const startingversion of ["0", "1", "3"]) {
      await using source = await open(session, { startingversion });
      await expect(source.latestOffset(undefined, byOptions)).rejects.toMatchObject(refused);
    }
    await using source = await open(session, { startingversion: "4" });
    expect((await drain(session, source)).ids).toEqual([]);
  });

  test("is not read on once a column is renamed, not by a restart either", async () => {
    await using session = await openSession();
    const metaData = await copied(session);
    const source = await open(session);
    const { end } = await drain(session, source);
    const schemaString = String(metaData["schemaString"]).replace('"name":"w"', '"name":"x"');
    await commitByOthers(session, 5, { commitInfo: {} });
    await commitByOthers(session, 6, { metaData: { ...metaData, schemaString } });
    await expect(source.latestOffset(end, byOptions)).rejects.toMatchObject(refused);
    await using again = await open(session);
    await expect(again.latestOffset(end, byOptions)).rejects.toMatchObject(refused);
  });
});

describe("a table with deletion vectors", () => {
  const golden = new URL("../../golden/table/dv/table", import.meta.url);
  const opened = async (session: TestSession, options: Options): Promise<Source> => {
    await cp(golden, join(session.folder, "t"), { recursive: true });
    return open(session, options);
  };

  test("is read from its snapshot without the rows that are deleted", async () => {
    await using session = await openSession();
    await using source = await opened(session, {});
    const { ids } = await drain(session, source);
    expect(ids.length).toBe(155);
    expect(ids).not.toContain(7n);
  });

  test("gives live rows anew where changes are let through, as rewritten files do", async () => {
    await using session = await openSession();
    const options = { startingversion: "3", ignorechanges: "true", maxfilespertrigger: "1" };
    await using source = await opened(session, options);
    const end = await source.latestOffset(undefined, byOptions);
    const batch = await source.input(undefined, end!);
    const ids = (await session.rows(batch.input)).map((row) => Number(row["id"]));
    const live = Array.from({ length: 200 }, (_, id) => id).filter((id) => id % 7 && id % 11);
    expect(ids).toEqual(live);
    expect(batch.rows).toBe(live.length);
  });

  test.each([
    [{}, "DELTA_SOURCE_TABLE_IGNORE_CHANGES"],
    [{ ignoredeletes: "true" }, "DELTA_SOURCE_TABLE_IGNORE_CHANGES"],
  ])("a commit that deletes by a vector is a change: %j", async (options, code) => {
    await using session = await openSession();
    await using source = await opened(session, { ...options, startingversion: "2" });
    await expect(source.latestOffset(undefined, byOptions)).rejects.toMatchObject({ code });
  });

  test("commits that change rows may be passed over", async () => {
    await using session = await openSession();
    const options = { startingversion: "1", skipchangecommits: "true" };
    await using source = await opened(session, options);
    expect((await drain(session, source)).ids.length).toBe(200);
  });
});

describe("options", () => {
  test.each([
    [{ versionasof: "1" }, "DELTA_UNSUPPORTED_TIME_TRAVEL_STREAM"],
    [{ schemalocation: "/s" }, "DELTA_STREAM_OPTION_NOT_BUILT"],
    [{ maxfilespertrigger: "x" }, "DELTA_ILLEGAL_OPTION"],
    [
      { startingversion: "1", startingtimestamp: "2026-01-01" },
      "DELTA_STARTING_VERSION_AND_TIMESTAMP_BOTH_SET",
    ],
  ])("%j is %s", async (options, code) => {
    await using session = await openSession();
    await create(session);
    await expect(open(session, options as never)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!sharedPath("ref/streams"))("a checkpoint of Spark's", () => {
  test.each(["delta_to_delta", "delta_to_delta_crash_after_sink"])("%s goes on", async (name) => {
    await using session = await openSession();
    const ref = sharedPath(`ref/streams/${name}`)!;
    await cp(join(ref, "src"), join(session.folder, "t"), { recursive: true });
    const offsets = join(ref, "checkpoint", "offsets");
    const lines = await Promise.all(
      (await readdir(offsets)).sort().map((file) => readFile(join(offsets, file), "utf8")),
    );
    const texts = lines.map((text) => text.split("\n").at(-1)!);
    const expected = JSON.parse(await readFile(join(ref, "expected.json"), "utf8"));
    const ends = (expected.progressAfter as { sources: { endOffset: string }[] }[])
      .map(({ sources }) => JSON.stringify(JSON.parse(sources[0]!.endOffset)))
      .filter((end) => !texts.includes(end));
    await using source = await open(session, { maxfilespertrigger: "1" });
    const found: string[] = [];
    for (let at = texts.at(-1)!; ; ) {
      const next = (await source.latestOffset(at, byOptions))!;
      if (next === at) break;
      found.push(next);
      at = next;
    }
    expect(found).toEqual(ends);
    const batch = await source.input(texts[1], texts[2]!);
    expect(batch.rows).toBe(20);
    expect((await session.rows(batch.input)).map((row) => row["id"])).toEqual(
      Array.from({ length: 20 }, (_, at) => BigInt(40 + at)),
    );
  });
});
