import fc from "fast-check";
import { expect, test } from "vitest";
import { beforeFirst, type DeltaOffset } from "../../../src/connector/delta/offset.ts";
import {
  admit,
  slice,
  snapshotOrder,
  unlimited,
  versionsBetween,
} from "../../../src/connector/delta/plan.ts";
import type { Add } from "../../../src/log/action.ts";

function add(path: string, size = 1, modificationTime = 0): Add {
  return { path, partitionValues: {}, size, modificationTime, dataChange: true };
}

const start: DeltaOffset = { tableId: "t", version: 5, index: beforeFirst, initial: false };
const none = (): boolean => false;

test("a snapshot is in order of time, then of path", () => {
  const files = [add("b", 1, 2), add("c", 1, 1), add("a", 1, 2)];
  expect(snapshotOrder(files).map(({ path }) => path)).toEqual(["c", "a", "b"]);
});

test("a size is a soft limit, and files that are skipped take no room", () => {
  const version = {
    version: 5,
    initial: false,
    files: [add("x", 9), add("a", 6), add("b", 6), add("c")],
  };
  const skip = ({ path }: Add): boolean => path === "x";
  const { end, full } = admit(start, version, {
    limit: { ...unlimited, maxBytes: 10 },
    skip,
    first: true,
  });
  expect([end.index, full]).toEqual([2, true]);
});

test("a version without files is passed", () => {
  const version = { version: 5, initial: false, files: [] };
  const { end, full } = admit(start, version, { limit: unlimited, skip: none, first: true });
  expect([end.version, end.index, full]).toEqual([6, beforeFirst, false]);
});

test("however batches are cut, each file comes once and in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      (sizes, maxFiles) => {
        const versions = sizes.map((count, at) => ({
          version: 5 + at,
          initial: false,
          files: Array.from({ length: count }, (_, index) => add(`${at}-${index}`)),
        }));
        const taken: string[] = [];
        const limit = { ...unlimited, maxFiles };
        for (let from = start; from.version < 5 + sizes.length; ) {
          const version = versions[from.version - 5]!;
          const { end } = admit(from, version, { limit, skip: none, first: true });
          const files = versionsBetween(from, end).flatMap((number) =>
            slice(versions[number - 5]!, from, end),
          );
          expect(files.length).toBeLessThanOrEqual(maxFiles);
          taken.push(...files.map(({ path }) => path));
          from = end;
        }
        expect(taken).toEqual(versions.flatMap(({ files }) => files.map(({ path }) => path)));
      },
    ),
    { numRuns: 200 },
  );
});

test("what cannot be divided is taken whole or not at all, but the first always", () => {
  const version = { version: 5, initial: false, whole: true, files: [add("a", 4), add("b", 4)] };
  const rule = (maxFiles: number, maxBytes: number, first: boolean) =>
    admit(start, version, { limit: { maxFiles, maxBytes }, skip: none, first });
  expect(rule(1, 1, true)).toMatchObject({ end: { version: 6 }, full: true });
  expect(rule(1, 100, false)).toMatchObject({ end: start, full: true });
  expect(rule(100, 7, false)).toMatchObject({ end: start, full: true });
  expect(rule(2, 100, false)).toMatchObject({ end: { version: 6 }, full: true });
  expect(rule(3, 9, false)).toMatchObject({ end: { version: 6 }, full: false });
});
