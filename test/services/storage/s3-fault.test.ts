import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { StoreSubject } from "../../../src/conformance/store.ts";
import { replaceEnv } from "../../../src/env.ts";
import { isError } from "../../../src/error/error.ts";
import { type Asked, type Fault, type Faulty, seededFaults, startFaults } from "../server/fault.ts";
import { adminOf, s3Subject } from "./s3-subject.ts";

const server = inject("s3");
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const xml = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
const refused = (status: number, code: string): Fault => ({
  kind: "refuse",
  status,
  body: xml(code),
});

/** `fault` for the first requests of a method, `times` of them. */
function first(method: string, fault: Fault, times = 1): Faulty["plan"] {
  let left = times;
  return (asked) => (asked.method === method && left-- > 0 ? fault : undefined);
}

describe.skipIf("missing" in server)("S3 through a proxy that fails", () => {
  let faulty: Faulty;
  let subject: StoreSubject;
  let slept: number[] = [];
  let restore = (): void => undefined;
  const real = "endpoint" in server ? server.endpoint : "";

  beforeAll(async () => {
    faulty = await startFaults(real);
    subject = await s3Subject(faulty.endpoint, {
      "fs.s3a.attempts.maximum": "5",
      "fs.s3a.multipart.size": "5M",
    });
    restore = replaceEnv({ sleep: async (ms) => void slept.push(ms) });
  });
  afterAll(async () => {
    restore();
    await subject[Symbol.asyncDispose]();
    await faulty[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    faulty.plan = () => undefined;
    faulty.asked.length = 0;
    faulty.faults.length = 0;
    slept = [];
  });

  let names = 0;
  const fresh = (): string => `${subject.root}/${names++}`;
  const asked = (method: string): Asked[] => faulty.asked.filter((one) => one.method === method);

  test("a put whose answer was dropped is ours; the next one is not", async () => {
    const path = fresh();
    faulty.plan = first("PUT", { kind: "drop" });
    expect(await subject.store.putIfAbsent(path, text("same"))).toBe(true);
    expect(await subject.store.putIfAbsent(path, text("same"))).toBe(false);
  });

  test("a name taken by another with the same bytes is not ours, though an answer was lost", async () => {
    const path = fresh();
    await subject.store.putIfAbsent(path, text("same"));
    faulty.plan = first("PUT", { kind: "drop" });
    expect(await subject.store.putIfAbsent(path, text("same"))).toBe(false);
    await subject.store.put(path, text("same"));
    faulty.plan = first("PUT", { kind: "lose" });
    expect(await subject.store.putIfAbsent(path, text("same"))).toBe(false);
  });

  test("a put that arrives late wins or loses like any other, and only one has the name", async () => {
    restore();
    for (let round = 0; round < 5; round++) {
      const path = fresh();
      faulty.plan = first("PUT", { kind: "late", ms: round * 60 }, 2);
      const won = await Promise.all(
        [0, 1, 2, 3].map((racer) => subject.store.putIfAbsent(path, text(`${racer}`))),
      );
      expect(won.filter((one) => one)).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const there = new TextDecoder().decode(await subject.store.read(path));
      expect(there).toBe(`${won.indexOf(true)}`);
    }
    restore = replaceEnv({ sleep: async (ms) => void slept.push(ms) });
  });

  test("503 and 409 of two that meet are tried again, with longer waits when throttled", async () => {
    faulty.plan = first("PUT", refused(503, "SlowDown"), 2);
    expect(await subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(slept).toHaveLength(2);
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(250);
    slept = [];
    faulty.plan = first("PUT", refused(409, "ConditionalRequestConflict"), 2);
    expect(await subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(slept).toHaveLength(2);
    expect(Math.max(...slept)).toBeLessThanOrEqual(200);
  });

  test("no answer at all: the write is said to be in doubt after the attempts", async () => {
    const path = fresh();
    faulty.plan = (one) => (one.method === "PUT" ? { kind: "lose" } : undefined);
    const failed = subject.store.putIfAbsent(path, text("x"));
    await expect(failed).rejects.toMatchObject({
      code: "STORAGE_WRITE_FAILED",
      kind: "unavailable",
    });
    expect(asked("PUT")).toHaveLength(5);
    faulty.plan = (one) => (one.method === "PUT" ? { kind: "drop" } : undefined);
    expect(await subject.store.putIfAbsent(path, text("x"))).toBe(true);
  });

  test("broken answers are never short: reads, ranges and listings are asked for again", async () => {
    const path = fresh();
    const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
    await subject.store.put(path, bytes);
    faulty.plan = first("GET", { kind: "cut" }, 2);
    expect(Buffer.compare(await subject.store.read(path), bytes)).toBe(0);
    faulty.plan = first("GET", { kind: "cut" }, 2);
    const part = await subject.store.readRange(path, 1_000, 150_000);
    expect(Buffer.compare(part, bytes.subarray(1_000, 151_000))).toBe(0);
    faulty.plan = first("GET", { kind: "cut" }, 2);
    const listed: string[] = [];
    for await (const one of subject.store.list(subject.root)) listed.push(one.path);
    expect(listed).toContain(path);
    expect(new Set(listed).size).toBe(listed.length);
  });

  test("listings come page by page, as wanted, without markers of folders", async () => {
    await using paged = await s3Subject(faulty.endpoint, { "fs.s3a.paging.maximum": "3" });
    const { store, root } = paged;
    const admin = await adminOf(real);
    const names = ["a", "b", "c/1", "c/2", "c/3", "c/4", "d", "e", "f", "g"];
    for (const name of names) await store.put(`${root}/${name}`, text(name));
    for (const marker of ["c/", "empty/", "old_$folder$"]) {
      await admin.putObject({
        Bucket: "store",
        Key: `${root.slice(1)}/${marker}`,
        Body: new Uint8Array(),
      });
    }
    const all = async (recursive: boolean, startAfter?: string): Promise<string[]> => {
      const found: string[] = [];
      const after = startAfter === undefined ? {} : { startAfter: `${root}/${startAfter}` };
      for await (const { path } of store.list(root, { recursive, ...after })) {
        found.push(path.slice(root.length + 1));
      }
      return found;
    };
    expect(await all(true)).toEqual(names);
    expect(await all(false)).toEqual(["a", "b", "d", "e", "f", "g"]);
    expect(await all(true, "c/2")).toEqual(names.slice(4));
    expect(await all(false, "c/2")).toEqual(["d", "e", "f", "g"]);
    faulty.plan = (one) => (one.count % 2 === 0 ? { kind: "cut" } : undefined);
    expect(await all(true)).toEqual(names);
    faulty.plan = () => undefined;
    faulty.asked.length = 0;
    for await (const { path } of store.list(root, { recursive: true })) {
      if (path.endsWith("/b")) break;
    }
    expect(asked("GET")).toHaveLength(1);
  });

  test("a server that says nothing is asked again, also in the middle of its answer", async () => {
    await using hasty = await s3Subject(faulty.endpoint, { "fs.s3a.connection.timeout": "2s" });
    const path = fresh();
    await hasty.store.put(path, text("0123456789"));
    faulty.plan = first("GET", { kind: "delay", ms: 6_000 });
    expect(await hasty.store.readRange(path, 1, 3)).toEqual(text("123"));
    faulty.plan = first("GET", { kind: "stall" });
    expect(await hasty.store.readRange(path, 1, 3)).toEqual(text("123"));
    faulty.plan = first("PUT", { kind: "delay", ms: 6_000 });
    expect(await hasty.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(slept.length).toBeGreaterThanOrEqual(3);
  });

  test("a file that was replaced is an error when its ETag is asked for", async () => {
    const path = fresh();
    await subject.store.put(path, text("0123456789"));
    const etag = (await subject.store.stat(path))?.etag ?? "";
    expect(await subject.store.readRange(path, 2, 2, etag)).toEqual(text("23"));
    await subject.store.put(path, text("abcdefghij"));
    const changed = { code: "STORAGE_FILE_CHANGED", parameters: { expected: etag } };
    await expect(subject.store.readRange(path, 2, 2, etag)).rejects.toMatchObject(changed);
    await expect(subject.store.readRange(path, 2, 0, etag)).rejects.toMatchObject(changed);
  });

  describe("uploads in parts", () => {
    const large = new Uint8Array(12 * 1024 * 1024 + 5).map((_, index) => (index >> 8) % 256);
    const uploads = async (): Promise<number> => {
      const { Uploads = [] } = await (await adminOf(real)).listMultipartUploads({
        Bucket: "store",
      });
      return Uploads.length;
    };

    test("a large file arrives whole, though answers of each step are lost", async () => {
      const path = fresh();
      let [creations, parts, completions] = [0, 0, 0];
      faulty.plan = ({ method, url }) => {
        if (method === "POST" && /\?uploads/.test(url)) {
          return creations++ === 0 ? { kind: "drop" } : undefined;
        }
        if (method === "PUT") return parts++ === 1 ? { kind: "drop" } : undefined;
        if (method === "POST") return completions++ === 0 ? { kind: "drop" } : undefined;
        return undefined;
      };
      const local = await subject.stage(large);
      const status = await subject.store.publish(local, path);
      expect(status.size).toBe(large.byteLength);
      expect(Buffer.compare(await subject.store.read(path), large)).toBe(0);
      expect([creations, parts, completions]).toEqual([2, 4, 2]);
      expect(await uploads()).toBe(0);
      expect(await readdir(dirname(local))).not.toContain(local.split("/").at(-1));
    });

    test("one that fails is aborted, and the local file stays", async () => {
      const path = fresh();
      faulty.plan = ({ method, url }) =>
        method === "PUT" && /partNumber=2/.test(url) ? refused(403, "AccessDenied") : undefined;
      const local = await subject.stage(large);
      const failed = subject.store.publish(local, path);
      await expect(failed).rejects.toMatchObject({ code: "STORAGE_ACCESS_DENIED" });
      expect(await subject.store.stat(path)).toBeUndefined();
      expect(await uploads()).toBe(0);
      expect(await readdir(dirname(local))).toContain(local.split("/").at(-1));
    });
  });

  test("what more tries will not mend is said at once, with what to set", async () => {
    for (const [status, code, condition, remedy] of [
      [403, "AccessDenied", "STORAGE_ACCESS_DENIED", /s3:ListBucket/],
      [403, "InvalidAccessKeyId", "STORAGE_CREDENTIALS_INVALID", /fs\.s3a\.access\.key/],
      [403, "SignatureDoesNotMatch", "STORAGE_CREDENTIALS_INVALID", /fs\.s3a\.secret\.key/],
      [400, "ExpiredToken", "STORAGE_CREDENTIALS_INVALID", /fs\.s3a\.session\.token/],
      [404, "NoSuchBucket", "STORAGE_CONTAINER_NOT_FOUND", /store/],
      [400, "InvalidRequest", "STORAGE_READ_FAILED", /InvalidRequest/],
    ] as const) {
      faulty.asked.length = 0;
      faulty.plan = () => refused(status, code);
      const failure = await subject.store.read(fresh()).catch((thrown: unknown) => thrown);
      expect(isError(failure) && failure.code).toBe(condition);
      expect((failure as Error).message).toMatch(remedy);
      expect(faulty.asked).toHaveLength(1);
    }
  });

  test("racers through a proxy that fails by chance: one winner each, and its bytes", async () => {
    faulty.plan = seededFaults(42, {
      share: 0.3,
      of: [
        { kind: "drop" },
        { kind: "lose" },
        { kind: "delay", ms: 5 },
        refused(503, "SlowDown"),
        refused(409, "ConditionalRequestConflict"),
        refused(500, "InternalError"),
      ],
    });
    for (let round = 0; round < 20; round++) {
      const path = fresh();
      const won = await Promise.all(
        Array.from({ length: 6 }, () =>
          subject.store.putIfAbsent(path, text("all the same")).catch(() => "in doubt"),
        ),
      );
      const winners = won.filter((one) => one === true).length;
      expect(winners).toBeLessThanOrEqual(1);
      if (!won.includes("in doubt")) expect(winners).toBe(1);
    }
    expect(faulty.faults.length).toBeGreaterThan(20);
  });
});
