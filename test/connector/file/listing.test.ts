import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ListingRules,
  listFiles,
  partitionBelow,
} from "../../../src/connector/file/listing.ts";
import type { Location } from "../../../src/storage/store.ts";
import { openSession } from "../session.ts";

const nested: ListingRules = { recursive: false, nested: true };

/** Whether a path means a file, in a store that has no other. */
async function finds(store: "file" | "memory", pattern: string, file: string, prefixes: boolean) {
  await using session = await openSession();
  let root: Location = await session.locate("root");
  if (store === "file") {
    await mkdir(dirname(join(session.folder, "root", file)), { recursive: true });
    await session.file(join("root", file), "x", 1);
  } else {
    root = await session.context.locate("memory:///root");
    await root.store.put(`/root${file}`, Buffer.from("x"));
  }
  const path = `${root.path}${pattern.replace(/\/$/, "")}`;
  return (await listFiles([{ store: root.store, path }], { ...nested, prefixes })).length === 1;
}

describe.each(["file", "memory"] as const)("a pattern and a file of a %s store", (store) => {
  test.each([
    ["/a/b", "/a/b/c/file.txt", true, true],
    ["/a/b", "/a/b_dir/c/file.txt", false, false],
    ["/a/b", "/a/b.txt", false, false],
    ["/a/b/", "/a/b.txt", false, false],
    ["/a/*/c/", "/a/b/c/file.txt", true, true],
    ["/a/*/c/", "/a/b/c/d/file.txt", true, true],
    ["/a/*/d/", "/a/b/c/d/file.txt", true, false],
    ["/a/*/c/", "/a/b/x/y/c/file.txt", true, false],
    ["/a/*/c", "/a/b/c_file.txt", true, false],
    ["/a/*/c/", "/a/b/c_file.txt", true, false],
    ["/a/*/c", "/a/b/cookie/file.txt", true, false],
    ["/a/b*", "/a/b.txt", true, true],
    ["/a/b*", "/a/b/file.txt", true, true],
    ["/a/{0.txt,1.txt}", "/a/0.txt", true, true],
    ["/a/*/{0.txt,1.txt}", "/a/0.txt", false, false],
    ["/a/b/[cde-h]/i/", "/a/b/c/i/file.txt", true, true],
  ])("%s, %s", async (pattern, file, byPrefix, strictly) => {
    expect(await finds(store, pattern, file, true)).toBe(byPrefix);
    expect(await finds(store, pattern, file, false)).toBe(strictly);
  });
});

test.each([true, false])(
  "a folder that a wildcard stands for may be a partition, by prefix: %s",
  async (prefixes) => {
    await using session = await openSession();
    const { store } = await session.context.locate("memory:///in");
    await store.put("/in/day=1/x/k=2/a.json", Buffer.from("{}"));
    const roots = [{ store, path: "/in/day=*" }];
    const [found] = await listFiles(roots, { ...nested, prefixes });
    const partition = [
      ["day", "1"],
      ["k", "2"],
    ];
    expect(found!.partition).toEqual(partition);
    expect(partitionBelow(found!.path, roots, nested)).toEqual(partition);
  },
);
