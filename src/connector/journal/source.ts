import { error } from "../../error/error.ts";
import type { Batch, Offset, Source } from "../../stream/source.ts";
import type { Journal } from "./journal.ts";
import { type Staged, stage } from "./stage.ts";

export interface JournalSource {
  readonly journal: Journal;
  /** As in `Source`. */
  readonly description: string;
  /** The local folder for batches. */
  readonly staging: string;
  /** The most records of a batch. */
  readonly maxRecords?: number;
  /** Why nothing more will come; undefined while something may. */
  failure(): unknown;
  /** Resolves when the sender seems to have given all it had: where a stream is to end there. */
  arrived?(): Promise<void>;
  /** Ends what puts records into the journal. */
  close(): Promise<void>;
}

interface Kept extends Staged {
  readonly start: number;
  readonly end: number;
}

/** A source whose rows are those of a journal: an offset is the number of the newest row taken. */
export function journalSource(spec: JournalSource): Source {
  const { journal, description } = spec;
  const kept: Kept[] = [];
  const number = (offset: Offset | undefined): number => numberOf(offset, description);
  return {
    schema: journal.schema,
    description,
    async latestOffset(start, limit, until) {
      if (limit.kind === "all" && until === undefined) await spec.arrived?.();
      const failure = journal.failure ?? spec.failure();
      if (failure !== undefined) throw failure;
      const from = number(start);
      if (from > journal.last) throw lost(journal, from);
      let end = until === undefined ? journal.last : Math.min(journal.last, number(until));
      if (limit.kind === "options" && spec.maxRecords !== undefined) {
        end = Math.min(end, await journal.reach(from, spec.maxRecords));
      }
      return end < 0 ? start : String(Math.max(from, end));
    },
    async input(start, end) {
      const range = { start: number(start), end: number(end) };
      if (range.end > journal.last) throw lost(journal, range.end);
      if (range.start + 1 < journal.first) {
        throw error("JOURNAL_TRUNCATED", {
          ...{ path: journal.path, offset: range.start, first: journal.first },
        });
      }
      let staged = kept.find((one) => one.start === range.start && one.end === range.end);
      if (staged === undefined) {
        const numbers = { from: range.start + 1, to: range.end };
        staged = { ...range, ...(await stage(journal, numbers, spec.staging)) };
        kept.push(staged);
      }
      return batchOf(journal, staged);
    },
    async commit(end) {
      const committed = number(end);
      await drop(kept, (one) => one.end <= committed);
      await journal.truncate(committed);
    },
    async [Symbol.asyncDispose]() {
      await spec.close();
      await journal[Symbol.asyncDispose]();
      await drop(kept, () => true);
    },
  };
}

function batchOf({ schema }: Journal, { file, rows }: Staged): Batch {
  const input = { kind: "text", format: "avro", schema, files: [file], options: {} } as const;
  return { input, rows };
}

async function drop(kept: Kept[], gone: (one: Kept) => boolean): Promise<void> {
  const dropped = kept.filter(gone);
  kept.splice(0, kept.length, ...kept.filter((one) => !gone(one)));
  for (const one of dropped) await one.remove();
}

function lost({ path, last }: Journal, offset: number): Error {
  return error("JOURNAL_LOST", { path, last, offset });
}

/** The number of an offset; -1 before the first. */
export function numberOf(offset: Offset | undefined, source: string): number {
  if (offset === undefined) return -1;
  if (/^-?\d+$/.test(offset)) return Number(offset);
  throw error("INVALID_SOURCE_OFFSET", { offset, source });
}
