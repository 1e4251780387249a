import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRecords, type RunRecord } from "../../../src/connector/file/run.ts";
import { Sorter } from "../../../src/connector/file/sorter.ts";

let staging: string;
beforeAll(async () => {
  staging = await mkdtemp(join(tmpdir(), "millrace-sorter-"));
});
afterAll(() => rm(staging, { recursive: true }));

const record = (key: string): RunRecord => ({
  ...{ key, timestamp: 1, batchId: 0 },
  ...{ size: 1, discoveryTime: undefined },
});

test("only what is more than it may hold goes to disk, all is in order, and nothing stays", async () => {
  const sorter = new Sorter<RunRecord>({
    ...{ staging, held: 3, compare: compareRecords },
    record: (of) => ({ ...of, of }),
  });
  for (const key of ["c", "a", "b"]) sorter.add(record(key));
  expect(await readdir(staging)).toEqual([]);
  for (const key of ["f", "d", "a", "e"]) sorter.add(record(key));
  expect(await readdir(staging)).toHaveLength(2);
  expect(sorter.size).toBe(7);
  const all = [...sorter.inOrder()];
  expect(all.map(({ key }) => key)).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(all.filter(({ of }) => of !== undefined).map(({ key }) => key)).toEqual(["e"]);
  await sorter.clear();
  expect(await readdir(staging)).toEqual([]);
  expect(sorter.size).toBe(0);
});
