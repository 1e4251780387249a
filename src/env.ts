import { randomFillSync } from "node:crypto";
import { v4 } from "uuid";

/** The world outside: the only source of time, chance and ids, and the only voice. */
export interface Env {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  monotonic(): number;
  /** A random UUID in canonical text. */
  uuid(): string;
  /** A number in [0, 1). */
  random(): number;
  /** Writes a line of data for the user (`show()`, the console sink): standard output. */
  print(line: string): void;
  /** Writes a line of talk (a warning, a failed query nobody awaits): standard error. */
  warn(line: string): void;
  /** The IANA name of the time zone that the process is in (`TZ`). */
  zone(): string;
  /** Resolves after `ms`, or at once when `signal` aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const system: Env = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  uuid: () => v4(),
  random: () => {
    const word = new Uint32Array(1);
    randomFillSync(word);
    return (word[0] ?? 0) / 0x1_0000_0000;
  },
  print: (line) => void process.stdout.write(`${line}\n`),
  warn: (line) => void process.stderr.write(`${line}\n`),
  zone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
      signal?.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
    }),
};

let current: Env = system;

/** The environment in force. Call through it each time; do not keep it. */
export const env: Env = {
  now: () => current.now(),
  monotonic: () => current.monotonic(),
  uuid: () => current.uuid(),
  random: () => current.random(),
  print: (line) => current.print(line),
  warn: (line) => current.warn(line),
  zone: () => current.zone(),
  sleep: (ms, signal) => current.sleep(ms, signal),
};

/** Replaces parts of the environment (tests, simulations); returns the way back. */
export function replaceEnv(part: Partial<Env>): () => void {
  const before = current;
  current = { ...before, ...part };
  return () => {
    current = before;
  };
}
