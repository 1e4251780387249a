import { expect, test } from "vitest";
import { FolderEnds, maxLevels } from "../../../src/connector/file/folder-end.ts";

function of(paths: readonly string[], worth = 1, levels = maxLevels): FolderEnds {
  const ends = new FolderEnds("/in", levels, worth);
  const follow = ends.follow();
  for (const path of paths) follow(path);
  follow();
  return ends;
}

const seeking = { seeks: true };
const none: ReadonlySet<number> = new Set();

test("a folder ends with the last file in it, at each depth", () => {
  const ends = of(["/in/a/1", "/in/a/x/2", "/in/b/1", "/in/c", "/in/d/y/z/3"]);
  expect(ends.ends(0)).toEqual(["/in/d/y/z/3"]);
  expect(ends.ends(1)).toEqual(["/in/a/x/2", "/in/b/1", "/in/d/y/z/3"]);
  expect(ends.ends(2)).toEqual(["/in/a/x/2", "/in/d/y/z/3"]);
  expect(ends.end("/in/a/new", 1)).toBe("/in/a/x/2");
  expect(ends.end("/in/new/1", 1)).toBeUndefined();
  expect(ends.end("/in/a/1", 2)).toBeUndefined();
});

test("the depths at which a new file is not the last are told", () => {
  const ends = of(["/in/a/1/1", "/in/a/2/1", "/in/b/1/1"]);
  const depths = (path: string): number[] => {
    const found = new Set<number>();
    ends.disorder(path, found);
    return [...found];
  };
  expect(depths("/in/b/1/2")).toEqual([]);
  expect(depths("/in/a/2/2")).toEqual([0]);
  expect(depths("/in/a/1/2")).toEqual([0, 1]);
  expect(depths("/in/a/1/0")).toEqual([0, 1, 2]);
  expect(depths("/in/a/0/0")).toEqual([0, 1]);
});

test("the ends of folders are worth it in few that are full, where a store seeks", () => {
  const files = ["a", "b"].flatMap((one) => ["1", "2", "3"].map((name) => `/in/${one}/${name}`));
  const first = new Set([0]);
  expect(of(files, 3).depth(none, seeking)).toBe(0);
  expect(of(files, 3).depth(first, seeking)).toBe(1);
  expect(of(files, 3).depth(first, {})).toBeUndefined();
  expect(of(files, 4).depth(first, seeking)).toBeUndefined();
  expect(of(files, 3).depth(new Set([0, 1]), seeking)).toBeUndefined();
  expect(of(files, 3, 1).depth(first, seeking)).toBeUndefined();
  expect(of([]).depth(none, seeking)).toBeUndefined();
  const many = Array.from({ length: 1_001 }, (_, at) => `/in/${String(at).padStart(4, "0")}/1`);
  expect(of(many, 0).depth(first, seeking)).toBeUndefined();
});
