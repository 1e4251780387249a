import { env } from "../env.ts";

/** Measures the steps of one trigger. */
export class Stopwatch {
  /** When the trigger began, ms since the epoch. */
  readonly startMs: number;
  readonly #began: number;
  readonly #durations: Record<string, number> = {};

  constructor() {
    this.startMs = env.now();
    this.#began = env.monotonic();
  }

  /** Runs a step and adds its time to the others of its name. */
  async time<T>(name: string, step: () => Promise<T>): Promise<T> {
    const began = env.monotonic();
    try {
      return await step();
    } finally {
      const took = Math.round(env.monotonic() - began);
      this.#durations[name] = (this.#durations[name] ?? 0) + took;
    }
  }

  /** All steps so far, in ms, and `triggerExecution` for the whole. */
  stop(): Readonly<Record<string, number>> {
    return { ...this.#durations, triggerExecution: Math.round(env.monotonic() - this.#began) };
  }
}
