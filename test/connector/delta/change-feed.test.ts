import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  columnsOf,
  compare,
  newColumn,
  reference,
  stringLiteral,
} from "../../../src/analysis/expression.ts";
import { connector } from "../../../src/connector/delta/connector.ts";
import type { Action } from "../../../src/log/action.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import { jsonRow } from "../../../src/schema/ndjson.ts";
import type { StructType } from "../../../src/schema/type.ts";
import type { Row } from "../../../src/schema/value.ts";
import { createTable } from "../../../src/table/create.ts";
import { tableAt } from "../../../src/table/table.ts";
import { openSession, query, type TestSession } from "../session.ts";
import { metadataOf, protocol, sparkTable, writeLog, writeVectors } from "./change-log.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

async function read(path: string, options: Options = {}) {
  const { context } = session;
  const dataset = await connector.reader!({ format: "delta", options, paths: [path], context });
  const { schema } = dataset;
  const input = await dataset.scan!({ columns: schema.fields, conditions: [], timeZone: "UTC" });
  return { schema, rows: await session.rows(input) };
}

const range = (start: number, end?: number): Options => ({
  readchangefeed: "true",
  startingversion: String(start),
  ...(end === undefined ? {} : { endingversion: String(end) }),
});

const text = (rows: readonly Row[], schema: StructType): string[] =>
  rows.map((row) => jsonRow(Object.values(row), schema)).sort();

/** Rows without the time, which a copy of a table does not keep. */
function untimed({ rows, schema }: { rows: readonly Row[]; schema: StructType }): string[] {
  const kept = { ...schema, fields: schema.fields.slice(0, -1) };
  return text(
    rows.map(({ _commit_timestamp: _, ...row }) => row),
    kept,
  );
}

describe("the changes of a table of Spark's", () => {
  const { changes } = JSON.parse(
    readFileSync(join(dirname(sparkTable), "expected.json"), "utf8"),
  ) as { changes: Record<string, unknown[]> };

  test.each(Object.entries(changes))("%s", async (name, expected) => {
    const [start = 0, end] = name.split("..").map(Number);
    const found = await read(sparkTable, range(start, end));
    expect(untimed(found)).toEqual(expected.map((row) => JSON.stringify(row)).sort());
    expect(found.schema.fields.slice(-3).map((one) => [one.name, one.type.type])).toEqual([
      ["_change_type", "string"],
      ["_commit_version", "long"],
      ["_commit_timestamp", "timestamp"],
    ]);
  });

  test("of some of its columns", async () => {
    const { context } = session;
    const paths = [sparkTable];
    const dataset = await connector.reader!({
      ...{ format: "delta", options: range(4, 4), paths, context },
    });
    const columns = dataset.schema.fields.filter((one) => /^(k|_change_type)$/.test(one.name));
    const rows = await session.rows(
      await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }),
    );
    expect(rows.map((row) => Object.values(row).join()).sort()).toEqual([
      "x,update_postimage",
      "x,update_preimage",
      "y,delete",
      "z,insert",
    ]);
  });

  test("go on to the newest where no end is said, or one that is not there yet", async () => {
    const all = untimed(await read(sparkTable, range(0, 7)));
    expect(untimed(await read(sparkTable, range(0)))).toEqual(all);
    expect(untimed(await read(sparkTable, range(0, 99)))).toEqual(all);
  });

  test("made to the rows before them give the rows after them", async () => {
    for (let start = 1; start <= 7; start++) {
      for (let end = start; end <= 7; end++) await expectApplied(sparkTable, start, end);
    }
  });
});

/** Makes the changes of versions to the rows before them, and looks whether it is the table. */
async function expectApplied(path: string, start: number, end: number): Promise<void> {
  const at = (version: number) => read(path, { versionasof: String(version) });
  const before = await at(start - 1);
  const bag = new Map<string, number>();
  const count = (key: string, by: number): void => void bag.set(key, (bag.get(key) ?? 0) + by);
  for (const row of text(before.rows, before.schema)) count(row, 1);
  for (const change of (await read(path, range(start, end))).rows) {
    const { _change_type: type, _commit_version: version, _commit_timestamp: _, ...row } = change;
    expect(Number(version)).toBeGreaterThanOrEqual(start);
    expect(Number(version)).toBeLessThanOrEqual(end);
    const gone = type === "delete" || type === "update_preimage";
    count(jsonRow(Object.values(row), before.schema), gone ? -1 : 1);
  }
  const after = await at(end);
  const left = [...bag].flatMap(([key, times]) => Array<string>(Math.max(0, times)).fill(key));
  expect([...bag.values()].every((times) => times >= 0)).toBe(true);
  expect(left.sort()).toEqual(text(after.rows, after.schema));
}

test("whatever is written, its changes lead from each version to each later one", async () => {
  const schema = parseSchema("id BIGINT, p STRING");
  const write = async (path: string, mode: "append" | "overwrite", ids: readonly number[]) => {
    const rows = ids.map((id) => [BigInt(id), id % 2 === 0 ? "even" : null]);
    await connector.writer!({
      ...{ format: "delta", mode, partitionBy: [], context: session.context, query },
      options: { partitionoverwritemode: ids.length % 2 === 0 ? "static" : "dynamic" },
      target: { name: "t", location: await session.locate(path) },
      relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
    });
  };
  const step = fc.record({
    mode: fc.constantFrom("append" as const, "overwrite" as const),
    ids: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
  });
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const name = `made-${made++}`;
      const table = await tableAt(await session.locate(name), session.context);
      const properties = { "delta.enableChangeDataFeed": "true" };
      const definition = { schema, partitionBy: ["p"], properties };
      await createTable(table, { definition, mode: "create", isManaged: false });
      for (const { mode, ids } of steps) await write(name, mode, ids);
      const newest = (await table.log.update())!.version;
      for (let start = 1; start <= newest; start++) {
        await expectApplied(join(session.folder, name), start, newest);
      }
    }),
    { numRuns: 8 },
  );
});

describe("times of commits", () => {
  test("are those of the files made monotone, and find versions", async () => {
    const add = (version: number): Action => ({
      add: {
        ...{ path: `missing-${version}`, partitionValues: {}, size: 1 },
        ...{ modificationTime: 0, dataChange: true },
      },
    });
    const commits = [[protocol, metadataOf("id INT")], [add(1)], [add(2)], [add(3)]];
    // Version 2 is older than 1 by its file.
    const folder = join(session.folder, "times");
    await writeLog(folder, commits, [1_000_000_000, 1_000_000_010, 1_000_000_005, 1_000_000_020]);
    const ask = async (options: Options) => {
      const asked = { readchangefeed: "true", ...options };
      const request = {
        format: "delta",
        options: asked,
        paths: [folder],
        context: session.context,
      };
      const dataset = await connector.reader!(request);
      const input = await dataset.scan!({
        columns: dataset.schema.fields,
        conditions: [],
        timeZone: "UTC",
      });
      if (input.kind !== "parquet") return input.kind;
      return input.files.map(({ partition }) => [
        Number(partition["_commit_version"]),
        String(partition["_commit_timestamp"]),
      ]);
    };
    expect(await ask({ startingversion: "1" })).toEqual([
      [1, "2001-09-09T01:46:50.000000Z"],
      [2, "2001-09-09T01:46:50.001000Z"],
      [3, "2001-09-09T01:47:00.000000Z"],
    ]);
    const versions = async (from: string, to?: string) => {
      const end = to === undefined ? {} : { endingtimestamp: to };
      const found = await ask({ startingtimestamp: from, ...end });
      return typeof found === "string" ? found : found.map(([version]) => version);
    };
    expect(await versions("2000-01-01", "2001-09-09 01:46:50")).toEqual([1]);
    expect(await versions("2001-09-09 01:46:50.001", "2001-09-09 01:46:59")).toEqual([2]);
    expect(await versions("2001-09-09 01:46:50.002")).toEqual([3]);
    // Between two commits that follow each other nothing happened.
    expect(await versions("2001-09-09 01:46:52", "2001-09-09 01:46:53")).toBe("empty");
    await expect(versions("2001-09-09 01:46:53", "2001-09-09 01:46:52")).rejects.toMatchObject({
      code: "DELTA_INVALID_CDC_RANGE",
    });
    const late = { code: "DELTA_TIMESTAMP_GREATER_THAN_COMMIT" };
    await expect(versions("2020-01-01")).rejects.toMatchObject(late);
    await expect(versions("2001-09-09 01:46:50.002", "2020-01-01")).rejects.toMatchObject(late);
    const key = "spark.databricks.delta.changeDataFeed.timestampOutOfRange.enabled";
    session.conf.set(key, "true");
    try {
      expect(await versions("2020-01-01")).toBe("empty");
      expect(await ask({ startingversion: "4" })).toBe("empty");
      expect(await versions("2001-09-09 01:46:50.002", "2020-01-01")).toEqual([3]);
    } finally {
      session.conf.delete(key);
    }
  });
});

test("rows that a deletion vector takes away or gives back are changes, the others are not", async () => {
  const path = await writeVectors(join(session.folder, "vectors"));
  const counts: Record<string, number> = {};
  for (const row of (await read(path, range(2))).rows) {
    const key = `${row["_commit_version"]} ${row["_change_type"]}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  expect(counts).toEqual({
    "2 delete": 29,
    "3 delete": 16,
    "4 insert": 16,
    "5 insert": 29,
    "6 delete": 45,
  });
  for (let start = 1; start <= 6; start++) {
    for (let end = start; end <= 6; end++) await expectApplied(path, start, end);
  }
});

test("the time of a commit is its own where it has one", async () => {
  const configuration = { "delta.enableInCommitTimestamps": "true" };
  const at = (inCommitTimestamp: number): Action => ({ commitInfo: { inCommitTimestamp } });
  const add: Action = {
    add: {
      ...{ path: "missing", partitionValues: {}, size: 1 },
      ...{ modificationTime: 0, dataChange: true },
    },
  };
  const path = await writeLog(join(session.folder, "ict"), [
    [at(1_000), protocol, metadataOf("id INT", { configuration })],
    [at(2_000), add],
    [at(3_000), add],
  ]);
  const ask = async (options: Options) => {
    const asked = { readchangefeed: "true", ...options };
    const request = { format: "delta", options: asked, paths: [path], context: session.context };
    const dataset = await connector.reader!(request);
    const { fields: columns } = dataset.schema;
    const input = await dataset.scan!({ columns, conditions: [], timeZone: "UTC" });
    if (input.kind !== "parquet") return input.kind;
    return input.files.map(({ partition }) => String(partition["_commit_timestamp"]));
  };
  const times = ["1970-01-01T00:00:02.000000Z", "1970-01-01T00:00:03.000000Z"];
  expect(await ask({ startingversion: "0" })).toEqual(times);
  expect(await ask({ startingtimestamp: "1970-01-01 00:00:02.500" })).toEqual(times.slice(1));
  const until = { startingversion: "1", endingtimestamp: "1970-01-01 00:00:02.500" };
  expect(await ask(until)).toEqual(times.slice(0, 1));
});

test("files of other partitions are not read", async () => {
  const { context } = session;
  const options = range(0);
  const paths = [sparkTable];
  const dataset = await connector.reader!({ format: "delta", options, paths, context });
  const { fields: columns } = dataset.schema;
  const k = dataset.schema.fields.find((one) => one.name === "k")!;
  const conditions = [compare("=", reference(newColumn(k.name, k.type)), stringLiteral("z"))];
  const input = await dataset.scan!({ columns, conditions, timeZone: "UTC" });
  const files = input.kind === "parquet" ? input.files : [];
  expect(files.map(({ partition }) => partition["k"])).toEqual(["z", "z"]);
});

test("the changes that deletion vectors make are the rows of one and not of the other", async () => {
  const folder = join(session.folder, "vectors");
  cpSync(new URL("../../golden/table/dv/table", import.meta.url), folder, { recursive: true });
  const log = join(folder, "_delta_log");
  for (const name of readdirSync(log)) if (name.endsWith(".crc")) rmSync(join(log, name));
  const first = join(log, "00000000000000000000.json");
  const flag = '"delta.enableDeletionVectors":"true"';
  const recorded = `${flag},"delta.enableChangeDataFeed":"true"`;
  writeFileSync(first, readFileSync(first, "utf8").replace(flag, recorded));
  const numbers = (rows: readonly Row[], type: string): number[] =>
    rows.filter((row) => row["_change_type"] === type).map((row) => Number(row["id"]));
  const all = Array.from({ length: 200 }, (_, id) => id);
  const { rows: second } = await read(folder, range(2, 2));
  expect(numbers(second, "delete")).toEqual(all.filter((id) => id % 7 === 0));
  expect(second.length).toBe(29);
  const { rows: third } = await read(folder, range(3, 3));
  expect(numbers(third, "delete")).toEqual(all.filter((id) => id % 11 === 0 && id % 7 !== 0));
  expect(third.length).toBe(16);
  const { rows: fourth } = await read(folder, range(4, 4));
  expect(numbers(fourth, "delete")).toEqual([50, 51, 52, 53, 54]);
  expect(numbers(fourth, "insert")).toEqual([50, 51, 52, 53, 54]);
});

describe("changes that are refused", () => {
  test.each<[Options, string]>([
    [{}, "DELTA_NO_START_FOR_CDC_READ"],
    [{ endingversion: "3" }, "DELTA_NO_START_FOR_CDC_READ"],
    [{ startingversion: "1", startingtimestamp: "2020-01-01" }, "DELTA_MULTIPLE_CDC_BOUNDARY"],
    [
      { startingversion: "1", endingversion: "2", endingtimestamp: "2020-01-01" },
      "DELTA_MULTIPLE_CDC_BOUNDARY",
    ],
    [{ startingversion: "3", endingversion: "2" }, "DELTA_INVALID_CDC_RANGE"],
    [{ startingversion: "8" }, "DELTA_CDC_START_VERSION_AFTER_LATEST"],
    [{ startingversion: "latest" }, "DELTA_ILLEGAL_OPTION"],
    [{ startingversion: "1", versionasof: "3" }, "DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS"],
    [{ startingversion: "1", readchangefeed: "yes" }, "DELTA_ILLEGAL_OPTION"],
  ])("%j", async (options, code) => {
    const attempt = read(sparkTable, { readchangefeed: "true", ...options });
    await expect(attempt).rejects.toMatchObject({ code });
  });

  test("at a path that names a version", async () => {
    await expect(read(`${sparkTable}@v3`, range(1))).rejects.toMatchObject({
      code: "DELTA_UNSUPPORTED_TIME_TRAVEL_VIEWS",
    });
  });

  test("of versions that did not record them", async () => {
    const off = metadataOf("id INT", { configuration: { "delta.enableChangeDataFeed": "false" } });
    const on = metadataOf("id INT");
    const folder = await writeLog(join(session.folder, "gap"), [
      [protocol, off],
      [on],
      [],
      [off],
      [on],
    ]);
    const missing = (version: number) => ({
      code: "DELTA_MISSING_CHANGE_DATA",
      parameters: { version: String(version) },
    });
    await expect(read(folder, range(0, 2))).rejects.toMatchObject(missing(0));
    await expect(read(folder, range(1))).rejects.toMatchObject(missing(3));
    expect((await read(folder, range(1, 2))).rows).toEqual([]);
    expect((await read(folder, range(4))).rows).toEqual([]);
  });

  test("where a commit of the range is gone", async () => {
    const on = metadataOf("id INT");
    const folder = await writeLog(join(session.folder, "hole"), [[protocol, on], [], []]);
    const dataset = await connector.reader!({
      ...{ format: "delta", options: range(1), paths: [folder], context: session.context },
    });
    await rm(join(folder, "_delta_log", "00000000000000000002.json"));
    const attempt = dataset.scan!({
      columns: dataset.schema.fields,
      conditions: [],
      timeZone: "UTC",
    });
    await expect(attempt).rejects.toMatchObject({ code: "DELTA_LOG_FILE_NOT_FOUND" });
  });
});
