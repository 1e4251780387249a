import { expect, test } from "vitest";
import { openCache } from "../../src/storage/cache/cache.ts";
import { memoryStore } from "../../src/storage/memory.ts";
import { isRemote, type Range, remoteStore } from "../../src/storage/remote.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A service that gives what there is of a range, or nothing. */
function subject() {
  const memory = memoryStore({ file: () => "/none" });
  const asked: Range[] = [];
  const stat = async (path: string) => {
    const status = await memory.stat(path);
    return status && { ...status, etag: `"${status.size}"` };
  };
  const part = async (path: string, range: Range) => {
    asked.push(range);
    const bytes = await memory.read(path);
    const etag = `"${bytes.byteLength}"`;
    if (range.etag !== undefined && range.etag !== etag) return undefined;
    const end = range.start + range.length;
    return { bytes: bytes.slice(range.start, end), etag, size: bytes.byteLength };
  };
  const cloud = { ...memory, scheme: "far", stat, part };
  return { store: remoteStore(cloud, openCache()), asked };
}

test("a range is whole, and of no bytes it is not asked for", async () => {
  const { store, asked } = subject();
  await store.put("/a", text("hello"));
  expect(await store.readRange("/a", 1, 3, '"5"')).toEqual(text("ell"));
  expect(await store.readRange("/a", 5, 0)).toEqual(new Uint8Array());
  expect(asked).toEqual([{ start: 1, length: 3, etag: '"5"' }]);
});

test("why a range is not there: past the end, another content, or no file", async () => {
  const { store } = subject();
  await store.put("/a", text("hello"));
  const range = (path: string, start: number, length: number, etag?: string) =>
    store.readRange(path, start, length, etag);
  await expect(range("/a", 3, 3)).rejects.toMatchObject({
    ...{ code: "STORAGE_RANGE_PAST_END", parameters: { start: "3", end: "6", size: "5" } },
  });
  await expect(range("/a", 6, 0)).rejects.toMatchObject({ code: "STORAGE_RANGE_PAST_END" });
  for (const length of [0, 1]) {
    const changed = { code: "STORAGE_FILE_CHANGED", parameters: { expected: '"4"' } };
    await expect(range("/a", 0, length, '"4"')).rejects.toMatchObject(changed);
  }
  await expect(range("/none", 0, 0)).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
});

test("local files and memory are near, all else is far", () => {
  expect(["file", "memory", "s3", "gs", "mine"].map((scheme) => isRemote({ scheme }))).toEqual([
    ...[false, false, true, true, true],
  ]);
});
