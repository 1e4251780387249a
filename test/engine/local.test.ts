import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { localFiles, placeOf } from "../../src/engine/local.ts";
import { openLocal } from "../../src/execution/local/local.ts";
import { type Cache, openCache } from "../../src/storage/cache/cache.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Store } from "../../src/storage/store.ts";
import { formatUri } from "../../src/storage/uri.ts";
import { remoteStore } from "../storage/remote.ts";

const golden = fileURLToPath(new URL("../golden", import.meta.url));
const tables = await readdir(join(golden, "table"));
const traffic = { requests: 0, bytes: 0 };

let folder: string;
let cache: Cache;
let far: Store;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-far-"));
});
beforeEach(async () => {
  await cache?.[Symbol.asyncDispose]();
  cache = openCache({ folder: await mkdtemp(join(folder, "cache-")), smallBytes: 0 });
  const uri = (path: string): string => formatUri({ scheme: "far", authority: "", path });
  far = { ...remoteStore({ ...localStore(), uri }, cache, traffic), scheme: "far" };
});
afterAll(async () => {
  await cache[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("files of a store are opened for a query and given back after it", () => {
  test.each(tables)("a table reads as it does on a local disk: %s", async (name) => {
    await using spark = await openLocal({}, { stores: { far: async () => far } });
    const rowsOf = async (root: string): Promise<string[]> => {
      const plan = await spark.sql(`SELECT * FROM delta.\`${root}/table/${name}/table\``);
      await using result = await spark.execute(plan);
      const rows: string[] = [];
      for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
        for (let at = 0; at < chunk.rows; at += 1) {
          const row = chunk.columns.map((column) => column[at]);
          rows.push(
            JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
          );
        }
      }
      return rows.sort();
    };
    expect(await rowsOf(`far:${golden}`)).toEqual(await rowsOf(golden));
    const [held = ""] = await heldFolders();
    expect(await readdir(held)).toEqual([]);
  });

  /** Where the cache has the links of this process. */
  async function heldFolders(): Promise<string[]> {
    const names = await readdir(folder, { recursive: true });
    const newest = names.filter((one) => /^cache-[^/]+\/held\/[^/]+$/.test(one));
    return newest.map((one) => join(folder, one)).reverse();
  }
});

describe("a file that is gone", () => {
  const gone = (): Parameters<typeof localFiles>[0][0] => ({
    ...placeOf({ store: far, path: `${golden}/none.parquet` }),
    size: 5,
  });

  test("is named by its URI", async () => {
    await expect(localFiles([gone()])).rejects.toMatchObject({
      code: "FAILED_READ_FILE.FILE_NOT_EXIST",
      parameters: { path: `far://${golden}/none.parquet` },
    });
  });

  test("is left out where that is asked for", async () => {
    const there = placeOf({ store: far, path: `${golden}/parquet/lz4hadoop.parquet` });
    const { files, release } = await localFiles([gone(), there], { ignoreMissing: true });
    expect(files.length).toBe(1);
    expect(files[0]?.store).toBeUndefined();
    await release();
  });
});

test("a file whose codec the engine lacks is fetched whole, and read", async () => {
  await using spark = await openLocal({}, { stores: { far: async () => far } });
  const plan = await spark.sql(`SELECT * FROM parquet.\`far:${golden}/parquet/lz4hadoop.parquet\``);
  await using result = await spark.execute(plan);
  expect((await result.next())?.rows).toBe(50);
});
