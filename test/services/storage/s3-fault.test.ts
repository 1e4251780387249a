import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { isError } from "../../../src/error/error.ts";
import { faultLaws, faultTrial, first, refused, text } from "./fault-law.ts";
import { adminOf, s3Subject } from "./s3-subject.ts";

const server = inject("s3");
describe.skipIf("missing" in server)("S3 through a proxy that fails", () => {
  const real = "endpoint" in server ? server.endpoint : "";
  const trial = faultTrial(real, (endpoint) =>
    s3Subject(endpoint, { "fs.s3a.attempts.maximum": "5", "fs.s3a.multipart.size": "5M" }),
  );
  const { fresh, asked } = trial;
  faultLaws(trial, [refused(503, "SlowDown"), refused(409, "ConditionalRequestConflict")]);

  test("503 and 409 of two that meet are tried again, with longer waits when throttled", async () => {
    trial.faulty.plan = first("PUT", refused(503, "SlowDown"), 2);
    expect(await trial.subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(trial.slept).toHaveLength(2);
    expect(Math.min(...trial.slept)).toBeGreaterThanOrEqual(250);
    trial.slept = [];
    trial.faulty.plan = first("PUT", refused(409, "ConditionalRequestConflict"), 2);
    expect(await trial.subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(trial.slept).toHaveLength(2);
    expect(Math.max(...trial.slept)).toBeLessThanOrEqual(200);
  });

  test("listings come page by page, as wanted, without markers of folders", async () => {
    await using paged = await s3Subject(trial.faulty.endpoint, { "fs.s3a.paging.maximum": "3" });
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
    trial.faulty.plan = (one) => (one.count % 2 === 0 ? { kind: "cut" } : undefined);
    expect(await all(true)).toEqual(names);
    trial.faulty.plan = () => undefined;
    trial.faulty.asked.length = 0;
    for await (const { path } of store.list(root, { recursive: true })) {
      if (path.endsWith("/b")) break;
    }
    expect(asked("GET")).toHaveLength(1);
  });

  test("a server that says nothing is asked again, also in the middle of its answer", async () => {
    await using hasty = await s3Subject(trial.faulty.endpoint, {
      "fs.s3a.connection.timeout": "2s",
    });
    const path = fresh();
    await hasty.store.put(path, text("0123456789"));
    trial.faulty.plan = first("GET", { kind: "delay", ms: 6_000 });
    expect(await hasty.store.readRange(path, 1, 3)).toEqual(text("123"));
    trial.faulty.plan = first("GET", { kind: "stall" });
    expect(await hasty.store.readRange(path, 1, 3)).toEqual(text("123"));
    trial.faulty.plan = first("PUT", { kind: "delay", ms: 6_000 });
    expect(await hasty.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(trial.slept.length).toBeGreaterThanOrEqual(3);
  });

  test("a file that was replaced is an error when its ETag is asked for", async () => {
    const path = fresh();
    await trial.subject.store.put(path, text("0123456789"));
    const etag = (await trial.subject.store.stat(path))?.etag ?? "";
    expect(await trial.subject.store.readRange(path, 2, 2, etag)).toEqual(text("23"));
    await trial.subject.store.put(path, text("abcdefghij"));
    const changed = { code: "STORAGE_FILE_CHANGED", parameters: { expected: etag } };
    await expect(trial.subject.store.readRange(path, 2, 2, etag)).rejects.toMatchObject(changed);
    await expect(trial.subject.store.readRange(path, 2, 0, etag)).rejects.toMatchObject(changed);
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
      trial.faulty.plan = ({ method, url }) => {
        if (method === "POST" && /\?uploads/.test(url)) {
          return creations++ === 0 ? { kind: "drop" } : undefined;
        }
        if (method === "PUT") return parts++ === 1 ? { kind: "drop" } : undefined;
        if (method === "POST") return completions++ === 0 ? { kind: "drop" } : undefined;
        return undefined;
      };
      const local = await trial.subject.stage(large);
      const status = await trial.subject.store.publish(local, path);
      expect(status.size).toBe(large.byteLength);
      expect(Buffer.compare(await trial.subject.store.read(path), large)).toBe(0);
      expect([creations, parts, completions]).toEqual([2, 4, 2]);
      expect(await uploads()).toBe(0);
      expect(await readdir(dirname(local))).not.toContain(local.split("/").at(-1));
    });

    test("one that fails is aborted, and the local file stays", async () => {
      const path = fresh();
      trial.faulty.plan = ({ method, url }) =>
        method === "PUT" && /partNumber=2/.test(url) ? refused(403, "AccessDenied") : undefined;
      const local = await trial.subject.stage(large);
      const failed = trial.subject.store.publish(local, path);
      await expect(failed).rejects.toMatchObject({ code: "STORAGE_ACCESS_DENIED" });
      expect(await trial.subject.store.stat(path)).toBeUndefined();
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
      trial.faulty.asked.length = 0;
      trial.faulty.plan = () => refused(status, code);
      const failure = await trial.subject.store.read(fresh()).catch((thrown: unknown) => thrown);
      expect(isError(failure) && failure.code).toBe(condition);
      expect((failure as Error).message).toMatch(remedy);
      expect(trial.faulty.asked).toHaveLength(1);
    }
  });
});
