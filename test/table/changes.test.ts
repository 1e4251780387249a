import { expect, test } from "vitest";
import type { Action } from "../../src/log/action.ts";
import { changesOf } from "../../src/table/changes.ts";

const add = (path: string, dataChange: boolean): Action => ({
  add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange },
});

test("what a stream needs of a commit, in the order of its lines", () => {
  const actions: Action[] = [
    { commitInfo: { operation: "WRITE" } },
    add("b", true),
    { remove: { path: "gone", dataChange: true } },
    { remove: { path: "moved", dataChange: false } },
    add("moved", false),
    add("a", true),
    { txn: { appId: "q", version: 3 } },
  ];
  const changes = changesOf({ version: 4, timestamp: 9, actions });
  expect(changes).toMatchObject({
    version: 4,
    timestamp: 9,
    operation: "WRITE",
    metadata: undefined,
  });
  expect(changes.adds.map((file) => file.path)).toEqual(["b", "a"]);
  expect(changes.removes.map((file) => file.path)).toEqual(["gone"]);
  expect(changes.transactions).toEqual([{ appId: "q", version: 3 }]);
});
