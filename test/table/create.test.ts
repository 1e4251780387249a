import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  dayTime,
  field,
  integer,
  long,
  string,
  struct,
  time,
  timestampNtz,
} from "../../src/schema/type.ts";
import type { Store } from "../../src/storage/store.ts";
import { type CreateRequest, createTable } from "../../src/table/create.ts";
import { tableDetail } from "../../src/table/detail.ts";
import { tableHistory } from "../../src/table/history.ts";
import {
  forgetTable,
  isDeltaTable,
  openTable,
  snapshotOf,
  tableAt,
} from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { type Harness, openHarness, readRows, rowsOf, writeOf } from "./harness.ts";

const schema = struct([field("id", long), field("k", string)]);
let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

const fresh = (name: string) => tableAt(harness.location(name), harness.context);

function requestOf(
  definition: Partial<CreateRequest["definition"]> = {},
  mode: CreateRequest["mode"] = "create",
): CreateRequest {
  return {
    definition: { schema, partitionBy: [], properties: {}, ...definition },
    mode,
    isManaged: true,
  };
}

describe("create", () => {
  test("an empty table, once", async () => {
    const table = await fresh("empty");
    const made = await createTable(table, requestOf({ partitionBy: ["K"], comment: "c" }));
    expect(made?.snapshot).toMatchObject({
      version: 0,
      protocol: { minReaderVersion: 1, minWriterVersion: 2 },
      metadata: { partitionColumns: ["k"], description: "c" },
    });
    expect(await readRows(table, await snapshotOf(table))).toEqual([]);
    await expect(createTable(table, requestOf())).rejects.toThrow(/DELTA_TABLE_ALREADY_EXISTS/);
    expect(await createTable(table, requestOf({}, "ifNotExists"))).toBeUndefined();
    const [row] = await tableHistory(table);
    expect(row).toMatchObject({ version: 0n, operation: "CREATE TABLE", isBlindAppend: true });
    expect(row?.["operationParameters"]).toEqual(
      new Map([
        ["partitionBy", '["k"]'],
        ["clusterBy", "[]"],
        ["description", "c"],
        ["isManaged", "true"],
        ["properties", "{}"],
      ]),
    );
  });

  test("replaces what was there, keeping the id and the history", async () => {
    const table = await fresh("replace");
    await expect(createTable(table, requestOf({}, "replace"))).rejects.toThrow(
      /DELTA_TABLE_NOT_FOUND/,
    );
    const first = await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]])));
    const other = struct([field("x", integer)]);
    const made = await createTable(table, requestOf({ schema: other }, "createOrReplace"));
    expect(made?.version).toBe(1);
    expect((await made?.snapshot.totals())?.numFiles).toBe(0);
    expect(made?.snapshot.metadata.id).toBe(first.snapshot.metadata.id);
    expect(await readRows(table, await snapshotOf(table, { kind: "version", version: 0 }))).toEqual(
      [[1n, "a"]],
    );
  });

  test("raises the protocol as far as types and properties need", async () => {
    const ntz = struct([field("t", timestampNtz)]);
    const made = await createTable(await fresh("ntz"), requestOf({ schema: ntz }));
    expect(made?.snapshot.protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ["timestampNtz"],
      writerFeatures: ["appendOnly", "invariants", "timestampNtz"],
    });
    const properties = { "delta.enableChangeDataFeed": "true" };
    const cdf = await createTable(await fresh("cdf"), requestOf({ properties }));
    expect(cdf?.snapshot.protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 4 });
    const rowTracking = requestOf({ properties: { "delta.enableRowTracking": "true" } });
    await expect(createTable(await fresh("rt"), rowTracking)).rejects.toThrow(
      /DELTA_UNSUPPORTED_FEATURES_FOR_WRITE.*rowTracking/,
    );
  });

  test.each([
    [{ schema: struct([field("a b", long)]) }, /INVALID_CHARACTERS.*a b/],
    [{ schema: struct([field("a", long), field("A", long)]) }, /DUPLICATE_COLUMNS.*A/],
    [{ schema: struct([field("a", dayTime())]) }, /UNSUPPORTED_DATA_TYPES.*a/],
    [{ schema: struct([field("a", time(3))]) }, /UNSUPPORTED_DATA_TYPES.*a time\(3\)/],
    [{ schema: struct([]) }, /DELTA_EMPTY_DATA/],
    [{ partitionBy: ["nope"] }, /PARTITION_COLUMN_NOT_FOUND.*nope/],
    [{ partitionBy: ["id", "k"] }, /CANNOT_USE_ALL_COLUMNS/],
    [{ properties: { "delta.apendOnly": "true" } }, /UNKNOWN_CONFIGURATION.*apendOnly/],
    [{ properties: { "delta.checkpointInterval": "0" } }, /checkpointInterval.*at least 1/],
    [{ properties: { "delta.logRetentionDuration": "interval 1 month" } }, /without months/],
  ])("refuses %j", async (definition, message) => {
    await expect(createTable(await fresh("refused"), requestOf(definition))).rejects.toThrow(
      message,
    );
  });
});

test("a path that is no table says what it is", async () => {
  await expect(openTable(harness.location("nowhere"), harness.context)).rejects.toThrow(
    /DELTA_PATH_DOES_NOT_EXIST/,
  );
  await expect(openTable(harness.location("nowhere"), harness.context, "a.b.c")).rejects.toThrow(
    /DELTA_TABLE_NOT_FOUND.*a\.b\.c/,
  );
  await harness.store.put(`${harness.folder}/files/x.csv`, new Uint8Array([1]));
  await expect(openTable(harness.location("files"), harness.context)).rejects.toThrow(
    /DELTA_MISSING_DELTA_TABLE/,
  );
  expect(await isDeltaTable(harness.location("files"), harness.context)).toBe(false);
});

test("a table made anew at the same place is not taken for the old one", async () => {
  const location = harness.location("anew");
  await writeTable(
    await tableAt(location, harness.context),
    writeOf(rowsOf(schema, [[1n, "old"]])),
  );
  for await (const file of harness.store.list(`${location.path}/`, { recursive: true })) {
    await harness.store.delete(file.path);
  }
  const table = await tableAt(location, harness.context);
  expect(await table.log.update()).toBeUndefined();
  const made = await writeTable(table, writeOf(rowsOf(schema, [[2n, "new"]])));
  expect(made.version).toBe(0);
  expect(await readRows(table, made.snapshot)).toEqual([[2n, "new"]]);
  forgetTable(location, harness.context);
});

test("a table made anew within the second that a store keeps times by is told by its ETag", async () => {
  await using other = await openHarness();
  const store: Store = {
    ...harness.store,
    stat: async (path) => {
      const found = await harness.store.stat(path);
      if (!found) return undefined;
      const etag = createHash("md5")
        .update(await harness.store.read(path))
        .digest("hex");
      return { ...found, size: 1, modificationTime: 0, etag };
    },
  };
  const location = { store, path: harness.location("second").path };
  const old = await tableAt(location, harness.context);
  await writeTable(old, writeOf(rowsOf(schema, [[1n, "old"]])));
  await openTable(location, harness.context);
  for await (const file of store.list(`${location.path}/`, { recursive: true })) {
    await store.delete(file.path);
  }
  // Another process.
  const made = await tableAt(location, other.context);
  await writeTable(made, writeOf(rowsOf(schema, [[2n, "new"]])));
  const table = await openTable(location, harness.context);
  expect(await readRows(table, await snapshotOf(table))).toEqual([[2n, "new"]]);
});

test("detail tells sizes, properties and features", async () => {
  const table = await fresh("detail");
  const create = {
    definition: { properties: { "delta.appendOnly": "true", mine: "1" } },
    isManaged: false,
  };
  await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]]), { create }));
  expect(await tableDetail(table, await snapshotOf(table), "main.default.detail")).toMatchObject({
    format: "delta",
    name: "main.default.detail",
    numFiles: 1n,
    partitionColumns: [],
    properties: new Map([
      ["delta.appendOnly", "true"],
      ["mine", "1"],
    ]),
    tableFeatures: ["appendOnly", "invariants"],
  });
  const rows = rowsOf(schema, []);
  await expect(writeTable(table, writeOf(rows, { mode: "overwrite" }))).rejects.toThrow(
    /CANNOT_MODIFY_APPEND_ONLY/,
  );
});
