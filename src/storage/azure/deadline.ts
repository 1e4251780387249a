import { env } from "../../env.ts";

/** One call on its way: what ends it, and the word that it is alive. */
export interface Watched {
  readonly signal: AbortSignal;
  alive(): void;
}

/** How long a call may be silent, ms. */
const silenceMs = 60_000;
/** The slowest sending that is not taken for silence, bytes a ms. */
const slowest = 100;

/**
 * Makes a call that is aborted when nothing comes of it for a minute, and the time that `bytes`
 * take to be sent: a connection that the other side forgot says nothing at all.
 */
export async function watched<T>(work: (call: Watched) => Promise<T>, bytes = 0): Promise<T> {
  const call = new AbortController();
  const ended = new AbortController();
  const limitMs = silenceMs + bytes / slowest;
  let last = env.monotonic();
  const watch = async (): Promise<void> => {
    for (let heard = Number.NaN; heard !== last; ) {
      heard = last;
      await env.sleep(last + limitMs - env.monotonic(), ended.signal);
      if (ended.signal.aborted) return;
    }
    // Timers come a little early; an `env` whose sleep takes no time would end every call.
    if (env.monotonic() - last > limitMs - 10) call.abort();
  };
  void watch();
  try {
    return await work({
      signal: call.signal,
      alive: () => {
        last = env.monotonic();
      },
    });
  } finally {
    ended.abort();
  }
}
