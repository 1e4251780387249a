import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type StoreSubject, storeSuite } from "../../../src/conformance/store.ts";
import { SparkSession } from "../../../src/index.ts";
import { type Cache, openCache } from "../../../src/storage/cache/cache.ts";
import { openGcs } from "../../../src/storage/gcs/store.ts";
import { importPeer } from "../../../src/storage/peer.ts";
import { openStaging, type Staging } from "../../../src/storage/staging.ts";
import type { Store } from "../../../src/storage/store.ts";
import { type Fault, startFaults } from "../server/fault.ts";

const server = inject("gcs");
const endpoint = "endpoint" in server ? server.endpoint : "";
const options = (root = endpoint): Readonly<Record<string, string>> => ({
  "fs.gs.storage.root.url": root,
  "fs.gs.auth.type": "UNAUTHENTICATED",
  "fs.gs.http.read-timeout": "500",
});

describe.skipIf("missing" in server)("gs:// on a real server", () => {
  let staging: Staging;
  let cache: Cache;
  let folders = 0;

  beforeAll(async () => {
    staging = await openStaging();
    cache = openCache({ folder: join(staging.path, "cache") });
    const { Storage } = await importPeer<{
      readonly Storage: new (options: object) => { createBucket(name: string): Promise<unknown> };
    }>("@google-cloud/storage", "tests");
    await new Storage({ apiEndpoint: endpoint, projectId: "test" }).createBucket("laws");
  });
  afterAll(async () => {
    await cache[Symbol.asyncDispose]();
    await staging[Symbol.asyncDispose]();
  });

  const bucket = (root?: string, authority = "laws"): Promise<Store> =>
    openGcs({ scheme: "gs", authority, path: "" }, { cache, options: options(root) });

  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const stage = async (bytes: Uint8Array): Promise<string> => {
    const local = staging.file(".staged");
    await writeFile(local, bytes);
    return local;
  };

  async function subject(): Promise<StoreSubject> {
    const store = await bucket();
    const root = `/laws/${folders++}`;
    return { store, root, stage, [Symbol.asyncDispose]: async () => undefined };
  }
  storeSuite({ test, assert }, subject);

  test("of 20 racers one wins, in each of 200 rounds", { timeout: 300_000 }, async () => {
    const store = await bucket();
    for (let round = 0; round < 200; round++) {
      const path = `/race/${round}.json`;
      const racers = Array.from({ length: 20 }, (_, racer) => text(`${racer}`));
      const won = await Promise.all(racers.map((bytes) => store.putIfAbsent(path, bytes)));
      expect(won.filter((one) => one)).toHaveLength(1);
      expect(await store.read(path)).toEqual(racers[won.indexOf(true)]);
    }
  });

  test("a large file is sent in a session, and is not there before its end", async () => {
    const bytes = new Uint8Array(40_000_000);
    for (let index = 0; index < bytes.length; index += 4_099) bytes[index] = index % 251;
    await using proxy = await startFaults(endpoint);
    const store = await bucket(proxy.endpoint);
    const publishing = store.publish(await stage(bytes), "/large/one.parquet");
    while (!proxy.asked.some(({ url }) => url.includes("uploadType=resumable")))
      await setImmediate();
    expect(await store.stat("/large/one.parquet")).toBeUndefined();
    const status = await publishing;
    expect(status).toEqual(await store.stat("/large/one.parquet"));
    expect(status.size).toBe(bytes.length);
    await using file = await store.open("/large/one.parquet");
    expect(Buffer.compare(await readFile(file.path), bytes)).toBe(0);
  });

  test("a session that broke off goes on", async () => {
    const bytes = new Uint8Array(9_000_000).fill(7);
    const refuse: Fault = { kind: "refuse", status: 503 };
    for (const fault of [{ kind: "lose" }, { kind: "drop" }, refuse] as const) {
      const path = `/session/${fault.kind}`;
      let puts = 0;
      // The server has no answer to "how far did it come?"; nothing of a broken call is kept.
      await using proxy = await startFaults(endpoint, ({ method, headers }) => {
        if (headers["content-range"] === "bytes */*") return { kind: "refuse", status: 308 };
        return method === "PUT" && ++puts <= 2 ? fault : undefined;
      });
      const status = await (await bucket(proxy.endpoint)).publish(await stage(bytes), path);
      expect(status.size).toBe(bytes.length);
      expect(Buffer.compare(await (await bucket()).read(path), bytes)).toBe(0);
    }
  });

  test("reads and lists come through resets, cut answers and 503", async () => {
    const direct = await bucket();
    const bytes = new Uint8Array(300_000).map((_, index) => index % 7);
    for (const name of ["a", "b", "c"]) await direct.put(`/flaky/${name}`, bytes);
    const faults: readonly (Fault | undefined)[] = [
      { kind: "lose" },
      { kind: "refuse", status: 503 },
      { kind: "cut" },
      { kind: "drop" },
      undefined,
      { kind: "refuse", status: 429 },
      undefined,
    ];
    await using proxy = await startFaults(endpoint, ({ count }) => faults[count % faults.length]);
    const store = await bucket(proxy.endpoint);
    for (const name of ["a", "b", "c"]) {
      expect(Buffer.compare(await store.read(`/flaky/${name}`), bytes)).toBe(0);
      expect(await store.readRange(`/flaky/${name}`, 10, 4)).toEqual(bytes.slice(10, 14));
    }
    const found: string[] = [];
    for await (const { path } of store.list("/flaky/")) found.push(path);
    expect(found).toEqual(["/flaky/a", "/flaky/b", "/flaky/c"]);
  });

  test("calls that the server stays silent about are made again", async () => {
    const direct = await bucket();
    await direct.put("/silent/a", text("a"));
    let silent = false;
    await using proxy = await startFaults(endpoint, () => {
      const fault: Fault | undefined = silent ? { kind: "delay", ms: 60_000 } : undefined;
      silent = false;
      return fault;
    });
    const store = await bucket(proxy.endpoint);
    const names = async (): Promise<number> => {
      let count = 0;
      for await (const _ of store.list("/silent/")) count += 1;
      return count;
    };
    const began = performance.now();
    silent = true;
    expect((await store.stat("/silent/a"))?.size).toBe(1);
    silent = true;
    expect(await names()).toBe(1);
    silent = true;
    await store.delete("/silent/a");
    expect(performance.now() - began).toBeLessThan(50_000); // none waited for its answer
    expect(await direct.stat("/silent/a")).toBeUndefined();
  });

  test("a put whose answer is lost is known for ours, another's with equal bytes is not", async () => {
    let next: Fault | undefined;
    await using proxy = await startFaults(endpoint, ({ method }) => {
      const fault = method === "POST" ? next : undefined;
      if (fault) next = undefined;
      return fault;
    });
    const store = await bucket(proxy.endpoint);
    const put = (fault: Fault, round: number): Promise<boolean> => {
      next = fault;
      return store.putIfAbsent(`/lost/${round}`, text("same"));
    };
    for (let round = 0; round < 20; round++) {
      expect(await put({ kind: "drop" }, round)).toBe(true);
      expect(await put({ kind: "lose" }, round)).toBe(false);
      expect(await put({ kind: "drop" }, round)).toBe(false);
    }
  });

  test("a content that was replaced is not read for the one before", async () => {
    const store = await bucket();
    await store.put("/changing", text("0123456789"));
    const { etag } = (await store.stat("/changing"))!;
    expect(await store.readRange("/changing", 3, 4, etag)).toEqual(text("3456"));
    await store.put("/changing", text("abcdefghij"));
    await expect(store.readRange("/changing", 3, 4, etag)).rejects.toMatchObject({
      code: "STORAGE_FILE_CHANGED",
    });
    await store.delete("/changing");
    await expect(store.readRange("/changing", 3, 4, etag)).rejects.toMatchObject({
      code: "PATH_NOT_FOUND",
    });
  });

  test("markers of folders are not files, and many files are listed once each", async () => {
    const { Storage } = await importPeer<{
      readonly Storage: new (
        options: object,
      ) => {
        bucket(name: string): {
          file(name: string): { save(bytes: string, options: object): Promise<void> };
        };
      };
    }>("@google-cloud/storage", "tests");
    const raw = new Storage({ apiEndpoint: endpoint, projectId: "test" }).bucket("laws");
    for (const name of ["marked/", "marked/below/"]) {
      await raw.file(name).save("", { resumable: false });
    }
    await using proxy = await startFaults(endpoint);
    const store = await bucket(proxy.endpoint);
    const names = Array.from(
      { length: 1_005 },
      (_, at) => `/marked/${String(at).padStart(5, "0")}`,
    );
    for (let at = 0; at < names.length; at += 50) {
      await Promise.all(names.slice(at, at + 50).map((name) => store.put(name, text("x"))));
    }
    const listed = async (startAfter?: string): Promise<string[]> => {
      const found: string[] = [];
      const settings = startAfter === undefined ? {} : { startAfter };
      for await (const { path } of store.list("/marked", settings)) found.push(path);
      return found;
    };
    expect(await listed()).toEqual(names);
    expect(proxy.asked.filter(({ method }) => method === "GET")).toHaveLength(2);
    expect(await listed("/marked/00999")).toEqual(names.slice(1_000));
  });

  test("a bucket that is not there, and a refusal, are said at once", async () => {
    const store = await bucket(endpoint, "nowhere");
    const missing = { code: "STORAGE_CONTAINER_NOT_FOUND", parameters: { name: "gs://nowhere" } };
    await expect(store.put("/a", text("x"))).rejects.toMatchObject(missing);
    await expect(store.putIfAbsent("/a", text("x"))).rejects.toMatchObject(missing);
    const listing = store.list("/a")[Symbol.asyncIterator]();
    await expect(listing.next()).rejects.toMatchObject(missing);
    for (const [status, code] of [
      [401, "STORAGE_CREDENTIALS_INVALID"],
      [403, "STORAGE_ACCESS_DENIED"],
    ] as const) {
      await using proxy = await startFaults(endpoint, () => ({ kind: "refuse", status }));
      const refused = await bucket(proxy.endpoint);
      const denied = { code, parameters: { path: "gs://laws/a%20b" } };
      await expect(refused.read("/a b")).rejects.toMatchObject(denied);
      await expect(refused.put("/a b", text("x"))).rejects.toMatchObject(denied);
      expect(proxy.asked).toHaveLength(2);
    }
  });

  test("an emulator is found by its variable, and not where the options name a server", async () => {
    const uri = { scheme: "gs", authority: "laws", path: "" };
    const variable = "STORAGE_EMULATOR_HOST";
    try {
      process.env[variable] = endpoint;
      const found = await openGcs(uri, { cache, options: {} });
      await found.put("/emulated", text("here"));
      process.env[variable] = "http://127.0.0.1:1";
      expect(await (await bucket()).read("/emulated")).toEqual(text("here"));
    } finally {
      delete process.env[variable];
    }
  });

  test("a key file that is none is said when the bucket is opened", async () => {
    const bad = await stage(text("not JSON"));
    for (const keyfile of [bad, `${bad}-none`]) {
      const name = "fs.gs.auth.service.account.json.keyfile";
      const given = { ...options(), "fs.gs.auth.type": "SERVICE_ACCOUNT_JSON_KEYFILE" };
      await expect(
        openGcs(
          { scheme: "gs", authority: "laws", path: "" },
          { cache, options: { ...given, [name]: keyfile } },
        ),
      ).rejects.toMatchObject({ code: "STORAGE_CREDENTIALS_INVALID" });
    }
  });

  test("an object that is stored under a content encoding is refused", async () => {
    const store = await bucket();
    const query = "uploadType=media&name=encoded&contentEncoding=gzip";
    await fetch(`${endpoint}/upload/storage/v1/b/laws/o?${query}`, {
      method: "POST",
      body: gzipSync("{}"),
    });
    await expect(store.read("/encoded")).rejects.toMatchObject({
      code: "STORAGE_READ_FAILED",
      message: expect.stringContaining("Content-Encoding gzip"),
    });
  });

  test("a Delta table and a streaming query live in a bucket", async () => {
    const builder = SparkSession.builder();
    for (const [key, value] of Object.entries(options())) builder.config(key, value);
    const session = await builder.getOrCreate();
    try {
      await session.sql(
        "CREATE TABLE delta.`gs://laws/t/one` (id BIGINT, name STRING) USING delta",
      );
      await session.sql("INSERT INTO delta.`gs://laws/t/one` VALUES (1, 'a'), (2, 'b')");
      const query = await session.readStream
        .format("delta")
        .load("gs://laws/t/one")
        .writeStream.format("delta")
        .option("checkpointLocation", "gs://laws/t/checkpoint")
        .trigger({ availableNow: true })
        .start("gs://laws/t/two");
      await query.awaitTermination();
      const two = await session.sql("SELECT * FROM delta.`gs://laws/t/two` ORDER BY id");
      expect((await two.collect()).map((row) => row["name"])).toEqual(["a", "b"]);
    } finally {
      await session.stop();
    }
  });
});
