import { env } from "../../../env.ts";
import { join, type Location } from "../../../storage/store.ts";
import { fields, jsonObject } from "./shape.ts";

/** The file, beside the source log, that says when everything was last listed. */
const file = "notified-listing";

/** Queues drop what is old: SQS after 4 days, unless told otherwise, the others after 7. */
const silentMs = 3 * 86_400_000;

/**
 * When everything is to be listed: at the first start, at one after days without a new file, when
 * files may have gone by, and each time an interval is over.
 */
export interface Backfill {
  /** Whether it is for who began at `beganMs`. */
  isDue(beganMs: number): boolean;
  /** All files of a listing that began at `startMs` are in the source log. */
  done(startMs: number): Promise<void>;
  /** Files may have come that nobody was told of: it is due, also for a later start. */
  forget(): Promise<void>;
}

/** Reads what the last run has left in the source's folder of the checkpoint. */
export async function openBackfill(folder: Location, intervalMs?: number): Promise<Backfill> {
  const { store, path } = join(folder, file);
  let last = (await store.stat(path)) ? startOf(await store.read(path)) : undefined;
  if (last !== undefined && (await isSilent(folder))) last = undefined;
  return {
    isDue: (beganMs) => {
      if (last === undefined) return true;
      return intervalMs !== undefined && beganMs - last >= intervalMs;
    },
    done: async (startMs) => {
      const times = { startTimeMs: startMs, finishTimeMs: env.now() };
      await store.put(path, new TextEncoder().encode(`v1\n${JSON.stringify(times)}`));
      last = startMs;
    },
    forget: async () => {
      if (last !== undefined) await store.delete(path);
      last = undefined;
    },
  };
}

/** Whether nothing was written down of any file for so long that a queue may have dropped some. */
async function isSilent({ store, path }: Location): Promise<boolean> {
  let newest = 0;
  for await (const { modificationTime } of store.list(`${path}/`)) {
    newest = Math.max(newest, modificationTime);
  }
  return env.now() - newest > silentMs;
}

/** Undefined of a file that cannot be read: everything is listed again. */
function startOf(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(bytes);
  const { startTimeMs } = fields(jsonObject(text.slice(text.indexOf("\n") + 1)));
  return text.startsWith("v1\n") && typeof startTimeMs === "number" ? startTimeMs : undefined;
}
