import { setTimeout } from "node:timers/promises";
import type { Offset, Source } from "../../../src/stream/source.ts";

/** Rows are on their way for so long at most, ms. */
const limitMs = 20_000;

/** For sources that are sent rows: `added` was called before, and they come when they come. */
export interface Patience {
  added(): void;
  /** The source, whose offset waits for what was added. */
  of(source: Source): Source;
}

export function patience(): Patience {
  let waiting = false;
  let seen: Offset | undefined;
  return {
    added: () => {
      waiting = true;
    },
    of: (source) => ({
      ...source,
      async latestOffset(...range) {
        const until = Date.now() + limitMs;
        while (waiting) {
          const now = await source.latestOffset(undefined, { kind: "options" });
          if (now !== seen) break;
          if (Date.now() > until) throw new Error(`nothing came after ${seen}`);
          await setTimeout(10);
        }
        waiting = false;
        seen = await source.latestOffset(undefined, { kind: "options" });
        return source.latestOffset(...range);
      },
    }),
  };
}
