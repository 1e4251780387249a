import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, literal } from "../../src/analysis/expression.ts";
import { boolean, field, long, string, struct } from "../../src/schema/type.ts";
import { type Counts, withCounts } from "../../src/storage/count.ts";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { encodeFile, encodeRows, encodeZ85 } from "../log/bitmap.ts";
import { type Harness, openHarness, readRows, rowsOf, writeOf } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

const golden = fileURLToPath(new URL("../golden/table", import.meta.url));

let copies = 0;
/** A copy of one of Spark's tables, changed before it is opened. */
async function copyOf(name: string, change: (folder: string) => unknown = () => {}) {
  const path = join(harness.folder, `${name}-${copies++}`);
  cpSync(join(golden, name, "table"), path, { recursive: true, preserveTimestamps: true });
  change(path);
  const counts: Counts = {};
  const store = withCounts(harness.store, counts);
  return { table: await openTable({ store, path }, harness.context), counts };
}

test.each(["dv", "dv_partitioned"])("%s has the rows that Spark reads", async (name) => {
  const { table } = await copyOf(name);
  const { versions } = JSON.parse(readFileSync(join(golden, name, "expected.json"), "utf8"));
  for (const [version, state] of Object.entries<{ rows: object[] }>(versions)) {
    const snapshot = await snapshotOf(table, { kind: "version", version: Number(version) });
    const rows = (await readRows(table, snapshot)).map((row) => row.map(String).join());
    const expected = state.rows.map((row) => Object.values(row).join());
    expect([version, rows.sort()]).toEqual([version, expected.sort()]);
  }
});

test("vectors in one file are read at once, and kept", async () => {
  const { table, counts } = await copyOf("dv_partitioned");
  const snapshot = await snapshotOf(table, { kind: "version", version: 2 });
  const rows = await readRows(table, snapshot);
  expect(rows.length).toBe(1476);
  expect(counts["readRange"]).toBe(1);
  expect(await readRows(table, snapshot)).toEqual(rows);
  expect(counts["readRange"]).toBe(1);
});

function vectorFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".bin"));
  return names.map((name) => join(folder, name));
}

function damage(folder: string, at: number): void {
  for (const path of vectorFiles(folder)) {
    const bytes = readFileSync(path);
    bytes[at]! ^= 1;
    writeFileSync(path, bytes);
  }
}

/** Rewrites the descriptors of vectors in a table's log. */
function describeAnew(folder: string, change: (vector: Record<string, unknown>) => object): void {
  const log = join(folder, "_delta_log");
  for (const name of readdirSync(log)) {
    if (name.endsWith(".crc")) rmSync(join(log, name)); // what it says of vectors is no more so
    if (!name.endsWith(".json")) continue;
    const lines = readFileSync(join(log, name), "utf8").trim().split("\n");
    const actions = lines.map((line) => JSON.parse(line));
    for (const { add, remove } of actions) {
      for (const file of [add, remove]) {
        if (file?.deletionVector) file.deletionVector = change(file.deletionVector);
      }
    }
    writeFileSync(join(log, name), actions.map((action) => JSON.stringify(action)).join("\n"));
  }
}

describe("a vector that was damaged stops the read", () => {
  test.each<[string, (folder: string) => unknown, string]>([
    ["a file of another version", (folder) => damage(folder, 0), "CORRUPT"],
    ["another size", (folder) => damage(folder, 4), "SIZE_MISMATCH"],
    ["other data", (folder) => damage(folder, 30), "CHECKSUM_MISMATCH"],
    ["no file", (folder) => vectorFiles(folder).map((path) => rmSync(path)), "FILE_NOT_FOUND"],
    [
      "half a file",
      (folder) => vectorFiles(folder).map((path) => truncateSync(path, 40)),
      "CORRUPT",
    ],
    [
      "another number of rows",
      (folder) => describeAnew(folder, (vector) => ({ ...vector, cardinality: 3 })),
      "CARDINALITY_MISMATCH",
    ],
    [
      "another kind of place",
      (folder) => describeAnew(folder, (vector) => ({ ...vector, storageType: "r" })),
      "INVALID_DESCRIPTOR",
    ],
    ["rows that the file does not have", (folder) => inline(folder, [1, 200]), "INVALID_ROW_INDEX"],
  ])("%s", async (_, change, code) => {
    const { table } = await copyOf("dv", change);
    const snapshot = await snapshotOf(table, { kind: "version", version: 2 });
    await expect(readRows(table, snapshot)).rejects.toMatchObject({
      code: `DELTA_DELETION_VECTOR_${code}`,
    });
  });
});

/** Gives the table of a folder vectors in its log, all of the same rows. */
function inline(folder: string, rows: readonly number[]): void {
  const data = encodeRows(rows);
  describeAnew(folder, () => ({
    storageType: "i",
    pathOrInlineDv: encodeZ85(data),
    sizeInBytes: data.length,
    cardinality: rows.length,
  }));
}

test("a vector within the log", async () => {
  const { table } = await copyOf("dv", (folder) => inline(folder, [0, 1, 199]));
  const snapshot = await snapshotOf(table, { kind: "version", version: 2 });
  const ids = (await readRows(table, snapshot)).map(([id]) => Number(id));
  expect(ids).toEqual(Array.from({ length: 197 }, (_, at) => at + 2));
});

test("the rows of a file are those of its statistics, whatever its columns are called", async () => {
  const { table } = await copyOf("dv", (folder) => {
    inline(folder, [0, 199]);
    const path = join(folder, "_delta_log", "00000000000000000002.json");
    const bounds = '{\\"minValues\\":{\\"numRecords\\":1},';
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace('{\\"numRecords', `${bounds}\\"numRecords`),
    );
  });
  const snapshot = await snapshotOf(table, { kind: "version", version: 2 });
  expect((await readRows(table, snapshot)).length).toBe(198);
});

test("vectors far apart in a file, and one of no rows", async () => {
  const gap = new Uint8Array(200_000);
  const { bytes, at } = encodeFile([encodeRows([1]), gap, encodeRows([2, 3])]);
  const change = (offset: number | undefined, cardinality: number) => (folder: string) => {
    writeFileSync(join(folder, "v%.bin"), bytes);
    const sizeInBytes = encodeRows(cardinality === 2 ? [2, 3] : [1]).length;
    const pathOrInlineDv = `file://${folder}/v%25.bin`;
    describeAnew(folder, () => ({
      storageType: "p",
      pathOrInlineDv,
      offset,
      sizeInBytes,
      cardinality,
    }));
  };
  const read = async (offset: number | undefined, cardinality: number) => {
    const { table, counts } = await copyOf("dv", change(offset, cardinality));
    const snapshot = await snapshotOf(table, { kind: "version", version: 2 });
    const rows = (await readRows(table, snapshot)).length;
    return [rows, counts["readRange"] ?? 0];
  };
  expect(await read(at[0], 1)).toEqual([199, 1]);
  expect(await read(at[2], 2)).toEqual([198, 2]); // the version apart
  expect(await read(at[0], 0)).toEqual([200, 0]);
});

describe("a table with vectors that is written", () => {
  const equals = (id: bigint) => {
    const column = { kind: "reference", id: -1, name: "id", type: long, nullable: true } as const;
    return call("=", [column, literal(id, long)], { type: boolean });
  };
  const schema = struct([field("id", long), field("v", string)]);

  test("by replaceWhere: the rest of a file is copied without what was deleted", async () => {
    const { table } = await copyOf("dv", (folder) => keepVersions(folder, 3));
    const replaceWhere = { condition: equals(8n), text: "id = 8" };
    const rows = rowsOf(schema, [[8n, "new"]]);
    const { snapshot } = await writeTable(table, writeOf(rows, { replaceWhere }));
    const found = await readRows(table, snapshot);
    expect(found.length).toBe(155);
    expect(found.filter(([id]) => id === 8n)).toEqual([[8n, "new"]]);
    expect(found.filter(([id]) => Number(id) % 7 === 0)).toEqual([]);
  });

  test("by overwrite: files go with their vectors", async () => {
    const { table } = await copyOf("dv", (folder) => keepVersions(folder, 3));
    const request = writeOf(rowsOf(schema, [[1n, "one"]]), { mode: "overwrite" });
    const { snapshot } = await writeTable(table, request);
    expect(await readRows(table, snapshot)).toEqual([[1n, "one"]]);
  });
});

/** Takes from a table the commits after a version. */
function keepVersions(folder: string, last: number): void {
  const log = join(folder, "_delta_log");
  for (const name of readdirSync(log)) {
    if (Number(name.slice(0, 20)) > last) rmSync(join(log, name));
  }
}
