import { existsSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { StoreSubject } from "../../../src/conformance/store.ts";
import { replaceEnv } from "../../../src/env.ts";
import { isError } from "../../../src/error/error.ts";
import { type Asked, type Fault, type Faulty, seededFaults, startFaults } from "../server/fault.ts";
import { azureOptions, azureSubject } from "./azure-subject.ts";

const server = inject("azure");
const azurite = "missing" in server ? { endpoint: "", queue: "", connectionString: "" } : server;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const refused = (status: number, code: string): Fault => ({
  ...{ kind: "refuse", status },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

/** `fault` for the first requests of a method, `times` of them. */
function first(method: string, fault: Fault, times = 1): Faulty["plan"] {
  let left = times;
  return (asked) => (asked.method === method && left-- > 0 ? fault : undefined);
}

describe.skipIf("missing" in server)("Azure through a proxy that fails", () => {
  let faulty: Faulty;
  let subject: StoreSubject;
  let slept: number[] = [];
  let restore = (): void => undefined;
  /** Waits between calls; those that watch a call have a signal. */
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) slept.push(ms);
  };

  beforeAll(async () => {
    faulty = await startFaults(azurite.endpoint);
    subject = await azureSubject(azurite, {
      ...azureOptions(faulty),
      "fs.azure.io.retry.max.retries": "4",
    });
    restore = replaceEnv({ sleep });
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
    for (let round = 0; round < 4; round++) {
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
    restore = replaceEnv({ sleep });
  });

  test("503 is tried again with longer waits, a 409 of another kind is not", async () => {
    faulty.plan = first("PUT", refused(503, "ServerBusy"), 2);
    expect(await subject.store.putIfAbsent(fresh(), text("x"))).toBe(true);
    expect(slept).toHaveLength(2);
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(250);
    faulty.plan = first("PUT", refused(409, "PendingCopyOperation"));
    await expect(subject.store.putIfAbsent(fresh(), text("x"))).rejects.toMatchObject({
      code: "STORAGE_WRITE_FAILED",
    });
    faulty.plan = first("PUT", refused(409, "BlobAlreadyExists"));
    expect(await subject.store.putIfAbsent(fresh(), text("x"))).toBe(false);
  });

  test("no answer at all: the write is said to be in doubt after the attempts", async () => {
    const path = fresh();
    faulty.plan = (one) => (one.method === "PUT" ? { kind: "lose" } : undefined);
    await expect(subject.store.putIfAbsent(path, text("x"))).rejects.toMatchObject({
      ...{ code: "STORAGE_WRITE_FAILED", kind: "unavailable" },
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
    expect(slept).toHaveLength(6);
  });

  test("a listing says to the service where it starts, also one that is asked for again", async () => {
    for (const name of ["a", "m", "z"])
      await subject.store.put(`${subject.root}/l/${name}`, text(name));
    faulty.asked.length = 0;
    faulty.plan = first("GET", { kind: "cut" });
    const listed: string[] = [];
    const options = { startAfter: `${subject.root}/l/m` };
    for await (const one of subject.store.list(`${subject.root}/l`, options)) listed.push(one.path);
    expect(listed).toEqual([`${subject.root}/l/z`]);
    const starts = asked("GET").map(({ url }) => new URLSearchParams(url).get("startFrom"));
    expect(starts).toEqual(Array(2).fill(`${subject.root.slice(1)}/l/m`));
  });

  test("a delete whose answer was dropped is done", async () => {
    const path = fresh();
    await subject.store.put(path, text("x"));
    faulty.plan = first("DELETE", { kind: "drop" });
    await subject.store.delete(path);
    expect(await subject.store.stat(path)).toBeUndefined();
  });

  const large = new Uint8Array(8 * 1024 * 1024 * 2 + 5).map((_, index) => (index >> 8) % 256);

  test("a large file arrives whole, though answers of each step are lost", async () => {
    const path = fresh();
    let [blocks, commits] = [0, 0];
    faulty.plan = ({ url }) => {
      if (/comp=blocklist/.test(url)) return commits++ === 0 ? { kind: "drop" } : undefined;
      return /comp=block&/.test(url) && blocks++ === 1 ? { kind: "drop" } : undefined;
    };
    const local = await subject.stage(large);
    const status = await subject.store.publish(local, path);
    expect([blocks, commits]).toEqual([4, 2]);
    const { etag } = (await subject.store.stat(path)) ?? {};
    expect(status).toMatchObject({ path, size: large.byteLength, etag });
    expect(Buffer.compare(await subject.store.read(path), large)).toBe(0);
    expect(existsSync(local)).toBe(false);
  });

  test("an upload that fails leaves no file, and the local one stays", async () => {
    const path = fresh();
    faulty.plan = ({ url }) =>
      /comp=blocklist/.test(url) ? refused(403, "AuthorizationFailure") : undefined;
    const local = await subject.stage(large);
    await expect(subject.store.publish(local, path)).rejects.toMatchObject({
      code: "STORAGE_ACCESS_DENIED",
    });
    expect(await subject.store.stat(path)).toBeUndefined();
    for await (const one of subject.store.list(subject.root)) expect(one.path).not.toBe(path);
    expect(existsSync(local)).toBe(true);
  });

  test("what more tries will not mend is said at once, with what to set", async () => {
    for (const [status, code, condition, remedy] of [
      [403, "AuthenticationFailed", "STORAGE_CREDENTIALS_INVALID", /fs\.azure\.account\.key/],
      [403, "AuthorizationFailure", "STORAGE_ACCESS_DENIED", /fs\.azure\.account\.key/],
      [404, "ContainerNotFound", "STORAGE_CONTAINER_NOT_FOUND", /conformance/],
      [400, "InvalidHeaderValue", "STORAGE_READ_FAILED", /InvalidHeaderValue/],
    ] as const) {
      faulty.asked.length = 0;
      faulty.plan = () => refused(status, code);
      const failure = await subject.store.read(fresh()).catch((thrown: unknown) => thrown);
      expect(isError(failure) && failure.code).toBe(condition);
      expect((failure as Error).message).toMatch(remedy);
      expect(faulty.asked).toHaveLength(1);
    }
  });

  test("racers through a proxy that fails by chance: one winner each", async () => {
    const of: readonly Fault[] = [
      ...([{ kind: "drop" }, { kind: "lose" }, { kind: "delay", ms: 5 }] as const),
      ...[refused(503, "ServerBusy"), refused(500, "InternalError")],
    ];
    faulty.plan = seededFaults(42, { share: 0.3, of });
    for (let round = 0; round < 12; round++) {
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
