import { expect, test } from "vitest";
import { openCache } from "../../src/storage/cache/cache.ts";
import { memoryStore } from "../../src/storage/memory.ts";
import { openStores } from "../../src/storage/registry.ts";
import type { Staging } from "../../src/storage/staging.ts";

const staging: Staging = {
  path: "/nowhere",
  file: (suffix) => `/nowhere/x${suffix}`,
  [Symbol.asyncDispose]: async () => undefined,
};
const context = { staging, cache: openCache(), workingDirectory: "/home/me", options: {} };

test("a store a scheme, opened once", async () => {
  const stores = openStores(context);
  const [first, second] = [await stores.locate("/a"), await stores.locate("file:/b/")];
  expect(first.store).toBe(second.store);
  expect([first.path, second.path]).toEqual(["/a", "/b"]);
  const memory = await stores.locate("memory:/t");
  expect(memory.store.scheme).toBe("memory");
  expect((await stores.locate("memory:/t")).store).toBe(memory.store);
  expect((await openStores(context).locate("memory:/t")).store).not.toBe(memory.store);
});

test("what users write is not decoded, what stores write is", async () => {
  const stores = openStores(context);
  expect((await stores.locate("a%20b")).path).toBe("/home/me/a%20b");
  const { store, path } = await stores.locateUri("file:///a%20b");
  expect(path).toBe("/a b");
  expect(store.uri(path)).toBe("file:///a%20b");
});

test("an unknown scheme is named, with the known ones", async () => {
  await expect(openStores(context).locate("gopher://x/y")).rejects.toMatchObject({
    code: "UNSUPPORTED_FILE_SYSTEM",
    parameters: {
      scheme: "gopher",
      known: "file, gs, memory, s3, s3a, s3n, abfss, abfs, wasbs, wasb, az",
    },
  });
  await expect(openStores(context).locate("constructor:/y")).rejects.toMatchObject({
    code: "UNSUPPORTED_FILE_SYSTEM",
  });
});

test("a store can be added, and one that fails to open is tried again", async () => {
  let tries = 0;
  const open = async () => {
    if (tries++ === 0) throw new Error("not yet");
    return memoryStore(staging);
  };
  const stores = openStores({ ...context, stores: { box: open } });
  await expect(stores.locate("box://a/b")).rejects.toThrow("not yet");
  expect((await stores.locate("box://a/b")).path).toBe("/b");
});
