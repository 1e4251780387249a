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
  // A socket's time is the real one, also where `env` has another.
  const timer = setTimeout(() => call.abort(), silenceMs + bytes / slowest);
  try {
    return await work({ signal: call.signal, alive: () => void timer.refresh() });
  } finally {
    clearTimeout(timer);
  }
}
