import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { openLog } from "../../src/log/open.ts";
import { localStore } from "../../src/storage/local.ts";

const golden = fileURLToPath(new URL("../golden/table/partition_types/table", import.meta.url));

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = openEngine({});
  folder = mkdtempSync(join(tmpdir(), "millrace-checksum-"));
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

let copies = 0;

/** Loads a copy of a table of Spark's, one file of its log edited. */
async function load(file: string, edit: (text: string) => string): Promise<number | undefined> {
  const path = join(folder, `t${copies++}`);
  cpSync(golden, path, { recursive: true });
  const edited = join(path, "_delta_log", file);
  const text = readFileSync(edited, "utf8");
  expect(edit(text)).not.toBe(text);
  writeFileSync(edited, edit(text));
  const context = { engine, staging: folder, corruptionIsFatal: true };
  return (await openLog({ store: localStore(), path }, context).update())?.version;
}

const commit = "00000000000000000000.json";
const checksum = "00000000000000000000.crc";
const lineOf = (kind: string) => new RegExp(`\\n\\{"${kind}":.*`);

describe("a log that was changed after it was committed is told by its checksum", () => {
  test.each<[string, (text: string) => string, string]>([
    [
      "a file less",
      (text) => text.replace(lineOf("add"), ""),
      "numFiles, tableSizeBytes, allFiles",
    ],
    ["a size", (text) => text.replace(/"size":\d/, '"size":9'), "tableSizeBytes, allFiles"],
    ["a partition", (text) => text.replace("2024-01-01", "2024-01-02"), "allFiles"],
    [
      "a column",
      (text) => text.replace('\\"name\\":\\"', '\\"name\\":\\"x'),
      "metadata.schemaString",
    ],
    [
      "a property",
      (text) => text.replace('"configuration":{', '"configuration":{"a":"b"'),
      "metadata.configuration",
    ],
    [
      "a version",
      (text) => text.replace('"minReaderVersion":1', '"minReaderVersion":2'),
      "protocol",
    ],
  ])("%s", async (_, edit, mismatch) => {
    await expect(load(commit, edit)).rejects.toMatchObject({
      code: "DELTA_TXN_LOG_FAILED_INTEGRITY",
      parameters: { mismatch: expect.stringContaining(mismatch) },
    });
  });

  test("what does not say how rows are read may differ", async () => {
    expect(await load(commit, (text) => text.replace('"createdTime":', '"other":'))).toBe(0);
  });
});

test.each<[string, (text: string) => string]>([
  ["is cut", (text) => text.slice(0, -20)],
  ["has no sizes", (text) => text.replace("numFiles", "files")],
  ["lists what are no files", (text) => text.replace('"allFiles":[', '"allFiles":[1,')],
  [
    "is of metadata that is none",
    (text) => text.replace('"partitionColumns":[', '"partitionColumns":[1,'),
  ],
])("a checksum that %s says nothing", async (_, edit) => {
  expect(await load(checksum, edit)).toBe(0);
});
