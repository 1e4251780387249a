import { describe, expect, test } from "vitest";
import type { Action, DeletionVector } from "../../src/log/action.ts";
import { changesOf } from "../../src/table/changes.ts";

const vector = (pathOrInlineDv: string): DeletionVector => {
  return { storageType: "i", pathOrInlineDv, sizeInBytes: 1, cardinality: 1 };
};
const add = (path: string, more: { dataChange?: boolean; dv?: string } = {}): Action => ({
  add: {
    ...{ path, partitionValues: {}, size: 1, modificationTime: 0 },
    dataChange: more.dataChange ?? true,
    ...(more.dv === undefined ? {} : { deletionVector: vector(more.dv) }),
  },
});
const remove = (path: string, more: { dataChange?: boolean; dv?: string } = {}): Action => ({
  remove: {
    path,
    dataChange: more.dataChange ?? true,
    ...(more.dv === undefined ? {} : { deletionVector: vector(more.dv) }),
  },
});
const changes = (actions: readonly Action[]) => changesOf({ version: 4, timestamp: 9, actions });

describe("the changes of a commit", () => {
  test("are added and removed files in the order of its lines, but for moved rows", () => {
    const { files, whole } = changes([
      add("b"),
      remove("gone"),
      remove("moved", { dataChange: false }),
      add("rewritten", { dataChange: false }),
      add("a"),
      { txn: { appId: "q", version: 3 } },
    ]);
    expect(files.map((file) => [file.path, file.changeType])).toEqual([
      ["b", "insert"],
      ["gone", "delete"],
      ["a", "insert"],
    ]);
    expect(whole).toBe(false);
  });

  test("are its change files alone, if there are any", () => {
    const cdc: Action = { cdc: { path: "c", partitionValues: {}, size: 2, dataChange: false } };
    expect(changes([add("a"), cdc, remove("gone")])).toEqual({
      version: 4,
      files: [{ path: "c", size: 2, partitionValues: {} }],
      whole: true,
    });
  });

  test("of a file with another deletion vector know its other state, however it is spelled", () => {
    const { files, whole } = changes([remove("a b", { dv: "1" }), add("a%20b", { dv: "2" })]);
    expect(files).toMatchObject([
      { changeType: "delete", deletionVector: vector("1"), other: { deletionVector: vector("2") } },
      { changeType: "insert", deletionVector: vector("2"), other: { deletionVector: vector("1") } },
    ]);
    expect(whole).toBe(true);
    const [first, second] = changes([remove("a"), add("a", { dv: "2" })]).files;
    expect(first).toMatchObject({ other: { deletionVector: vector("2") } });
    expect(first).not.toHaveProperty("deletionVector");
    expect(second).toMatchObject({ deletionVector: vector("2"), other: {} });
    expect(second?.other).not.toHaveProperty("deletionVector");
  });

  test("are none of a MERGE that changed no row, whatever it rewrote", () => {
    const merge = (updated: string): Action => ({
      commitInfo: {
        operation: "MERGE",
        operationMetrics: {
          numTargetRowsInserted: "0",
          numTargetRowsUpdated: updated,
          numTargetRowsDeleted: "0",
        },
      },
    });
    expect(changes([merge("0"), add("a"), remove("b")]).files).toEqual([]);
    expect(changes([merge("1"), add("a"), remove("b")]).files).toHaveLength(2);
  });
});
