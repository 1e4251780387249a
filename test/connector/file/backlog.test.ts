import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Backlog } from "../../../src/connector/file/backlog.ts";
import { type FilePolicy, takeBatch } from "../../../src/connector/file/plan.ts";
import { SeenFiles } from "../../../src/connector/file/seen.ts";

let staging: string;
beforeAll(async () => {
  staging = await mkdtemp(join(tmpdir(), "millrace-backlog-"));
});
afterAll(() => rm(staging, { recursive: true }));

const policy: FilePolicy = { latestFirst: false, fileNameOnly: false, overwrites: false };

function found(uri: string, modificationTime: number, size = 1) {
  const location = { store: undefined as never, path: uri };
  return { uri, path: uri, modificationTime, size, location, partition: [] };
}

test("gives files by time, then by name, however many had to go to disk", async () => {
  const file = fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: -5, max: 5 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { maxLength: 60 }),
      fc.boolean(),
      async (files, latestFirst) => {
        const backlog = new Backlog({ staging, latestFirst, held: 7 });
        for (const [name, time] of files) backlog.add(found(name, time));
        const taken: (readonly [string, number])[] = [];
        for (let next = backlog.peek(); next; next = backlog.peek()) {
          taken.push([next.uri, next.modificationTime]);
          backlog.take();
        }
        const sign = latestFirst ? -1 : 1;
        const unique = new Map(files.map((one) => [`${one[1]} ${one[0]}`, one] as const));
        const byName = (left: string, right: string): number => (left < right ? -1 : 1);
        expect(taken.filter((one, at) => String(one) !== String(taken[at - 1]))).toEqual(
          [...unique.values()].sort(
            (left, right) => sign * (left[1] - right[1]) || byName(left[0], right[0]),
          ),
        );
        await backlog.clear();
        expect(backlog.peek()).toBeUndefined();
      },
    ),
    { numRuns: 60 },
  );
  expect(await readdir(staging)).toEqual([]);
});

test("a batch has at least one file, at most so many, and no more once the bytes are passed", () => {
  const backlog = new Backlog({ staging, latestFirst: false });
  const seen = new SeenFiles(policy);
  for (const [at, size] of [9, 4, 4, 4, 1].entries()) backlog.add(found(`file:///${at}`, at, size));
  backlog.add(found("file:///4", 4, 1));
  seen.add("file:///3", 3);
  const names = (more: Partial<FilePolicy>) =>
    takeBatch(backlog, seen, { ...policy, ...more }).map(({ uri }) => uri.slice(8));
  expect(names({ maxBytes: 8 })).toEqual(["0"]);
  expect(names({ maxBytes: 8, maxFiles: 1 })).toEqual(["1"]);
  expect(names({ maxBytes: 8 })).toEqual(["2", "4"]);
  expect(names({})).toEqual([]);
});
