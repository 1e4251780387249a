import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { StoreSubject } from "../../../src/conformance/store.ts";
import { replaceEnv } from "../../../src/env.ts";
import { type Asked, type Fault, type Faulty, seededFaults, startFaults } from "../server/fault.ts";

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The server's own refusal, in the XML that S3 and Azure share. */
export const refused = (status: number, code: string): Fault => ({
  ...{ kind: "refuse", status },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

/** `fault` for the first requests of a method, `times` of them. */
export function first(method: string, fault: Fault, times = 1): Faulty["plan"] {
  let left = times;
  return (asked) => (asked.method === method && left-- > 0 ? fault : undefined);
}

/** A store of five attempts behind a proxy, for the tests of one `describe`. */
export interface FaultTrial {
  faulty: Faulty;
  subject: StoreSubject;
  /** The waits between calls, ms: none takes any time. */
  slept: number[];
  /** Gives waits their time, until `restore`d. */
  restore: () => void;
  /** A path that nothing has used. */
  fresh(): string;
  asked(method: string): Asked[];
}

/** Opens the store before the tests; each begins without faults. */
export function faultTrial(
  endpoint: string,
  open: (endpoint: string) => Promise<StoreSubject>,
): FaultTrial {
  let names = 0;
  const trial = {
    slept: [],
    fresh: () => `${trial.subject.root}/${names++}`,
    asked: (method) => trial.faulty.asked.filter((one) => one.method === method),
  } as Partial<FaultTrial> as FaultTrial;
  beforeAll(async () => {
    trial.faulty = await startFaults(endpoint);
    trial.subject = await open(trial.faulty.endpoint);
    trial.restore = withoutWaits(trial);
  });
  afterAll(async () => {
    trial.restore();
    await trial.subject[Symbol.asyncDispose]();
    await trial.faulty[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    trial.faulty.plan = () => undefined;
    trial.faulty.asked.length = 0;
    trial.faulty.faults.length = 0;
    trial.slept = [];
  });
  return trial;
}

/** Writes down the waits between calls; those that watch a call have a signal. */
function withoutWaits(trial: FaultTrial): () => void {
  return replaceEnv({
    sleep: async (ms, signal) => {
      if (signal === undefined) trial.slept.push(ms);
    },
  });
}

/** What every store over a network does when answers are lost; `refusals` are worth another try. */
export function faultLaws(trial: FaultTrial, refusals: readonly Fault[]): void {
  test("a put whose answer was dropped is ours; the next one is not", async () => {
    const path = trial.fresh();
    trial.faulty.plan = first("PUT", { kind: "drop" });
    expect(await trial.subject.store.putIfAbsent(path, text("same"))).toBe(true);
    expect(await trial.subject.store.putIfAbsent(path, text("same"))).toBe(false);
  });

  test("a name taken by another with the same bytes is not ours, though an answer was lost", async () => {
    const path = trial.fresh();
    await trial.subject.store.putIfAbsent(path, text("same"));
    trial.faulty.plan = first("PUT", { kind: "drop" });
    expect(await trial.subject.store.putIfAbsent(path, text("same"))).toBe(false);
    await trial.subject.store.put(path, text("same"));
    trial.faulty.plan = first("PUT", { kind: "lose" });
    expect(await trial.subject.store.putIfAbsent(path, text("same"))).toBe(false);
  });

  test("a put that arrives late wins or loses like any other, and only one has the name", async () => {
    trial.restore();
    for (let round = 0; round < 5; round++) {
      const path = trial.fresh();
      trial.faulty.plan = first("PUT", { kind: "late", ms: round * 60 }, 2);
      const won = await Promise.all(
        [0, 1, 2, 3].map((racer) => trial.subject.store.putIfAbsent(path, text(`${racer}`))),
      );
      expect(won.filter((one) => one)).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const there = new TextDecoder().decode(await trial.subject.store.read(path));
      expect(there).toBe(`${won.indexOf(true)}`);
    }
    trial.restore = withoutWaits(trial);
  });

  test("no answer at all: the write is said to be in doubt after the attempts", async () => {
    const path = trial.fresh();
    trial.faulty.plan = (one) => (one.method === "PUT" ? { kind: "lose" } : undefined);
    const failed = trial.subject.store.putIfAbsent(path, text("x"));
    await expect(failed).rejects.toMatchObject({
      code: "STORAGE_WRITE_FAILED",
      kind: "unavailable",
    });
    expect(trial.asked("PUT")).toHaveLength(5);
    trial.faulty.plan = (one) => (one.method === "PUT" ? { kind: "drop" } : undefined);
    expect(await trial.subject.store.putIfAbsent(path, text("x"))).toBe(true);
  });

  test("broken answers are never short: reads, ranges and listings are asked for again", async () => {
    const path = trial.fresh();
    const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
    await trial.subject.store.put(path, bytes);
    trial.faulty.plan = first("GET", { kind: "cut" }, 2);
    expect(Buffer.compare(await trial.subject.store.read(path), bytes)).toBe(0);
    trial.faulty.plan = first("GET", { kind: "cut" }, 2);
    const part = await trial.subject.store.readRange(path, 1_000, 150_000);
    expect(Buffer.compare(part, bytes.subarray(1_000, 151_000))).toBe(0);
    trial.faulty.plan = first("GET", { kind: "cut" }, 2);
    const listed: string[] = [];
    for await (const one of trial.subject.store.list(trial.subject.root)) listed.push(one.path);
    expect(listed).toContain(path);
    expect(new Set(listed).size).toBe(listed.length);
    expect(trial.slept).toHaveLength(6);
  });

  test("racers through a proxy that fails by chance: one winner each, and its bytes", async () => {
    trial.faulty.plan = seededFaults(42, {
      share: 0.3,
      of: [
        { kind: "drop" },
        { kind: "lose" },
        { kind: "delay", ms: 5 },
        ...refusals,
        refused(500, "InternalError"),
      ],
    });
    for (let round = 0; round < 20; round++) {
      const path = trial.fresh();
      const won = await Promise.all(
        Array.from({ length: 6 }, () =>
          trial.subject.store.putIfAbsent(path, text("all the same")).catch(() => "in doubt"),
        ),
      );
      const winners = won.filter((one) => one === true).length;
      expect(winners).toBeLessThanOrEqual(1);
      if (!won.includes("in doubt")) expect(winners).toBe(1);
    }
    expect(trial.faulty.faults.length).toBeGreaterThan(20);
  });
}
