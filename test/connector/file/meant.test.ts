import { expect, test } from "vitest";
import { type ListingRules, listFiles } from "../../../src/connector/file/listing.ts";
import { foundFile } from "../../../src/connector/file/meant.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { FileStatus } from "../../../src/storage/store.ts";

const names = [
  ...["/in/a.json", "/in/b/c.json", "/in/b/d/e.json", "/in/day=1/f.json", "/in/day=1/h=2/g.json"],
  ...["/in/_hidden/a.json", "/in/.x.json", "/in/_x.json", "/in/b.csv", "/input/a.json"],
  ...["/out/a.json", "/in2/b/a.json"],
];

const rules: readonly (readonly [string, ListingRules])[] = [
  ["nested", { recursive: false, nested: true, prefixes: true }],
  ["strict", { recursive: false, nested: true }],
  ["recursive", { recursive: true, nested: false }],
  ["named", { recursive: false, nested: true, name: /\.json$/ }],
];

test.each(
  rules.flatMap(([kind, rule]) =>
    ["/in", "/in/b", "/i*", "/in/*", "/in/day=*", "/in/{b,day=1}", "/in/b/c.json", "/none"].map(
      (path) => [kind, path, rule] as const,
    ),
  ),
)("a file that is told of is what a listing finds: %s %s", async (_, path, rule) => {
  const store = memoryStore({ file: (end) => `/tmp/${end}` });
  for (const name of names) await store.put(name, new Uint8Array(3));
  const listed = await listFiles([{ store, path }], rule);
  const told = [];
  for (const name of names) {
    const status = (await store.stat(name)) as FileStatus;
    const file = foundFile([{ store, path }], rule, store, status);
    if (file) told.push(file);
  }
  const seen = (files: readonly { uri: string; partition: unknown; size: number }[]): object[] =>
    files
      .map(({ uri, partition, size }) => ({ uri, partition, size }))
      .sort((left, right) => (left.uri < right.uri ? -1 : 1));
  expect(seen(told)).toEqual(seen([...new Map(listed.map((file) => [file.uri, file])).values()]));
});
