import { env } from "../env.ts";
import { isError } from "../error/error.ts";

/** Longest that what was disposed may take to end, ms. */
const limitMs = 30_000;

/** What keeps the process alive now: timers, sockets and servers, by their kind. */
export function alive(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!/Timeout|Immediate|TCP|TLS|UDP|Pipe|Process|FSEvent/.test(kind)) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What keeps the process alive that did not `before`, when it had time to go. */
export async function left(before: ReadonlyMap<string, number>): Promise<string> {
  const until = env.monotonic() + limitMs;
  for (;;) {
    const more = [...alive()].filter(([kind, count]) => count > (before.get(kind) ?? 0));
    if (more.length === 0) return "";
    if (env.monotonic() > until) return more.map(([kind]) => kind).join(", ");
    await env.sleep(20);
  }
}

/** How a piece of work ended: "done", the code of its error, or a text that says what is wrong. */
export async function ending(work: PromiseLike<unknown>): Promise<string> {
  const waiting = new AbortController();
  const late = env.sleep(limitMs, waiting.signal).then(() => "it never ended");
  const end = work.then(
    () => "done",
    (thrown) => (isError(thrown) ? thrown.code : `it failed without a name: ${String(thrown)}`),
  );
  try {
    return await Promise.race([end, late]);
  } finally {
    waiting.abort();
  }
}

/** Whether it ended as it may: done, or by an error that has a name. */
export function named(ending: string): boolean {
  return !ending.startsWith("it ");
}
