import fc from "fast-check";
import { expect, test } from "vitest";
import type { FilePolicy } from "../../../src/connector/file/plan.ts";
import { SeenFiles } from "../../../src/connector/file/seen.ts";

const byPath: FilePolicy = { latestFirst: false, fileNameOnly: false, overwrites: false };

test("knows what was added and nothing else, as a set does", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 300 }),
      fc.array(fc.string()),
      (added, asked) => {
        const seen = new SeenFiles(byPath);
        const set = new Set(added);
        for (const name of added) seen.add(name, 1);
        expect(seen.held).toBe(set.size);
        for (const name of [...added, ...asked]) expect(seen.isNew(name, 1)).toBe(!set.has(name));
      },
    ),
    { numRuns: 50 },
  );
});

test("takes s3a and s3n for s3: a checkpoint of Hadoop's names goes on", () => {
  const seen = new SeenFiles(byPath);
  seen.add("s3a://bucket/a.json", 1);
  expect(seen.isNew("s3://bucket/a.json", 1)).toBe(false);
  expect(seen.isNew("s3://other/a.json", 1)).toBe(true);
});

test("tells files by name alone, or by time too, where that is asked for", () => {
  const byName = new SeenFiles({ ...byPath, fileNameOnly: true });
  byName.add("file:///a/x.json", 1);
  expect(byName.isNew("file:///b/x.json", 1)).toBe(false);
  expect(byName.isNew("file:///a/xx.json", 1)).toBe(true);
  const overwritten = new SeenFiles({ ...byPath, overwrites: true });
  overwritten.add("file:///a/x.json", 1);
  expect(overwritten.isNew("file:///a/x.json", 1)).toBe(false);
  expect(overwritten.isNew("file:///a/x.json", 2)).toBe(true);
});

test("forgets what is too old, and takes nothing that old from then on", () => {
  const seen = new SeenFiles(byPath, 100);
  seen.add("old", 1000);
  seen.add("new", 1101);
  expect(seen.isNew("older", 1)).toBe(true);
  seen.purge();
  expect(seen.held).toBe(1);
  expect(seen.isNew("old", 1000)).toBe(false);
  expect(seen.isNew("other", 1001)).toBe(true);
});
