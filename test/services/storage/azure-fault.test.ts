import { existsSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { isError } from "../../../src/error/error.ts";
import { azureOptions, azureSubject } from "./azure-subject.ts";
import { faultLaws, faultTrial, first, refused, text } from "./fault-law.ts";

const server = inject("azure");
const azurite = "missing" in server ? { endpoint: "", queue: "", connectionString: "" } : server;
describe.skipIf("missing" in server)("Azure through a proxy that fails", () => {
  const trial = faultTrial(azurite.endpoint, (endpoint) =>
    azureSubject(azurite, {
      ...azureOptions({ endpoint }),
      "fs.azure.io.retry.max.retries": "4",
    }),
  );
  const { fresh, asked } = trial;
  faultLaws(trial, [refused(503, "ServerBusy")]);

  test("503 is tried again with longer waits, a 409 of another kind is not", async () => {
    trial.faulty.plan = first("PUT", refused(503, "ServerBusy"), 2);
    expect(await trial.subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(trial.slept).toHaveLength(2);
    expect(Math.min(...trial.slept)).toBeGreaterThanOrEqual(250);
    trial.faulty.plan = first("PUT", refused(409, "PendingCopyOperation"));
    await expect(trial.subject.store.putIfAbsent(fresh(), text("x"))).rejects.toMatchObject({
      code: "STORAGE_WRITE_FAILED",
    });
    trial.faulty.plan = first("PUT", refused(409, "BlobAlreadyExists"));
    expect(await trial.subject.store.putIfAbsent(fresh(), text("x"))).toBe(false);
  });

  test("a listing says to the service where it starts, also one that is asked for again", async () => {
    for (const name of ["a", "m", "z"])
      await trial.subject.store.put(`${trial.subject.root}/l/${name}`, text(name));
    trial.faulty.asked.length = 0;
    trial.faulty.plan = first("GET", { kind: "cut" });
    const listed: string[] = [];
    const options = { startAfter: `${trial.subject.root}/l/m` };
    for await (const one of trial.subject.store.list(`${trial.subject.root}/l`, options))
      listed.push(one.path);
    expect(listed).toEqual([`${trial.subject.root}/l/z`]);
    const starts = asked("GET").map(({ url }) => new URLSearchParams(url).get("startFrom"));
    expect(starts).toEqual(Array(2).fill(`${trial.subject.root.slice(1)}/l/m`));
  });

  test("a delete whose answer was dropped is done", async () => {
    const path = fresh();
    await trial.subject.store.put(path, text("x"));
    trial.faulty.plan = first("DELETE", { kind: "drop" });
    await trial.subject.store.delete(path);
    expect(await trial.subject.store.stat(path)).toBeUndefined();
  });

  const large = new Uint8Array(8 * 1024 * 1024 * 2 + 5).map((_, index) => (index >> 8) % 256);

  test("a large file arrives whole, though answers of each step are lost", async () => {
    const path = fresh();
    let [blocks, commits] = [0, 0];
    trial.faulty.plan = ({ url }) => {
      if (/comp=blocklist/.test(url)) return commits++ === 0 ? { kind: "drop" } : undefined;
      return /comp=block&/.test(url) && blocks++ === 1 ? { kind: "drop" } : undefined;
    };
    const local = await trial.subject.stage(large);
    const status = await trial.subject.store.publish(local, path);
    expect([blocks, commits]).toEqual([4, 2]);
    const { etag } = (await trial.subject.store.stat(path)) ?? {};
    expect(status).toMatchObject({ path, size: large.byteLength, etag });
    expect(Buffer.compare(await trial.subject.store.read(path), large)).toBe(0);
    expect(existsSync(local)).toBe(false);
  });

  test("an upload that fails leaves no file, and the local one stays", async () => {
    const path = fresh();
    trial.faulty.plan = ({ url }) =>
      /comp=blocklist/.test(url) ? refused(403, "AuthorizationFailure") : undefined;
    const local = await trial.subject.stage(large);
    await expect(trial.subject.store.publish(local, path)).rejects.toMatchObject({
      code: "STORAGE_ACCESS_DENIED",
    });
    expect(await trial.subject.store.stat(path)).toBeUndefined();
    for await (const one of trial.subject.store.list(trial.subject.root))
      expect(one.path).not.toBe(path);
    expect(existsSync(local)).toBe(true);
  });

  test("what more tries will not mend is said at once, with what to set", async () => {
    for (const [status, code, condition, remedy] of [
      [403, "AuthenticationFailed", "STORAGE_CREDENTIALS_INVALID", /fs\.azure\.account\.key/],
      [403, "AuthorizationFailure", "STORAGE_ACCESS_DENIED", /fs\.azure\.account\.key/],
      [404, "ContainerNotFound", "STORAGE_CONTAINER_NOT_FOUND", /conformance/],
      [400, "InvalidHeaderValue", "STORAGE_READ_FAILED", /InvalidHeaderValue/],
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
