import { env } from "../env.ts";

/** A signal that aborts in time; disposed, it waits no more. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Whether it aborted because the time was over. */
  readonly passed: boolean;
}

/** Aborts after so many ms, or with `signal`. */
export function deadline(ms: number, signal?: AbortSignal): Deadline {
  const [late, done] = [new AbortController(), new AbortController()];
  void env.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) late.abort();
  });
  return {
    signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
    get passed() {
      return late.signal.aborted;
    },
    [Symbol.dispose]: () => done.abort(),
  };
}
