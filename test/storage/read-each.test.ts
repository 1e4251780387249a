import { expect, test } from "vitest";
import { withCounts } from "../../src/storage/count.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { memoryStore } from "../../src/storage/memory.ts";
import { readEach } from "../../src/storage/read-each.ts";
import type { Store } from "../../src/storage/store.ts";

async function filled(count: number): Promise<{ store: Store; paths: string[] }> {
  const store = memoryStore({ file: (suffix) => `/nowhere${suffix}` });
  const paths = Array.from({ length: count }, (_, index) => `/t/${index}`);
  for (const path of paths) await store.put(path, Buffer.from(path));
  return { store, paths };
}

async function texts(store: Store, paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  await readEach(store, paths, (bytes, at) => {
    expect(at).toBe(all.length);
    all.push(Buffer.from(bytes).toString());
  });
  return all;
}

test("files come in their order, however long each takes", async () => {
  const { store, paths } = await filled(100);
  let delay = 7;
  const slow = intercept(store, async (_, run) => {
    delay = (delay * 5) % 11;
    await new Promise((resolve) => setTimeout(resolve, delay));
    return run();
  });
  expect(await texts(slow, paths)).toEqual(paths);
});

test("what can be had at once is not waited for, and the rest is read", async () => {
  const { store, paths } = await filled(70);
  const counts: Record<string, number> = {};
  const large = ["/t/40", "/t/63"];
  const borrowed = Buffer.alloc(100);
  const most: Store = {
    ...withCounts(store, counts),
    read: (path) => withCounts(store, counts).read(path),
    // Bytes of a file are overwritten by the next.
    readNow: (path) =>
      large.includes(path) ? undefined : borrowed.subarray(0, borrowed.write(path)),
  };
  expect(await texts(most, paths)).toEqual(paths);
  // From a large file on, its neighbours are read along.
  expect(counts).toEqual({ read: 24 });
});

test("a file that is gone is an error", async () => {
  const { store, paths } = await filled(3);
  await expect(texts(store, [...paths, "/t/none"])).rejects.toMatchObject({
    code: "PATH_NOT_FOUND",
  });
});
