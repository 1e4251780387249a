import { env } from "../env.ts";
import type { Store } from "./store.ts";

/** Files read at a time: enough to hide latency, few enough to stay small in memory. */
const atOnce = 32;
/** Files after which other work of the process has its turn: small ones come without a wait. */
const turnAfter = 32 * atOnce;

/** The bytes of files in their order, some files at a time. Errors are those of `Store.read`. */
export async function* readAll(
  store: Store,
  paths: readonly string[],
): AsyncGenerator<readonly Uint8Array[]> {
  for (let start = 0; start < paths.length; start += atOnce) {
    const some = paths.slice(start, start + atOnce);
    const now = some.map((path) => store.readNow?.(path));
    if (now.every((bytes) => bytes !== undefined)) yield now;
    else yield await Promise.all(some.map((path, at) => now[at] ?? store.read(path)));
    if ((start + atOnce) % turnAfter === 0) await env.sleep(0);
  }
}
