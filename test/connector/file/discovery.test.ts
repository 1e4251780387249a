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

function begin(more: Partial<DiscoverySpec> = {}) {
  const { store, listings } = noted();
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
