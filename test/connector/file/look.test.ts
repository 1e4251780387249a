import { expect, test } from "vitest";
import { lookAt } from "../../../src/connector/file/look.ts";
import { type Counts, withCounts } from "../../../src/storage/count.ts";
import { memoryStore } from "../../../src/storage/memory.ts";

const bytes = new Uint8Array(3);
const name = (at: number): string => `/in/d=${at % 7}/f${String(at).padStart(4, "0")}`;

const unstaged = () => {
  throw new Error("nothing is staged here");
};

async function storeOf(files: number) {
  const counts: Counts = {};
  const store = withCounts(memoryStore({ file: unstaged }), counts);
  for (let at = 0; at < files; at++) await store.put(name(at), bytes);
  return { store, counts };
}

test("files of an object store are looked for in one listing, in any order", async () => {
  const { store, counts } = await storeOf(400);
  const wanted = [350, 3, 200, 3, 9_999, 12].map((at) => ({ store, path: name(at) }));
  const found = await lookAt(wanted);
  expect(found.map((status) => status?.path)).toEqual([
    ...[350, 3, 200, 3].map(name),
    undefined,
    name(12),
  ]);
  expect(found[0]).toEqual(await store.stat(name(350)));
  expect(counts).toMatchObject({ list: 1, stat: 1 });
});

test("files that are far apart, or few, are asked for one by one", async () => {
  const { store, counts } = await storeOf(700);
  const few = await lookAt([0, 1].map((at) => ({ store, path: name(at) })));
  expect(few.map((status) => status?.size)).toEqual([3, 3]);
  expect(counts).toMatchObject({ stat: 2 });
  const [first, last] = ["/in/a", "/in/z"];
  for (const path of [first, last]) await store.put(path, bytes);
  const apart = [last, first, "/in/y"].map((path) => ({ store, path }));
  expect((await lookAt(apart)).map((status) => status?.path)).toEqual([last, first, undefined]);
  // The listing ends long before the last two.
  expect(counts).toMatchObject({ list: 1, stat: 4 });
});
