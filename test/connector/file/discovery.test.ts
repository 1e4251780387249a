import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Discovery, type DiscoverySpec } from "../../../src/connector/file/discovery.ts";
import { replaceEnv } from "../../../src/env.ts";
import { memoryStore } from "../../../src/storage/memory.ts";
import type { ListOptions, Store } from "../../../src/storage/store.ts";

const rules = { recursive: false, nested: true };

/** A store that notes what is listed, and how many files each listing gave. */
function noted(): { store: Store; listings: { after: string | undefined; files: number }[] } {
  const inner = memoryStore({ file: (suffix) => `/tmp/none${suffix}` });
  const listings: { after: string | undefined; files: number }[] = [];
  async function* list(folder: string, options: ListOptions = {}) {
    const one = { after: options.startAfter, files: 0 };
    listings.push(one);
    for await (const file of inner.list(folder, options)) {
      one.files += 1;
      yield file;
    }
  }
  return { store: { ...inner, list }, listings };
}

const nothing = new Uint8Array();

async function look(discovery: Discovery, seen: Set<string>): Promise<string[]> {
  const found: string[] = [];
  await discovery.look({
    visit: ({ path }) => {
      if (seen.has(path)) return false;
      found.push(path);
      return true;
    },
  });
  for (const path of found) seen.add(path);
  return found.sort();
}

function begin(more: Partial<DiscoverySpec> = {}, { seeks = true } = {}) {
  const { store: noting, listings } = noted();
  const store = { ...noting, seeks };
  const discovery = new Discovery({ paths: [{ store, path: "/in" }], rules, ...more });
  const seen = new Set<string>();
  return {
    listings,
    look: () => look(discovery, seen),
    put: (name: string) => store.put(`/in/${name}`, nothing),
  };
}

describe("a place is listed", () => {
  test("flat, in one listing, whatever folders are in it", async () => {
    const { listings, look, put } = begin();
    for (const name of ["a/1", "a/b/2", "3", "_hidden/4"]) await put(name);
    expect(await look()).toEqual(["/in/3", "/in/a/1", "/in/a/b/2"]);
    expect(await look()).toEqual([]);
    expect(listings).toEqual([
      { after: undefined, files: 4 },
      { after: undefined, files: 4 },
    ]);
  });

  test("from the last name on where names come in order, and as a whole where asked for", async () => {
    let now = 1_000;
    const back = replaceEnv({ now: () => now });
    try {
      const { listings, look, put } = begin({ incremental: "always", backfillMs: 500 });
      await put("1");
      await put("2");
      expect(await look()).toEqual(["/in/1", "/in/2"]);
      await put("3");
      await put("0");
      expect(await look()).toEqual(["/in/3"]);
      expect(listings.at(-1)).toEqual({ after: "/in/2", files: 1 });
      expect(await look()).toEqual([]);
      expect(listings.at(-1)).toEqual({ after: "/in/3", files: 0 });
      now += 500;
      expect(await look()).toEqual(["/in/0"]);
      expect(listings.at(-1)).toEqual({ after: undefined, files: 4 });
    } finally {
      back();
    }
  });

  test("by itself only where names have come in order, and every eighth time as a whole", async () => {
    const { listings, look, put } = begin({ incremental: "auto" });
    await put("1");
    await look();
    await put("2");
    await look();
    for (let at = 0; at < 7; at++) {
      await put(`3${at}`);
      expect(await look()).toEqual([`/in/3${at}`]);
      expect(listings.at(-1)?.files).toBe(1);
    }
    await put("0");
    expect(await look()).toEqual(["/in/0"]);
    expect(listings.at(-1)).toEqual({ after: undefined, files: 10 });
    // It came out of order: no more trust.
    await put("4");
    await look();
    expect(listings.at(-1)).toEqual({ after: undefined, files: 11 });
  });

  test("from the end of its data on, whatever hidden files are named later", async () => {
    const { listings, look, put } = begin({ incremental: "auto" });
    for (const name of ["2026/11/26/a", "_checkpoint/0"]) await put(name);
    await look();
    await put("2026/11/27/a");
    expect(await look()).toEqual(["/in/2026/11/27/a"]);
    await put("2026/11/27/b");
    expect(await look()).toEqual(["/in/2026/11/27/b"]);
    expect(listings.at(-1)).toEqual({ after: "/in/2026/11/27/a", files: 2 });
  });

  test("from the newest of a thousand dated folders on; what came late to others, with all", async () => {
    const { listings, look, put } = begin({ incremental: "auto" });
    const day = (at: number): string =>
      new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10).replaceAll("-", "/");
    for (let at = 0; at < 1_000; at++) await put(`${day(at)}/1`);
    await look();
    for (const name of [`${day(999)}/2`, `${day(1_000)}/1`]) await put(name);
    expect(await look()).toHaveLength(2);
    for (let at = 2; at < 9; at++) {
      await put(`${day(at)}/late`);
      await put(`${day(1_000)}/${at}`);
      expect(await look()).toEqual([`/in/${day(1_000)}/${at}`]);
      expect(listings.at(-1)?.files).toBe(1);
    }
    const late = Array.from({ length: 7 }, (_, at) => `/in/${day(at + 2)}/late`);
    expect(await look()).toEqual(late);
  });

  test("from the ends of its folders on where each is in order and all together are not", async () => {
    const { listings, look, put } = begin({ incremental: "auto", worthFiles: 100 });
    const devices = ["a", "b", "c"];
    for (const device of devices) {
      for (let at = 1_000; at < 1_200; at++) await put(`${device}/${at}`);
    }
    await look();
    for (const device of devices) await put(`${device}/2`);
    expect(await look()).toEqual(["/in/a/2", "/in/b/2", "/in/c/2"]);
    for (const name of ["a/3", "c/3", "bb/1", "loose", "z/1"]) await put(name);
    const before = listings.length;
    expect(await look()).toEqual(["/in/a/3", "/in/bb/1", "/in/c/3", "/in/loose", "/in/z/1"]);
    const partial = listings.slice(before);
    // One to the first folder that is known, one from the end of each.
    expect(partial.map(({ after }) => after).sort()).toEqual([
      ...["/in/a/2", "/in/b/2", "/in/c/2", undefined],
    ]);
    expect(partial.reduce((sum, { files }) => sum + files, 0)).toBeLessThan(10);
    await put("b/0late");
    for (let at = 0; at < 6; at++) expect(await look()).toEqual([]);
    expect(await look()).toEqual(["/in/b/0late"]);
    expect(listings.at(-1)?.files).toBeGreaterThan(100);
  });

  test("as a whole where a store cannot begin at the end of a folder", async () => {
    const { listings, look, put } = begin(
      { incremental: "auto", worthFiles: 100 },
      { seeks: false },
    );
    for (const device of ["a", "b"]) {
      for (let at = 1_000; at < 1_200; at++) await put(`${device}/${at}`);
    }
    await look();
    for (const name of ["a/2", "b/2"]) await put(name);
    await look();
    await put("a/3");
    expect(await look()).toEqual(["/in/a/3"]);
    expect(listings.at(-1)).toEqual({ after: undefined, files: 403 });
  });

  test("by the ends of folders: no file is lost and none told twice, whatever comes when", async () => {
    const name = fc
      .array(fc.constantFrom("a", "b", "b!", "c", "_d", "0"), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("/"));
    const arriving = fc.array(fc.uniqueArray(name, { maxLength: 6 }), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(
        arriving,
        fc.constantFrom("auto" as const, "always" as const),
        async (batches, incremental) => {
          let now = 1;
          const back = replaceEnv({ now: () => now });
          try {
            const { look, put } = begin({ incremental, backfillMs: 9, worthFiles: 1 });
            const meant = new Set<string>();
            const found: string[] = [];
            for (const batch of batches) {
              for (const one of batch) await put(one);
              for (const one of batch) if (!/(^|\/)_/.test(one)) meant.add(`/in/${one}`);
              found.push(...(await look()));
              now += 1;
            }
            now += 9;
            found.push(...(await look()));
            expect(found.sort()).toEqual([...meant].sort());
          } finally {
            back();
          }
        },
      ),
    );
  });

  test("in parts, side by side, the second time: nothing twice, nothing left out", async () => {
    const { listings, look, put } = begin();
    const count = 45_000;
    const name = (at: number): string => String(at * 2).padStart(6, "0");
    for (let at = 0; at < count; at++) await put(name(at));
    expect(await look()).toHaveLength(count);
    expect(listings).toHaveLength(1);
    await put("0000001"); // before all parts' marks, between, and after the last
    await put("0500001");
    await put("9999999");
    expect(await look()).toEqual(["/in/0000001", "/in/0500001", "/in/9999999"]);
    expect(listings.length).toBe(1 + 3);
    const given = listings.slice(1).reduce((sum, { files }) => sum + files, 0);
    expect(given).toBeLessThan(count + 3 + 3);
  });
});
