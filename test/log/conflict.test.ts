import { describe, expect, test } from "vitest";
import type { Action } from "../../src/log/action.ts";
import { conflictOf } from "../../src/log/conflict.ts";
import type { Commit, CommitRequest, ReadSet } from "../../src/log/log.ts";

const add = (path: string, dataChange = true): Action => ({
  add: { path, partitionValues: {}, size: 1, modificationTime: 0, dataChange },
});
const remove = (path: string, dataChange = true): Action => ({ remove: { path, dataChange } });
const metaData: Action = {
  metaData: {
    id: "m",
    format: { provider: "parquet", options: {} },
    schemaString: "{}",
    partitionColumns: [],
    configuration: {},
  },
};
const protocol: Action = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } };
const txn = (appId: string): Action => ({ txn: { appId, version: 1 } });
const domain = (name: string): Action => ({
  domainMetadata: { domain: name, configuration: "", removed: false },
});

function request(actions: Action[], reads: Partial<ReadSet> = {}): CommitRequest {
  const none = { wholeTable: false, files: new Set<string>(), appIds: new Set<string>() };
  return { readVersion: 1, actions, info: {}, reads: { ...none, ...reads } };
}

function winner(actions: Action[], isBlindAppend = false): Commit {
  const info: Action = { commitInfo: { operation: "WRITE", isBlindAppend } };
  return { version: 2, timestamp: 0, actions: [info, ...actions] };
}

function codeOf(mine: CommitRequest, theirs: Commit): string | undefined {
  return conflictOf(mine, theirs)?.code;
}

describe("a blind append", () => {
  const blind = request([add("a")]);
  test.each([
    ["another append", [add("b")], undefined],
    ["a delete", [remove("b")], undefined],
    ["a change of the protocol", [protocol], "DELTA_PROTOCOL_CHANGED"],
    ["a change of the metadata", [metaData, add("b")], "DELTA_METADATA_CHANGED"],
    ["another application's batch", [txn("x")], undefined],
  ] as const)("against %s", (_, actions, code) => {
    expect(codeOf(blind, winner([...actions]))).toBe(code);
  });
});

test("a batch of the same application is a conflict", () => {
  const mine = request([txn("q"), add("a")], { appIds: new Set(["q"]) });
  expect(codeOf(mine, winner([txn("q"), add("b")]))).toBe("DELTA_CONCURRENT_TRANSACTION");
});

test("the same metadata domain is a conflict", () => {
  expect(codeOf(request([domain("d")]), winner([domain("d")]))).toBe(
    "DELTA_CONCURRENT_TRANSACTION",
  );
  expect(codeOf(request([domain("d")]), winner([domain("e")]))).toBeUndefined();
});

describe("a read of the whole table", () => {
  const mine = request([add("a"), remove("old")], { wholeTable: true });
  test("conflicts with an append, blind or not", () => {
    expect(codeOf(mine, winner([add("b")], true))).toBe("DELTA_CONCURRENT_APPEND");
  });
  test("under WriteSerializable not with a blind one", () => {
    const weaker = { ...mine, info: { isolationLevel: "WriteSerializable" } };
    expect(codeOf(weaker, winner([add("b")], true))).toBeUndefined();
    expect(codeOf(weaker, winner([add("b")], false))).toBe("DELTA_CONCURRENT_APPEND");
  });
  test("conflicts with a delete", () => {
    expect(codeOf(mine, winner([remove("x")]))).toBe("DELTA_CONCURRENT_DELETE_READ");
  });
});

test("files are compared by what their paths mean", () => {
  const reads = { files: new Set(["a b"]) };
  expect(codeOf(request([add("n")], reads), winner([remove("a%20b")]))).toBe(
    "DELTA_CONCURRENT_DELETE_READ",
  );
  expect(codeOf(request([remove("file:/x")]), winner([remove("/x")]))).toBe(
    "DELTA_CONCURRENT_DELETE_DELETE",
  );
});

test("a predicate conflicts with the added files it matches only", () => {
  const reads = { matches: (file: { path: string }) => file.path === "b" };
  expect(codeOf(request([remove("o")], reads), winner([add("b")]))).toBe("DELTA_CONCURRENT_APPEND");
  expect(codeOf(request([remove("o")], reads), winner([add("c")]))).toBeUndefined();
});

test("rearranging data does not conflict with appends", () => {
  const mine = request([remove("o", false), add("n", false)], { wholeTable: true });
  expect(codeOf(mine, winner([add("b")]))).toBeUndefined();
});
