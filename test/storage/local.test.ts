import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { storeSuite } from "../../src/conformance/store.ts";
import { type Counts, withCounts } from "../../src/storage/count.ts";
import { type Disk, nodeDisk } from "../../src/storage/disk.ts";
import { localStore } from "../../src/storage/local.ts";
import { volatileDisk } from "../../src/storage/volatile.ts";
import { localSubject } from "./subject.ts";

describe("on the disk", () => storeSuite({ test, assert }, () => localSubject()));

describe("on a disk that can lose power, without its doing so", () => {
  const diskOf = (root: string, folder: string) => volatileDisk(root, join(folder, "attic"));
  storeSuite({ test, assert }, () => localSubject(diskOf));
});

describe("on a disk without hard links", () => {
  const link = async (): Promise<void> => {
    throw Object.assign(new Error("EPERM"), { errno: -1, code: "EPERM" });
  };
  storeSuite({ test, assert }, () => localSubject(() => ({ ...nodeDisk, link })));
});

describe("across devices", () => {
  const rename: Disk["rename"] = async (from, to) => {
    if (!from.includes("/staged-")) return await nodeDisk.rename(from, to);
    throw Object.assign(new Error("EXDEV"), { errno: -18, code: "EXDEV" });
  };
  storeSuite({ test, assert }, () => localSubject(() => ({ ...nodeDisk, rename })));
});

test("files in the making are not listed, other hidden ones are", async () => {
  await using subject = await localSubject();
  const { store, root } = subject;
  for (const name of [".0.1234.tmp", ".0.crc", "0"]) await writeFile(join(root, name), "x");
  const paths: string[] = [];
  for await (const { path } of store.list(root)) paths.push(path.slice(root.length + 1));
  expect(paths).toEqual([".0.crc", "0"]);
});

test("a folder removed behind the store's back is made again", async () => {
  await using subject = await localSubject();
  const { store, root } = subject;
  await store.put(`${root}/a/b/1`, new Uint8Array(1));
  await rm(`${root}/a`, { recursive: true });
  await store.put(`${root}/a/b/2`, new Uint8Array(1));
  expect(await readdir(`${root}/a/b`)).toEqual(["2"]);
});

test("a file is published into a folder removed behind the store's back", async () => {
  await using subject = await localSubject();
  const { store, root } = subject;
  await store.put(`${root}/a/1`, new Uint8Array(1));
  await rm(`${root}/a`, { recursive: true });
  await writeFile(join(root, "staged"), "x");
  await store.publish(join(root, "staged"), `${root}/a/2`);
  expect(await readdir(`${root}/a`)).toEqual(["2"]);
});

test("without hard links a put that fails half way gives the name free again", async () => {
  let full = true;
  const failure = Object.assign(new Error("ENOSPC"), { errno: -28, code: "ENOSPC" });
  const disk: Disk = {
    ...nodeDisk,
    link: async () => {
      throw Object.assign(new Error("EPERM"), { errno: -1, code: "EPERM" });
    },
    create: async (path) => {
      const file = await nodeDisk.create(path);
      if (!full || path.endsWith(".tmp")) return file;
      return {
        ...file,
        async write(bytes) {
          await file.write(bytes.subarray(0, 1));
          throw failure;
        },
      };
    },
  };
  await using subject = await localSubject(() => disk);
  const { store, root } = subject;
  const path = `${root}/log/0`;
  await expect(store.putIfAbsent(path, new Uint8Array(9))).rejects.toMatchObject({
    code: "STORAGE_WRITE_FAILED",
  });
  expect(await store.stat(path)).toBeUndefined();
  full = false;
  expect(await store.putIfAbsent(path, new Uint8Array(9))).toBe(true);
});

test("a failed write leaves nothing behind and says why", async () => {
  await using subject = await localSubject();
  const { store, root } = subject;
  await mkdir(`${root}/taken`);
  await expect(store.put(`${root}/taken`, new Uint8Array(1))).rejects.toMatchObject({
    code: "STORAGE_WRITE_FAILED",
  });
  await writeFile(`${root}/file`, "x");
  await expect(store.put(`${root}/file/below`, new Uint8Array(1))).rejects.toMatchObject({
    code: "STORAGE_WRITE_FAILED",
  });
  expect(await readdir(root)).toEqual(["file", "taken"]);
});

test("a commit into a known folder costs two syncs and no look around", async () => {
  const counts: Counts = {};
  await using subject = await localSubject(() => withCounts(nodeDisk, counts));
  const { store, root } = subject;
  await store.putIfAbsent(`${root}/0`, new Uint8Array(10));
  for (const method of Object.keys(counts)) delete counts[method];
  await store.putIfAbsent(`${root}/1`, new Uint8Array(10));
  expect(counts).toEqual({
    create: 1,
    write: 1,
    sync: 1,
    close: 1,
    link: 1,
    unlink: 1,
    syncFolder: 1,
  });
});

test("two stores on one folder race as two processes do", async () => {
  await using subject = await localSubject();
  const { root } = subject;
  const stores = Array.from({ length: 8 }, () => localStore());
  const won = await Promise.all(
    stores.map((store) => store.putIfAbsent(`${root}/new/log/0`, new Uint8Array(5))),
  );
  expect(won.filter(Boolean)).toHaveLength(1);
  expect(await readdir(`${root}/new/log`)).toEqual(["0"]);
});
