import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/delta/connector.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row } from "../../../src/schema/value.ts";
import type { Source } from "../../../src/stream/source.ts";
import { createTable } from "../../../src/table/create.ts";
import { tableAt } from "../../../src/table/table.ts";
import { openSession, query, type TestSession } from "../session.ts";
import { metadataOf, protocol, sparkTable, writeLog, writeVectors } from "./change-log.ts";

const schema = parseSchema("id BIGINT, k STRING");
const byOptions = { kind: "options" } as const;

async function open(session: TestSession, path: string, options: Options = {}): Promise<Source> {
  const asked = { readchangefeed: "true", ...options };
  const request = { format: "delta", options: asked, paths: [path], context: session.context };
  const dataset = await connector.streamReader!(request);
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q", hidden: [] });
}

async function create(session: TestSession): Promise<string> {
  const table = await tableAt(await session.locate("t"), session.context);
  const definition = {
    schema,
    partitionBy: [],
    properties: { "delta.enableChangeDataFeed": "true" },
  };
  await createTable(table, { definition, mode: "create", isManaged: false });
  return join(session.folder, "t");
}

/** Writes ids as one commit. */
async function write(
  session: TestSession,
  ids: readonly number[],
  mode: "append" | "overwrite" = "append",
): Promise<void> {
  const rows = ids.map((id) => [BigInt(id), "a"]);
  await connector.writer!({
    ...{ format: "delta", options: {}, mode, partitionBy: [], query, context: session.context },
    target: { name: "t", location: await session.locate("t") },
    relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
  });
}

const brief = (row: Row): string =>
  [row["_commit_version"], row["_change_type"], row["id"]].map(String).join(" ");

/** What a source gives until nothing is new: its offsets without the table's id, and its rows. */
async function drain(session: TestSession, source: Source, from?: string) {
  const offsets: string[] = [];
  const rows: Row[] = [];
  let start = from;
  for (;;) {
    const end = await source.latestOffset(start, byOptions);
    if (end === undefined || end === start) return { offsets, rows: rows.map(brief).sort(), end };
    const { reservoirVersion: version, index, isStartingVersion } = JSON.parse(end);
    offsets.push(`${version},${index},${isStartingVersion}`);
    rows.push(...(await session.rows((await source.input(start, end)).input)));
    start = end;
  }
}

describe("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await openSession();
    const path = await create(session);
    let added = 0;
    return {
      engine: session.engine,
      limit: 2,
      // A first batch that is not of a snapshot may end anywhere.
      open: () => open(session, path, { maxfilespertrigger: "1", startingversion: "0" }),
      // Every other commit also deletes what was there.
      add: () => write(session, [added++, added++], added % 4 === 0 ? "overwrite" : "append"),
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

/** The changes of Spark's table from version 0 on, as `brief` has them. */
const all = [
  "1 insert 1",
  "1 insert 2",
  "1 insert 3",
  "1 insert 4",
  "2 update_postimage 2",
  "2 update_preimage 2",
  "3 delete 3",
  "4 delete 4",
  "4 insert 9",
  "4 update_postimage 1",
  "4 update_preimage 1",
  "5 delete 1",
  "5 delete 2",
  "5 delete 9",
  "5 insert 100",
  "6 delete 100",
  "7 insert 5",
];

describe("the changes of a table of Spark's", () => {
  test("come by version; a commit with change files is never divided", async () => {
    await using session = await openSession();
    const from0 = { startingversion: "0", maxfilespertrigger: "1" };
    await using source = await open(session, sparkTable, from0);
    const { offsets, rows } = await drain(session, source);
    expect(offsets).toEqual([
      ...["1,0,false", "2,-1,false"],
      ...["3,-1,false", "4,-1,false", "5,-1,false"],
      ...["5,0,false", "5,1,false", "6,-1,false"],
      ...["7,-1,false", "8,-1,false"],
    ]);
    expect(rows).toEqual(all);
  });

  test.each([1, 2, 3, 5, 100])(
    "are the same with %i files a batch, stopped after each",
    async (files) => {
      await using session = await openSession();
      const options = { startingversion: "0", maxfilespertrigger: String(files) };
      const rows: string[] = [];
      let start: string | undefined;
      for (;;) {
        await using source = await open(session, sparkTable, options);
        const end = await source.latestOffset(start, byOptions);
        if (end === undefined || end === start) break;
        // The batch runs, is lost, and runs again in another process.
        const lost = await session.rows((await source.input(start, end)).input);
        await using again = await open(session, sparkTable, options);
        const found = await session.rows((await again.input(start, end)).input);
        expect(found.map(brief).sort()).toEqual(lost.map(brief).sort());
        rows.push(...found.map(brief));
        start = end;
      }
      expect(rows.sort()).toEqual(all);
    },
  );

  test("have bytes as a hard limit where a commit cannot be divided", async () => {
    await using session = await openSession();
    // Versions 2 and 3 have one change file each, of some 1,400 bytes.
    const options = { startingversion: "2", maxbytespertrigger: "2000b" };
    await using source = await open(session, sparkTable, options);
    const end = await source.latestOffset(undefined, byOptions);
    expect(JSON.parse(end!)).toMatchObject({ reservoirVersion: 3, index: -1 });
  });
});

test("both states of a file with another deletion vector come in one batch", async () => {
  await using session = await openSession();
  const path = await writeVectors(join(session.folder, "vectors"));
  const options = { startingversion: "2", maxfilespertrigger: "1" };
  await using source = await open(session, path, options);
  const { offsets, rows } = await drain(session, source);
  expect(offsets).toEqual(["3,-1,false", "4,-1,false", "5,-1,false", "6,-1,false", "7,-1,false"]);
  expect(rows).toHaveLength(29 + 16 + 16 + 29 + 45);
  await using initial = await open(session, path);
  expect((await drain(session, initial)).rows).toHaveLength(200 - 45);
});

describe("a stream of changes", () => {
  test("begins with the rows there are, as inserts of their version", async () => {
    await using session = await openSession();
    const path = await create(session);
    await write(session, [1]);
    await write(session, [2]);
    await using source = await open(session, path, { maxfilespertrigger: "1" });
    const first = await drain(session, source);
    expect(first.offsets).toEqual(["2,0,true", "3,-1,false"]);
    expect(first.rows).toEqual(["2 insert 1", "2 insert 2"]);
    await write(session, [3], "overwrite");
    const second = await drain(session, source, first.end);
    expect(second.rows).toEqual(["3 delete 1", "3 delete 2", "3 insert 3"]);
    // The time of a commit is the same in batch and in a stream.
    const asked = { readchangefeed: "true", startingversion: "2" };
    const request = { format: "delta", options: asked, paths: [path], context: session.context };
    const dataset = await connector.reader!(request);
    const scan = { columns: dataset.schema.fields, conditions: [], timeZone: "UTC" };
    const times = (rows: readonly Row[]) =>
      new Set(rows.map((row) => `${row["_commit_version"]} ${row["_commit_timestamp"]}`));
    const batch = times(await session.rows(await dataset.scan!(scan)));
    const streamed = times([
      ...(await session.rows((await source.input(undefined, first.end!)).input)),
      ...(await session.rows((await source.input(first.end, second.end!)).input)),
    ]);
    expect(streamed).toEqual(batch);
  });

  test("begins where the options say", async () => {
    await using session = await openSession();
    const path = await create(session);
    for (let id = 1; id <= 3; id++) await write(session, [id]);
    const from = async (options: Options) => {
      await using source = await open(session, path, options);
      return (await drain(session, source)).rows;
    };
    expect(await from({ startingversion: "2" })).toEqual(["2 insert 2", "3 insert 3"]);
    expect(await from({ startingversion: "latest" })).toEqual([]);
    expect(await from({ startingtimestamp: "2001-01-01" })).toHaveLength(3);
    expect(await from({ excluderegex: "parquet" })).toEqual([]);
    const late = [{ startingversion: "9" }, { startingtimestamp: "2999-01-01" }];
    for (const options of late) await expect(from(options)).rejects.toThrow(/^\[DELTA_/);
    session.conf.set("spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled", "true");
    for (const options of late) expect(await from(options)).toEqual([]);
  });

  test("goes by no option that forgives changes: they are what it reads", async () => {
    await using session = await openSession();
    const path = await create(session);
    await write(session, [1]);
    await write(session, [2], "overwrite");
    const options = { startingversion: "0", skipchangecommits: "true", ignoredeletes: "true" };
    await using source = await open(session, path, options);
    const { rows } = await drain(session, source);
    expect(rows).toEqual(["1 insert 1", "2 delete 1", "2 insert 2"]);
  });

  test("is refused where changes were not recorded", async () => {
    await using session = await openSession();
    const off = metadataOf("id INT", { configuration: { "delta.enableChangeDataFeed": "false" } });
    const on = metadataOf("id INT");
    const path = await writeLog(join(session.folder, "gap"), [
      [protocol, off],
      [on],
      [],
      [off],
      [],
    ]);
    const from = async (options: Options) => {
      await using source = await open(session, path, options);
      return drain(session, source);
    };
    const missing = (version: number) => ({
      code: "DELTA_MISSING_CHANGE_DATA",
      parameters: { version: String(version) },
    });
    await expect(from({})).rejects.toMatchObject(missing(4));
    await expect(from({ startingversion: "0" })).rejects.toMatchObject(missing(0));
    await expect(from({ startingversion: "1" })).rejects.toMatchObject(missing(3));
    await expect(from({ startingversion: "4" })).rejects.toMatchObject(missing(4));
    const gone = join(path, "_delta_log", "00000000000000000004.json");
    await rm(gone);
    await rm(gone.replace("4.json", "3.json"));
    expect((await from({ startingversion: "1" })).offsets).toEqual(["3,-1,false"]);
  });

  test("stops at a change of the schema", async () => {
    await using session = await openSession();
    const commits = [[protocol, metadataOf("id INT")], [metadataOf("id INT, more INT")]];
    const path = await writeLog(join(session.folder, "grown"), commits);
    await using source = await open(session, path, { startingversion: "0" });
    await writeLog(path, [...commits, [metadataOf("id INT")]]);
    await expect(drain(session, source)).rejects.toMatchObject({
      code: "DELTA_SCHEMA_CHANGED_WITH_VERSION",
    });
  });

  test("cannot travel", async () => {
    await using session = await openSession();
    await expect(open(session, sparkTable, { versionasof: "1" })).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_TIME_TRAVEL_STREAM",
    });
    await expect(open(session, sparkTable, { endingversion: "3" })).rejects.toMatchObject({
      code: "DELTA_STREAM_OPTION_NOT_BUILT",
    });
  });
});
