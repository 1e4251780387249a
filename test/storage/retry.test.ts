import { afterEach, beforeEach, expect, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import {
  isNetworkFailure,
  putOnce,
  type RetryPolicy,
  retrying,
  transientStatus,
} from "../../src/storage/retry.ts";

const slept: number[] = [];
let chance = 0;
let restore = (): void => undefined;
beforeEach(() => {
  slept.length = 0;
  chance = 0;
  restore = replaceEnv({ sleep: async (ms) => void slept.push(ms), random: () => chance });
});
afterEach(() => restore());

class Status extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}
const policy: RetryPolicy = {
  attempts: 4,
  transient: (thrown) => transientStatus(thrown instanceof Status ? thrown.status : undefined),
};

test("waits double up to a bound, by chance, and longer when throttled", async () => {
  const failing = (status: number, attempts: number) =>
    retrying({ ...policy, attempts }, async () => {
      throw new Status(status);
    });
  await expect(failing(500, 4)).rejects.toThrow("status 500");
  expect(slept).toEqual([50, 100, 200]);
  slept.length = 0;
  chance = 1;
  await expect(failing(503, 9)).rejects.toThrow("status 503");
  expect(slept).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
});

test("the time a server asks for comes on top, bounded", async () => {
  const after = (afterMs: number) =>
    retrying(
      { attempts: 2, transient: () => ({ throttled: true, afterMs }) },
      async () => await Promise.reject(new Error("busy")),
    );
  await expect(after(1_000)).rejects.toThrow("busy");
  await expect(after(3_600_000)).rejects.toThrow("busy");
  expect(slept).toEqual([1_250, 20_000]);
});

test("a failure for good is thrown at once, and a success ends it", async () => {
  let calls = 0;
  const work = async (attempt: number): Promise<string> => {
    calls++;
    if (attempt < 3) throw new Status(500);
    return "done";
  };
  expect(await retrying(policy, work)).toBe("done");
  expect(calls).toBe(3);
  slept.length = 0;
  await expect(retrying(policy, async () => await Promise.reject(new Status(403)))).rejects.toThrow(
    "status 403",
  );
  expect(slept).toEqual([]);
});

/** A name that holds a token; `lose` says at which calls the answer is lost, and how. */
function name(lose: Record<number, "before" | "after" | "token">) {
  const held: { token?: string; calls: number } = { calls: 0 };
  return {
    held,
    put: async (token: string): Promise<boolean> => {
      const how = lose[++held.calls];
      if (how === "before") throw new Status(500);
      const free = held.token === undefined;
      if (free) held.token = token;
      if (how === "after") throw new Status(500);
      return free;
    },
    token: async (): Promise<string | undefined> => {
      if (lose[++held.calls] !== undefined) throw new Status(500);
      return held.token;
    },
  };
}

test("a put whose answer was lost knows its own file, and never another's", async () => {
  expect(await putOnce(policy, name({}))).toBe(true);
  expect(await putOnce(policy, name({ 1: "after" }))).toBe(true);
  expect(await putOnce(policy, name({ 1: "before" }))).toBe(true);
  expect(await putOnce(policy, name({ 1: "after", 3: "token" }))).toBe(true);
  const taken = name({ 1: "before", 2: "after" });
  taken.held.token = "of another";
  expect(await putOnce(policy, taken)).toBe(false);
  const first = name({});
  first.held.token = "of another";
  expect(await putOnce(policy, first)).toBe(false);
  expect(first.held.calls, "a name that is taken at the first call was never ours").toBe(1);
});

test("a put that never got an answer is read back once, and else thrown", async () => {
  const lost = { 1: "after", 2: "after", 3: "after", 4: "after" } as const;
  expect(await putOnce(policy, name(lost))).toBe(true);
  await expect(putOnce(policy, name({ ...lost, 5: "token" }))).rejects.toThrow("status 500");
  const never = { 1: "before", 2: "before", 3: "before", 4: "before" } as const;
  await expect(putOnce(policy, name(never))).rejects.toThrow("status 500");
  const taken = name(never);
  taken.held.token = "of another";
  expect(await putOnce(policy, taken)).toBe(false);
});

test("network failures are told by their code, also as a cause; bugs are not", () => {
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(isNetworkFailure(reset)).toBe(true);
  expect(isNetworkFailure(new Error("fetch failed", { cause: reset }))).toBe(true);
  expect(isNetworkFailure(new Error("aborted"))).toBe(true);
  expect(isNetworkFailure(new TypeError("x is not a function"))).toBe(false);
  expect(isNetworkFailure(undefined)).toBe(false);
});

test("statuses", () => {
  const again = [408, 429, 500, 502, 503, 504].filter((one) => transientStatus(one));
  expect(again).toEqual([408, 429, 500, 502, 503, 504]);
  const final = [undefined, 200, 400, 403, 404, 409, 412, 416, 501, 505];
  expect(final.filter((one) => transientStatus(one))).toEqual([]);
  expect(transientStatus(503)?.throttled).toBe(true);
  expect(transientStatus(500)?.throttled).toBe(false);
});
