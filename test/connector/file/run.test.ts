import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashKey, KeyFilter } from "../../../src/connector/file/key-filter.ts";
import { mergeRecords } from "../../../src/connector/file/merge.ts";
import {
  compareRecords,
  RunReader,
  type RunRecord,
  RunWriter,
} from "../../../src/connector/file/run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-run-"));
});
afterAll(() => rm(folder, { recursive: true }));

let made = 0;
function written(records: readonly RunRecord[]): { path: string; bytes: number } {
  const path = join(folder, `${made++}.run`);
  const writer = new RunWriter(path, records.length);
  for (const record of [...records].sort(compareRecords)) writer.add(record);
  return { path, bytes: writer.finish() };
}

function reader({ path, bytes }: { path: string; bytes: number }): RunReader {
  return new RunReader({ path, [Symbol.asyncDispose]: async () => undefined }, bytes);
}

const record = (key: string, timestamp = 1): RunRecord => ({
  ...{ key, timestamp, batchId: 0 },
  ...{ size: key.length, discoveryTime: undefined },
});

test("has what was written and nothing else, in any order of asking, over many blocks", async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.nat(5000).map(String));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(text, { maxLength: 900, minLength: 1, size: "max" }),
      fc.array(text, { maxLength: 50 }),
      async (keys, asked) => {
        const known = new Set(keys);
        await using run = reader(written(keys.map((key) => record(key))));
        for (const key of [...asked, ...keys]) {
          expect(run.has(key)).toBe(known.has(key));
          if (known.has(key)) expect(run.mayHave(hashKey(key))).toBe(true);
        }
        expect([...run.entries()].map(({ key }) => key)).toEqual(
          [...keys].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0)),
        );
      },
    ),
    { numRuns: 30 },
  );
});

test("tells states of a file apart by time, across the edges of blocks", async () => {
  const times = Array.from({ length: 700 }, (_, at) => at * 2);
  const records = [...times.map((time) => record("b", time)), record("a"), record("c")];
  await using run = reader(written(records));
  for (const time of times) expect(run.has("b", time)).toBe(true);
  expect([run.has("b", 1), run.has("b", 1400), run.has("a", 1), run.has("bb")]).toEqual([
    ...[false, false, true, false],
  ]);
});

test("a file that is cut short is an error by name", async () => {
  const { path, bytes } = written(Array.from({ length: 600 }, (_, at) => record(`k${at}`)));
  await writeFile(path, (await readFile(path)).subarray(0, bytes / 2));
  expect(() => reader({ path, bytes })).toThrow("CANNOT_PARSE_SOURCE_LOG");
  expect(() => reader({ path, bytes: Math.floor(bytes / 2) })).toThrow("CANNOT_PARSE_SOURCE_LOG");
});

test("runs become one, each record once", () => {
  const runs = [["a", "c", "e"], ["b", "c"], [], ["e", "f"]];
  const merged = mergeRecords(runs.map((keys) => keys.map((key) => record(key))));
  expect([...merged].map(({ key }) => key)).toEqual(["a", "b", "c", "e", "f"]);
});

test("the filter says yes of all that is in it, and of few that are not", () => {
  const filter = new KeyFilter(10_000);
  const name = (at: number): string => `file:///data/landing/part-${at}.json`;
  for (let at = 0; at < 10_000; at++) filter.add(hashKey(name(at)));
  const read = KeyFilter.fromText(filter.toText());
  let wrong = 0;
  for (let at = 0; at < 20_000; at++) {
    const said = read.mayHave(hashKey(name(at)));
    if (at < 10_000) expect(said).toBe(true);
    else if (said) wrong += 1;
  }
  expect(wrong).toBeLessThan(200);
});
