import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Discovery } from "../../../../src/connector/file/discovery.ts";
import { replaceEnv } from "../../../../src/env.ts";
import { type Cache, openCache } from "../../../../src/storage/cache/cache.ts";
import { openGcs } from "../../../../src/storage/gcs/store.ts";
import { importPeer } from "../../../../src/storage/peer.ts";
import { openStaging, type Staging } from "../../../../src/storage/staging.ts";
import type { Store } from "../../../../src/storage/store.ts";
import { startFaults } from "../../server/fault.ts";
import { azureSubject } from "../../storage/azure-subject.ts";
import { s3Subject } from "../../storage/s3-subject.ts";

const s3 = inject("s3");
const gcs = inject("gcs");
const azure = inject("azure");

const days = 1_001;
const rules = { recursive: false, nested: true };
const nothing = new Uint8Array();

function day(at: number): string {
  return new Date(Date.UTC(2024, 0, 1 + at)).toISOString().slice(0, 10).replaceAll("-", "/");
}

/** A folder with a file for each day, some put at a time. */
async function makeZone(store: Store, root: string): Promise<void> {
  let next = 0;
  const put = async (): Promise<void> => {
    for (let at = next++; at < days; at = next++) await store.put(`${root}/${day(at)}/a`, nothing);
  };
  await Promise.all(Array.from({ length: 16 }, put));
}

/** Looks at the zone by day; requests of the first look and of one after a new file came. */
async function requests(store: Store, root: string, asked: readonly unknown[]) {
  let now = 1_000;
  const back = replaceEnv({ now: () => now });
  try {
    const paths = [{ store, path: root }];
    const discovery = new Discovery({ paths, rules, incremental: "always", backfillMs: 500 });
    const seen = new Set<string>();
    const look = async () => {
      const before = asked.length;
      const found: string[] = [];
      await discovery.look({
        visit: ({ path }) => {
          if (seen.has(path)) return false;
          seen.add(path);
          found.push(path.slice(root.length + 1));
          return true;
        },
      });
      return { found, requests: asked.length - before };
    };
    const first = await look();
    expect(first.found).toHaveLength(days);
    await store.put(`${root}/${day(3)}/late`, nothing);
    await store.put(`${root}/${day(days - 1)}/b`, nothing);
    await store.put(`${root}/${day(days)}/a`, nothing);
    const second = await look();
    expect(second.found).toEqual([`${day(days - 1)}/b`, `${day(days)}/a`]);
    now += 500;
    expect((await look()).found).toEqual([`${day(3)}/late`]);
    return { first: first.requests, second: second.requests };
  } finally {
    back();
  }
}

describe("a zone of a thousand dated folders, and a new file in the newest", () => {
  let staging: Staging;
  let cache: Cache;
  beforeAll(async () => {
    staging = await openStaging();
    cache = openCache({ folder: join(staging.path, "cache") });
  });
  afterAll(async () => {
    await cache[Symbol.asyncDispose]();
    await staging[Symbol.asyncDispose]();
  });

  test.skipIf("missing" in s3)("in S3 is one request where all are two", async () => {
    await using proxy = await startFaults("endpoint" in s3 ? s3.endpoint : "");
    await using subject = await s3Subject(proxy.endpoint);
    const { store, root } = subject;
    await makeZone(store, root);
    expect(await requests(store, root, proxy.asked)).toEqual({ first: 2, second: 1 });
  });

  test.skipIf("missing" in gcs)("in Google Cloud Storage too", async () => {
    const endpoint = "endpoint" in gcs ? gcs.endpoint : "";
    await using proxy = await startFaults(endpoint);
    const { Storage } = await importPeer<{
      readonly Storage: new (options: object) => { createBucket(name: string): Promise<unknown> };
    }>("@google-cloud/storage", "tests");
    await new Storage({ apiEndpoint: endpoint, projectId: "test" }).createBucket("dated");
    const options = {
      "fs.gs.storage.root.url": proxy.endpoint,
      "fs.gs.auth.type": "UNAUTHENTICATED",
    };
    const uri = { scheme: "gs", authority: "dated", path: "" };
    const store = await openGcs(uri, { cache, options });
    await makeZone(store, "/zone");
    expect(await requests(store, "/zone", proxy.asked)).toEqual({ first: 2, second: 1 });
  });

  test.skipIf("missing" in azure)("on Azure is found by the end alone", async () => {
    const missing = { endpoint: "", queue: "", connectionString: "" };
    await using subject = await azureSubject("missing" in azure ? missing : azure);
    await makeZone(subject.store, subject.root);
    await requests(subject.store, subject.root, []);
  });
});
