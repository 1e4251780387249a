import { env } from "../env.ts";
import type { Store } from "./store.ts";

/** Files read at a time: enough to hide latency, few enough to stay small in memory. */
const atOnce = 32;
/** Files after which other work of the process has its turn: small ones come without a wait. */
const turnAfter = 32 * atOnce;

/**
 * Hands the bytes of files to `take` in their order, some files being read at a time. The bytes
 * are good until `take` returns. Errors are those of `Store.read`.
 */
export async function readEach(
  store: Store,
  paths: readonly string[],
  take: (bytes: Uint8Array, at: number) => void,
): Promise<void> {
  for (let start = 0; start < paths.length; start += atOnce) {
    const end = Math.min(start + atOnce, paths.length);
    let at = start;
    for (; at < end; at += 1) {
      const bytes = store.readNow?.(paths[at]!);
      if (bytes === undefined) break;
      take(bytes, at);
    }
    if (at < end) {
      const rest = await Promise.all(paths.slice(at, end).map((path) => store.read(path)));
      for (const bytes of rest) take(bytes, at++);
    }
    if (end % turnAfter === 0) await env.sleep(0);
  }
}
