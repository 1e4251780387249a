import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { call, literal } from "../../src/analysis/expression.ts";
import { boolean, field, integer, long, string, struct, timestamp } from "../../src/schema/type.ts";
import { Timestamp } from "../../src/schema/value.ts";
import { openTable, snapshotOf, tableAt } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { type Harness, openHarness, readRows, rowsOf, writeOf } from "./harness.ts";

const schema = struct([field("id", long), field("k", string)]);
let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

async function fresh(name: string) {
  return tableAt(harness.location(name), harness.context);
}

function ids(rows: readonly unknown[][]): number[] {
  return rows.map((row) => Number(row[0])).sort((a, b) => a - b);
}

const equals = (name: string, value: string | bigint) => {
  const type = typeof value === "string" ? string : long;
  const column = { kind: "reference", id: -1, name, type, nullable: true } as const;
  return call("=", [column, literal(value, type)], { type: boolean });
};

describe("append", () => {
  test("makes the table, then adds to it, and is read back", async () => {
    const table = await fresh("append");
    const first = await writeTable(
      table,
      writeOf(
        rowsOf(schema, [
          [1n, "a"],
          [2n, null],
        ]),
      ),
    );
    expect(first).toMatchObject({ version: 0, rows: 2, skipped: false });
    const second = await writeTable(table, writeOf(rowsOf(schema, [[3n, "c"]])));
    expect(second.version).toBe(1);
    expect(await readRows(table, second.snapshot)).toEqual([
      [1n, "a"],
      [2n, null],
      [3n, "c"],
    ]);
    const again = await openTable(harness.location("append"), { ...harness.context });
    const older = await snapshotOf(again, { kind: "version", version: 0 });
    expect((await older.totals()).numFiles).toBe(1);
    const [commit] = await table.log.history(1);
    expect(commit?.actions[0]).toMatchObject({
      commitInfo: {
        operation: "WRITE",
        operationParameters: { mode: "Append", partitionBy: "[]" },
        readVersion: 0,
        isBlindAppend: true,
        operationMetrics: { numFiles: "1", numOutputRows: "1" },
      },
    });
  });

  test("refuses a column the table has not, showing both schemas, and takes it with mergeSchema", async () => {
    const table = await fresh("merge");
    await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]])));
    const wider = rowsOf(struct([field("id", long), field("n", integer)]), [[2n, 7]]);
    await expect(writeTable(table, writeOf(wider))).rejects.toThrow(
      /DELTA_METADATA_MISMATCH[\s\S]*Table schema:\nroot\n \|-- id: long[\s\S]*Data schema:\nroot[\s\S]*n: integer/,
    );
    const merged = await writeTable(table, writeOf(wider, { options: { mergeschema: "true" } }));
    expect(merged.snapshot.schema.fields.map((one) => one.name)).toEqual(["id", "k", "n"]);
    expect(await readRows(table, merged.snapshot)).toEqual([
      [1n, "a", null],
      [2n, null, 7],
    ]);
  });

  test("casts by store assignment and refuses what does not go", async () => {
    const table = await fresh("cast");
    await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]])));
    const narrow = rowsOf(struct([field("k", integer), field("ID", integer)]), [[5, 2]]);
    const result = await writeTable(table, writeOf(narrow));
    expect(await readRows(table, result.snapshot)).toEqual([
      [1n, "a"],
      [2n, "5"],
    ]);
    const wrong = rowsOf(struct([field("id", string)]), [["x"]]);
    await expect(writeTable(table, writeOf(wrong))).rejects.toThrow(
      /DELTA_INCOMPATIBLE_WRITE_TYPE/,
    );
  });

  test("skips a transaction the table has already", async () => {
    const table = await fresh("txn");
    const streaming = { queryId: "q", batchId: 0, outputMode: "append" as const };
    const rows = rowsOf(schema, [[1n, "a"]]);
    expect((await writeTable(table, writeOf(rows, { streaming }))).skipped).toBe(false);
    expect((await writeTable(table, writeOf(rows, { streaming }))).skipped).toBe(true);
    const next = await writeTable(
      table,
      writeOf(rows, { streaming: { ...streaming, batchId: 1 } }),
    );
    expect(next).toMatchObject({ version: 1, skipped: false });
    expect(next.snapshot.transactions.get("q")).toBe(1);
  });

  test("keeps nulls out of NOT NULL columns and commits nothing then", async () => {
    const table = await fresh("required");
    const definition = { schema: struct([field("id", long, false), field("k", string)]) };
    const create = { definition, isManaged: false };
    await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]]), { create }));
    await expect(writeTable(table, writeOf(rowsOf(schema, [[null, "b"]])))).rejects.toThrow(
      /DELTA_NOT_NULL_CONSTRAINT_VIOLATED.*id/,
    );
    expect((await table.log.update())?.version).toBe(0);
  });
});

test("NOT NULL holds within structs, where parents may be null", async () => {
  const table = await fresh("nested");
  const nested = struct([field("s", struct([field("a", long, false)]))]);
  const create = { definition: { schema: nested }, isManaged: false };
  const loose = struct([field("s", struct([field("a", long)]))]);
  await writeTable(table, writeOf(rowsOf(loose, [[{ a: 1n }], [null]]), { create }));
  await expect(writeTable(table, writeOf(rowsOf(loose, [[{ a: null }]])))).rejects.toThrow(
    /DELTA_NOT_NULL_CONSTRAINT_VIOLATED.*s\.a/,
  );
});

describe("overwrite", () => {
  test("replaces all rows, or only the partitions written", async () => {
    const table = await fresh("overwrite");
    const partitionBy = ["k"];
    const rows = rowsOf(schema, [
      [1n, "a/b"],
      [2n, "c"],
      [3n, null],
    ]);
    const first = await writeTable(table, writeOf(rows, { partitionBy }));
    expect((await first.snapshot.totals()).numFiles).toBe(3);
    const some = rowsOf(schema, [[9n, "a/b"]]);
    const options = { partitionoverwritemode: "dynamic" };
    const dynamic = await writeTable(table, writeOf(some, { mode: "overwrite", options }));
    expect(ids(await readRows(table, dynamic.snapshot))).toEqual([2, 3, 9]);
    const all = await writeTable(table, writeOf(some, { mode: "overwrite" }));
    expect(await readRows(table, all.snapshot)).toEqual([[9n, "a/b"]]);
    expect(ids(await readRows(table, dynamic.snapshot))).toEqual([2, 3, 9]);
    expect(ids(await readRows(table, first.snapshot))).toEqual([1, 2, 3]);
    await expect(writeTable(table, writeOf(some, { partitionBy: ["id"] }))).rejects.toThrow(
      /Partition columns do not match/,
    );
  });

  test("replaces a partition that another writer spelled in another way", async () => {
    const table = await fresh("spelled");
    const timed = struct([field("id", long), field("at", timestamp)]);
    const at = new Timestamp(1_600_000_000_000_000n);
    await writeTable(table, writeOf(rowsOf(timed, [[1n, at]]), { partitionBy: ["at"] }));
    const snapshot = await snapshotOf(table);
    const [file] = await snapshot.files();
    const partitionValues = { at: "2020-09-13 12:26:40" };
    await table.log.write({
      readVersion: 0,
      actions: [{ add: { ...file!, path: "theirs.parquet", partitionValues } }],
      info: { operation: "WRITE" },
      reads: { wholeTable: false, files: new Set(), appIds: new Set() },
    });
    const options = { partitionoverwritemode: "dynamic" };
    const rows = rowsOf(timed, [[2n, at]]);
    const dynamic = await writeTable(table, writeOf(rows, { mode: "overwrite", options }));
    expect((await dynamic.snapshot.totals()).numFiles).toBe(1);
  });

  test("replaceWhere replaces the rows that match, inside files too", async () => {
    const table = await fresh("where");
    await writeTable(
      table,
      writeOf(
        rowsOf(schema, [
          [1n, "a"],
          [2n, "b"],
          [3n, "a"],
          [4n, null],
        ]),
      ),
    );
    const replaceWhere = { condition: equals("k", "a"), text: "k = 'a'" };
    const wrong = rowsOf(schema, [[7n, "b"]]);
    await expect(writeTable(table, writeOf(wrong, { replaceWhere }))).rejects.toThrow(
      /DELTA_REPLACE_WHERE_MISMATCH/,
    );
    const right = rowsOf(schema, [[7n, "a"]]);
    const result = await writeTable(table, writeOf(right, { replaceWhere }));
    expect(ids(await readRows(table, result.snapshot))).toEqual([2, 4, 7]);
  });

  test("overwriteSchema puts the data's schema in place of the table's", async () => {
    const table = await fresh("schema");
    await writeTable(table, writeOf(rowsOf(schema, [[1n, "a"]])));
    const other = rowsOf(struct([field("x", integer)]), [[5]]);
    const options = { overwriteschema: "true" };
    const result = await writeTable(table, writeOf(other, { mode: "overwrite", options }));
    expect(await readRows(table, result.snapshot)).toEqual([[5]]);
  });
});

test("writes a checkpoint each ten commits, which a new log starts from", async () => {
  const table = await fresh("checkpoint");
  for (let id = 0n; id <= 11n; id++) await writeTable(table, writeOf(rowsOf(schema, [[id, "v"]])));
  const { openLog } = await import("../../src/log/open.ts");
  for (let version = 0; version <= 10; version++) {
    const name = `${String(version).padStart(20, "0")}.json`;
    await harness.store.delete(`${table.location.path}/_delta_log/${name}`);
  }
  const snapshot = await openLog(table.location, harness.context).update();
  expect(snapshot?.version).toBe(11);
  expect((await snapshot?.totals())?.numFiles).toBe(12);
  const live = snapshot === undefined ? [] : await readRows(table, snapshot);
  expect(ids(live)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await expect(table.log.commit(3)).rejects.toThrow(/DELTA_LOG_FILE_NOT_FOUND.*11/);
});
