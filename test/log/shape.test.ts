import { describe, expect, test } from "vitest";
import { parseCommit } from "../../src/log/commit-file.ts";

function parse(action: object): unknown {
  return parseCommit(new TextEncoder().encode(JSON.stringify(action)), "/t/_delta_log/0.json");
}

const vector = { storageType: "u", pathOrInlineDv: "x", sizeInBytes: 4, cardinality: 1 };

describe("actions of the wrong shape", () => {
  test.each([
    [{ add: { size: 1 } }, "add has no path"],
    [{ add: { path: 1 } }, "path is not a string"],
    [{ add: { path: "a", partitionValues: [] } }, "partitionValues is not a map of strings"],
    [{ add: { path: "a", partitionValues: { p: 1 } } }, "partitionValues is not a map of strings"],
    [{ add: { path: "a", size: 1.5 } }, "size is not a whole number"],
    [{ add: { path: "a", stats: {} } }, "stats is not a string"],
    [
      { add: { path: "a", deletionVector: { ...vector, cardinality: "1" } } },
      "cardinality is not a whole number",
    ],
    [{ remove: { path: "a", deletionVector: { storageType: "u" } } }, "has no pathOrInlineDv"],
    [{ metaData: { id: "x", partitionColumns: "p" } }, "partitionColumns is not a list of strings"],
    [{ metaData: { id: "x", configuration: { a: {} } } }, "configuration is not a map of strings"],
    [{ protocol: { minReaderVersion: 1 } }, "protocol has no minWriterVersion"],
    [
      { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: "x" } },
      "readerFeatures is not a list of strings",
    ],
    [{ txn: { appId: "a", version: "1" } }, "version is not a whole number"],
    [{ domainMetadata: { domain: "a", removed: 1 } }, "removed is not a boolean"],
    [{ add: 1 }, "add is not an object"],
  ])("%j", (action, reason) => {
    expect(() => parse(action)).toThrow(reason);
    expect(() => parse(action)).toThrow("[DELTA_LOG_CORRUPT] Cannot read line 1 of /t/_delta_log");
  });

  test("names of JavaScript's own are no fields that are there", () => {
    expect(() => parse({ add: { constructor: 1 } })).toThrow("add has no path");
  });
});

test("fields and actions that are not known hold anything", () => {
  expect(parse({ add: { path: "a", unknown: { x: [1] } } })).toMatchObject([
    { add: { path: "a" } },
  ]);
  expect(parse({ unknown: 1 })).toEqual([]);
  const commitInfo = { operationParameters: { a: 1, b: [true], c: { d: null } }, timestamp: 1 };
  expect(parse({ commitInfo })).toEqual([{ commitInfo }]);
});
