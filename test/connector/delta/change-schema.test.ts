import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connector } from "../../../src/connector/delta/connector.ts";
import type { Action, Metadata } from "../../../src/log/action.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { schemaJson } from "../../../src/schema/json.ts";
import { type DataType, field, integer, string, struct } from "../../../src/schema/type.ts";
import { openSession, type TestSession } from "../session.ts";
import { metadataOf, protocol, writeLog } from "./change-log.ts";

let session: TestSession;
beforeAll(async () => {
  session = await openSession();
});
afterAll(() => session[Symbol.asyncDispose]());

let made = 0;

/** The columns of the feed over a log in which each version has that metadata. */
async function columns(metadata: readonly Action[], options: Options): Promise<string[]> {
  const asked = { readchangefeed: "true", ...options };
  const commits = metadata.map((one, version) => (version === 0 ? [protocol, one] : [one]));
  const { path } = await session.locate(`log-${made++}`);
  const paths = [await writeLog(path, commits)];
  const request = { format: "delta", options: asked, paths, context: session.context };
  const dataset = await connector.reader!(request);
  await dataset.scan!({ columns: dataset.schema.fields, conditions: [], timeZone: "UTC" });
  return dataset.schema.fields.slice(0, -3).map((one) => one.name);
}

const from0 = { startingversion: "0" };
const dataSchema = "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA";
const schemaChange = "DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE";

describe("changes are read with the newest schema", () => {
  test("where columns were added", async () => {
    const log = [metadataOf("a INT"), metadataOf("a INT, b STRUCT<x: INT>")];
    expect(await columns([...log, metadataOf("a INT, b STRUCT<x: INT, y: INT>")], from0)).toEqual([
      "a",
      "b",
    ]);
    expect(await columns(log, { ...from0, endingversion: "0" })).toEqual(["a", "b"]);
  });

  test.each<[string, Action, Action]>([
    ["a column of another type", metadataOf("a INT"), metadataOf("a BIGINT")],
    ["a column that is gone", metadataOf("a INT, b INT"), metadataOf("a INT")],
    [
      "a member that is gone",
      metadataOf("s STRUCT<x: INT, y: INT>"),
      metadataOf("s STRUCT<x: INT>"),
    ],
    ["nulls that may not be", metadataOf("a INT"), metadataOf("a INT NOT NULL")],
    [
      "other partitions",
      metadataOf("a INT, b INT", { partitionColumns: ["a"] }),
      metadataOf("a INT, b INT", { partitionColumns: ["b"] }),
    ],
  ])("but for %s", async (_, before, after) => {
    await expect(columns([before, after], from0)).rejects.toMatchObject({
      code: dataSchema,
      parameters: { start: "0", end: "1", readVersion: "1", incompatibleVersion: "0" },
    });
    expect(await columns([before, after], { startingversion: "1" })).toBeDefined();
    await expect(columns([after, before, after], from0)).rejects.toMatchObject({
      code: schemaChange,
      parameters: { incompatibleVersion: "1", readVersion: "2" },
    });
  });
});

/** A column with an id and a name in files. */
const mapped = (name: string, physical: string, type: DataType = integer) =>
  field(name, type, true, {
    "delta.columnMapping.id": 1,
    "delta.columnMapping.physicalName": physical,
  });

function mapping(...fields: ReturnType<typeof mapped>[]): Action {
  const configuration: Metadata["configuration"] = { "delta.columnMapping.mode": "name" };
  return metadataOf("a INT", { schemaString: schemaJson(struct(fields)), configuration });
}

describe("under column mapping", () => {
  const key = "spark.databricks.delta.changeDataFeed.defaultSchemaModeForColumnMappingTable";
  const before = mapping(mapped("a", "p"), mapped("b", "q"));
  const renamed = mapping(mapped("a", "p"), mapped("c", "q"));
  const dropped = mapping(mapped("a", "p"));

  test("the schema is that of the last version asked for", async () => {
    expect(await columns([before, renamed], { ...from0, endingversion: "0" })).toEqual(["a", "b"]);
    expect(await columns([before, renamed], { startingversion: "1" })).toEqual(["a", "c"]);
    const old = { ...from0, endingversion: "0" };
    expect(await columns([metadataOf("p INT"), mapping(mapped("p", "p")), dropped], old)).toEqual([
      "p",
    ]);
  });

  test("or that of the newest, where the session says so", async () => {
    session.conf.set(key, "latest");
    try {
      const old = { ...from0, endingversion: "0" };
      await expect(columns([before, renamed], old)).rejects.toMatchObject({ code: dataSchema });
      session.conf.set(key, "newest");
      await expect(columns([before], from0)).rejects.toMatchObject({
        code: "DELTA_ILLEGAL_OPTION",
      });
    } finally {
      session.conf.delete(key);
    }
  });

  test.each<[string, Action, Action]>([
    ["renamed", before, renamed],
    ["dropped", before, dropped],
    ["dropped and added again", before, mapping(mapped("a", "p"), mapped("b", "r"))],
    [
      "renamed within a struct",
      mapping(mapped("s", "s", struct([mapped("x", "1")]))),
      mapping(mapped("s", "s", struct([mapped("y", "1")]))),
    ],
    [
      "upgraded and renamed",
      metadataOf("a INT, b INT"),
      mapping(mapped("a", "a"), mapped("c", "b")),
    ],
    ["downgraded", before, metadataOf("a INT, b INT")],
  ])("a column that was %s divides the changes", async (_, first, second) => {
    await expect(columns([first, second], from0)).rejects.toMatchObject({ code: dataSchema });
  });

  test("a column may be added, and mapping be turned on", async () => {
    const wider = mapping(mapped("a", "a"), mapped("b", "r", string));
    expect(await columns([metadataOf("a INT"), mapping(mapped("a", "a")), wider], from0)).toEqual([
      "a",
      "b",
    ]);
  });
});
