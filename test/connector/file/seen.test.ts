import fc from "fast-check";
import { expect, test } from "vitest";
import { SeenFiles } from "../../../src/connector/file/seen.ts";

test("knows what was added and nothing else, as a set does", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 300 }),
      fc.array(fc.string()),
      (added, asked) => {
        const seen = new SeenFiles();
        const set = new Set(added);
        for (const name of added) seen.add(name, 1);
        expect(seen.size).toBe(set.size);
        for (const name of [...added, ...asked]) expect(seen.isNew(name, 1)).toBe(!set.has(name));
      },
    ),
    { numRuns: 50 },
  );
});

test("holds many files with similar names", () => {
  const seen = new SeenFiles();
  const name = (at: number): string => `/data/in/part-${String(at).padStart(9, "0")}.json`;
  for (let at = 0; at < 200_000; at++) seen.add(name(at), at);
  expect(seen.size).toBe(200_000);
  expect(seen.isNew(name(200_001), 0)).toBe(true);
  expect(seen.isNew(name(199_999), 0)).toBe(false);
});

test("forgets what is too old, and takes nothing that old from then on", () => {
  const seen = new SeenFiles(100);
  seen.add("old", 1000);
  seen.add("new", 1101);
  expect(seen.isNew("older", 1)).toBe(true);
  seen.purge();
  expect(seen.size).toBe(1);
  expect(seen.isNew("old", 1000)).toBe(false);
  expect(seen.isNew("other", 1001)).toBe(true);
});
