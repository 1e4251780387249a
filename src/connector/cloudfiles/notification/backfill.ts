import { env } from "../../../env.ts";
import { join, type Location } from "../../../storage/store.ts";
import { fields, jsonObject } from "./shape.ts";

/** The file, beside the source log, that says when everything was last listed. */
const file = "notified-listing";

/** When everything is to be listed: at the first start, and each time an interval is over. */
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

/** Undefined of a file that cannot be read: everything is listed again. */
function startOf(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder().decode(bytes);
  const { startTimeMs } = fields(jsonObject(text.slice(text.indexOf("\n") + 1)));
  return text.startsWith("v1\n") && typeof startTimeMs === "number" ? startTimeMs : undefined;
}
