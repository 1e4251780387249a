import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replaceEnv } from "../../../src/env.ts";
import { type Cache, type CacheOptions, openCache } from "../../../src/storage/cache/cache.ts";
import { type CacheDisk, nodeCacheDisk, type SparseFile } from "../../../src/storage/cache/disk.ts";
import { faultsOf, StoppedError, withFaults } from "../../../src/storage/fault.ts";
import type { ByteRange } from "../../../src/storage/part.ts";
import type { OpenOptions } from "../../../src/storage/store.ts";
import { type Distant, distantFiles } from "./distant.ts";

const part = (ranges: readonly ByteRange[]) => async () => ranges;

let folder: string;
let far: Distant;
const opened: Cache[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-cache-"));
  far = distantFiles();
});
afterEach(async () => {
  for (const cache of opened.splice(0)) await cache[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function cacheOf(options: Omit<CacheOptions, "folder"> = {}): Cache {
  const cache = openCache({ folder, ...options });
  opened.push(cache);
  return cache;
}

/** Opens a file, looks at some bytes of it, and lets it go. */
async function look(
  cache: Cache,
  path: string,
  ranges: readonly ByteRange[],
  options: OpenOptions = {},
): Promise<string[]> {
  const file = await cache.open(far, path, { ...options, part: part(ranges) });
  const handle = await open(file.path, "r");
  try {
    return await Promise.all(
      ranges.map(async ({ start, end }) => {
        const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
        return digest(buffer);
      }),
    );
  } finally {
    await handle.close();
    await file[Symbol.asyncDispose]();
  }
}

const digest = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

const cut = (path: string, ranges: readonly ByteRange[]): string[] =>
  ranges.map(({ start, end }) => digest(far.content(path).subarray(start, end)));

const mega = 1 << 20;

describe("a cache", () => {
  test("fetches what is asked for, once, into a file of the same length", async () => {
    far.put("/a.snappy.parquet", 3 * mega);
    const cache = cacheOf();
    const ranges = [
      { start: 100, end: 200 },
      { start: 2 * mega, end: 2 * mega + 5 },
    ];
    const known = { size: 3 * mega, immutable: true };
    const file = await cache.open(far, "/a.snappy.parquet", { ...known, part: part(ranges) });
    expect(file.path).toMatch(/\.snappy\.parquet$/);
    expect((await stat(file.path)).size).toBe(3 * mega);
    await file[Symbol.asyncDispose]();
    expect(far.asked).toEqual(["100-200", "2097152-2097157"]);
    const found = await look(cacheOf(), "/a.snappy.parquet", ranges, known);
    expect(found).toEqual(cut("/a.snappy.parquet", ranges));
    expect(far.asked.length).toBe(2);
  });

  test("lets a reader look before it tells what it wants", async () => {
    far.put("/a", mega);
    const file = await cacheOf().open(far, "/a", {
      part: async (looked) => {
        const [start = 0] = await looked.read(looked.size - 1, 1);
        return [{ start, end: start + 10 }];
      },
    });
    await file[Symbol.asyncDispose]();
    const start = far.content("/a").at(-1) ?? 0;
    expect(far.asked).toEqual(["stat", `${mega - 1}-${mega}`, `${start}-${start + 10}`]);
  });

  test("fetches a small file whole by one request, and knows one that is listed by its ETag", async () => {
    far.put("/small", 1_000);
    const { etag } = far.status("/small");
    const ranges = [{ start: 5, end: 6 }];
    expect(await look(cacheOf(), "/small", ranges, { size: 1_000, etag })).toEqual(
      cut("/small", ranges),
    );
    expect(far.asked).toEqual(["0-1000"]);
    await look(cacheOf(), "/small", [{ start: 0, end: 999 }]);
    expect(far.asked).toEqual(["0-1000", "stat"]);
  });

  test("asks for a file once, however many open it", async () => {
    far.put("/a", 2 * mega);
    const cache = cacheOf();
    const all = await Promise.all(
      Array.from({ length: 8 }, () => cache.open(far, "/a", { immutable: true, size: 2 * mega })),
    );
    for (const file of all) {
      expect(Buffer.compare(await readFile(file.path), far.content("/a"))).toBe(0);
      await file[Symbol.asyncDispose]();
    }
    expect(far.asked).toEqual([`0-${2 * mega}`]);
  });

  test("keeps an empty file, and one whose size was not what was said", async () => {
    far.put("/empty", 0);
    far.put("/other", 70_000);
    const cache = cacheOf();
    await using empty = await cache.open(far, "/empty", { size: 0 });
    expect((await readFile(empty.path)).length).toBe(0);
    await using other = await cache.open(far, "/other", { size: 5, immutable: true });
    expect(Buffer.compare(await readFile(other.path), far.content("/other"))).toBe(0);
  });

  test("a file that is gone, a range that is past its end", async () => {
    far.put("/a", 100_000);
    await expect(look(cacheOf(), "/none", [])).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
    const beyond = [{ start: 99_999, end: 100_001 }];
    await expect(look(cacheOf(), "/a", beyond)).rejects.toMatchObject({
      code: "STORAGE_RANGE_PAST_END",
    });
  });
});

describe("a file that changes", () => {
  const first = [{ start: 0, end: 100 }];
  const second = [{ start: mega, end: mega + 100 }];

  test("is an error, and the next to open it reads the new one", async () => {
    far.put("/a", 2 * mega);
    const known = { size: 2 * mega, immutable: true };
    await look(cacheOf(), "/a", first, known);
    far.put("/a", 2 * mega);
    await expect(look(cacheOf(), "/a", second, known)).rejects.toMatchObject({
      code: "STORAGE_FILE_CHANGED",
    });
    const both = [...first, ...second];
    expect(await look(cacheOf(), "/a", both, known)).toEqual(cut("/a", both));
  });

  test("within a reader's look is an error too", async () => {
    far.put("/a", 2 * mega);
    const opening = cacheOf().open(far, "/a", {
      part: async (file) => {
        await file.read(0, 10);
        far.put("/a", 2 * mega);
        return second;
      },
    });
    await expect(opening).rejects.toMatchObject({ code: "STORAGE_FILE_CHANGED" });
  });

  test("is asked for where nothing is known of it", async () => {
    far.put("/a", 2 * mega);
    await look(cacheOf(), "/a", first);
    far.put("/a", mega);
    expect(await look(cacheOf(), "/a", first)).toEqual(cut("/a", first));
  });
});

describe("eviction", () => {
  test("keeps what was used last, within the bound, and takes nothing from who reads", async () => {
    const names = Array.from({ length: 8 }, (_, at) => `/f${at}`);
    for (const name of names) far.put(name, mega);
    let now = Date.now();
    const back = replaceEnv({ now: () => (now += 120_000) });
    try {
      const cache = cacheOf({ size: 4 * mega });
      const held = await cache.open(far, "/f0", { immutable: true, size: mega });
      for (const name of names) await look(cache, name, [{ start: 0, end: mega }]);
      await cache[Symbol.asyncDispose]();
      expect(await readFile(held.path).catch((thrown) => thrown.code)).toBe("ENOENT");
    } finally {
      back();
    }
    const kept = await stored();
    expect(kept.bytes).toBeLessThanOrEqual(5 * mega);
    const before = far.asked.length;
    await look(cacheOf(), "/f7", [{ start: 0, end: mega }], { immutable: true, size: mega });
    expect(far.asked.length).toBe(before);
  });

  test("a file that is read stays whole while all others come and go", async () => {
    far.put("/held", mega);
    const cache = cacheOf({ size: 1 });
    await using held = await cache.open(far, "/held");
    for (let round = 0; round < 5; round += 1) {
      far.put(`/f${round}`, mega);
      await look(cacheOf({ size: 1 }), `/f${round}`, [{ start: 0, end: mega }]);
    }
    expect(Buffer.compare(await readFile(held.path), far.content("/held"))).toBe(0);
  });

  async function stored(): Promise<{ bytes: number }> {
    const names = await readdir(folder, { recursive: true });
    let bytes = 0;
    for (const name of names.filter((one) => one.endsWith(".data"))) {
      bytes += (await stat(join(folder, name))).blocks * 512;
    }
    return { bytes };
  }
});

describe("a crash", () => {
  const unit = 100_000;
  const ranges = [
    { start: 0, end: 1_000 },
    { start: unit, end: unit + 50_000 },
    { start: 2 * unit, end: 3 * unit },
  ];

  const handles: SparseFile[] = [];
  const disk: CacheDisk = {
    ...nodeCacheDisk,
    open: async (path) => {
      const file = await nodeCacheDisk.open(path);
      handles.push(file);
      // What a process that dies has written is there without it.
      return { ...file, sync: async () => undefined };
    },
  };

  /** All that one process does with two files, one of which it has in part. */
  async function work(of: CacheDisk): Promise<void> {
    const cache = openCache({ folder, disk: of, size: 4 * unit });
    opened.push(cache);
    for (const name of ["/a", "/b"]) await look(cache, name, ranges.slice(0, 2));
    await look(cache, "/a", ranges, { immutable: true, size: 3 * unit });
  }

  test.each([false, true])(
    "at any call leaves nothing wrong (it took effect: %s)",
    async (takesEffect) => {
      far.put("/a", 3 * unit);
      far.put("/b", 3 * unit);
      const faults = faultsOf({});
      await work(withFaults(disk, faults));
      expect(faults.calls).toBeGreaterThan(40);
      for (let stopAt = 1; stopAt <= faults.calls; stopAt += 1) {
        await rm(folder, { recursive: true, force: true });
        const broken = withFaults(disk, faultsOf({ stopAt, takesEffect }));
        await work(broken).catch((thrown: unknown) => {
          if (!(thrown instanceof StoppedError)) throw thrown;
        });
        for (const name of ["/a", "/b"]) {
          expect(await look(cacheOf({ disk }), name, ranges)).toEqual(cut(name, ranges));
        }
        // A process that dies closes its files; this one does not die.
        for (const handle of handles.splice(0)) await handle.close().catch(() => undefined);
      }
    },
  );

  test("in the middle of a range: it is not believed", async () => {
    far.put("/a", 3 * unit);
    const torn: CacheDisk = {
      ...nodeCacheDisk,
      open: async (path) => {
        const file = await nodeCacheDisk.open(path);
        const write = async (bytes: Uint8Array, position: number): Promise<void> => {
          await file.write(bytes.subarray(0, bytes.length >> 1), position);
          throw new StoppedError();
        };
        return { ...file, write };
      },
    };
    const known = { size: 3 * unit, immutable: true };
    await expect(look(cacheOf({ disk: torn }), "/a", ranges, known)).rejects.toThrow(StoppedError);
    expect(await look(cacheOf(), "/a", ranges, known)).toEqual(cut("/a", ranges));
  });

  test("never has a range told before its bytes are durable", async () => {
    far.put("/a", 3 * unit);
    const order: string[] = [];
    const noted: CacheDisk = {
      ...nodeCacheDisk,
      append: async (path, text) => {
        order.push("append");
        await nodeCacheDisk.append(path, text);
      },
      open: async (path) => {
        const file = await nodeCacheDisk.open(path);
        const write: typeof file.write = async (bytes, position) => {
          order.push("write");
          await file.write(bytes, position);
        };
        const sync = async (): Promise<void> => {
          await file.sync();
          order.push("sync");
        };
        return { ...file, write, sync };
      },
    };
    await look(cacheOf({ disk: noted }), "/a", ranges);
    expect(order).toEqual(["write", "write", "write", "sync", "append"]);
  });
});

test("a disk without hard links is used without sharing", async () => {
  far.put("/a", mega);
  const link = async (): Promise<void> => {
    throw Object.assign(new Error("no links"), { code: "EPERM", errno: -1 });
  };
  const cache = cacheOf({ disk: { ...nodeCacheDisk, link } });
  const ranges = [{ start: 7, end: 70_000 }];
  expect(await look(cache, "/a", ranges)).toEqual(cut("/a", ranges));
  expect(await look(cache, "/a", ranges)).toEqual(cut("/a", ranges));
});

describe("files that are needed at once", () => {
  const known = { immutable: true, size: 2 * mega };
  const first = { part: part([{ start: 0, end: mega }]) };

  test("are refused before they are fetched, where the cache has no room for them", async () => {
    for (const name of ["/a", "/b", "/c"]) far.put(name, 2 * mega);
    const cache = cacheOf({ size: 2.5 * mega });
    const needed = { bytes: 0 };
    const a = await cache.open(far, "/a", { ...known, ...first, needed });
    const b = await cache.open(far, "/b", { ...known, ...first, needed });
    const asked = far.asked.length;
    await expect(cache.open(far, "/c", { ...known, ...first, needed })).rejects.toMatchObject({
      code: "STORAGE_CACHE_TOO_SMALL",
      parameters: { needed: String(3 * mega), option: "millrace.cache.size" },
    });
    expect(far.asked.length).toBe(asked);
    expect(needed.bytes).toBe(2 * mega);
    const other = await cache.open(far, "/c", { ...known, ...first, needed: { bytes: 0 } });
    for (const file of [a, b, other]) await file[Symbol.asyncDispose]();
  });

  test("count by what is wanted of them, also where all of it is there", async () => {
    far.put("/a", 2 * mega);
    const cache = cacheOf({ size: 2 * mega });
    await (await cache.open(far, "/a", known))[Symbol.asyncDispose]();
    const needed = { bytes: 0 };
    const file = await cache.open(far, "/a", { ...known, ...first, needed });
    expect(needed.bytes).toBe(mega);
    await file[Symbol.asyncDispose]();
    expect(far.asked.length).toBe(1);
  });
});

describe("a disk that is full", () => {
  const full = () =>
    Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", errno: -28 });

  test("is given room by half of what the cache keeps, what was used least lately", async () => {
    const names = Array.from({ length: 6 }, (_, at) => `/f${at}`);
    for (const name of [...names, "/new"]) far.put(name, mega);
    let now = Date.now();
    const back = replaceEnv({ now: () => (now += 120_000) });
    const all = [{ start: 0, end: mega }];
    let left = 1;
    const open: CacheDisk["open"] = async (path) => {
      const file = await nodeCacheDisk.open(path);
      const write: SparseFile["write"] = async (bytes, position) => {
        if (left-- === 0) throw full();
        await file.write(bytes, position);
      };
      return { ...file, write };
    };
    try {
      const first = cacheOf();
      for (const name of names) await look(first, name, all);
      const cache = cacheOf({ disk: { ...nodeCacheDisk, open } });
      left = 0;
      expect(await look(cache, "/new", all)).toEqual(cut("/new", all));
      const before = far.asked.length;
      await look(cache, "/f5", all, { immutable: true });
      expect(far.asked.length).toBe(before);
      await look(cache, "/f0", all, { immutable: true });
      expect(far.asked.length).toBeGreaterThan(before);
    } finally {
      back();
    }
  });
});

test("a disk that stays full is said as what it is", async () => {
  far.put("/a", mega);
  const hole = async (): Promise<void> => {
    throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", errno: -28 });
  };
  const opening = cacheOf({ disk: { ...nodeCacheDisk, hole } }).open(far, "/a");
  await expect(opening).rejects.toMatchObject({ code: "STORAGE_WRITE_FAILED" });
  const own = (await readdir(join(folder, "held"))).map((name) => join(folder, "held", name));
  // A process that goes on trying fills the disk with nothing.
  expect((await Promise.all(own.map((one) => readdir(one)))).flat()).toEqual([]);
});

test("processes that fill and evict one cache read nothing but the right bytes", async () => {
  const reader = fileURLToPath(new URL("reader.ts", import.meta.url));
  const run = promisify(execFile);
  const runs = [1, 2, 3].map((seed) =>
    run(process.execPath, ["--import", "tsx", reader, folder, String(seed)]),
  );
  await Promise.all(runs);
  expect(await readdir(join(folder, "held"))).toEqual([]);
});
