import type { OptionReader } from "../option.ts";

/** What the options say of a journal and of the batches made of it. */
export interface JournalOptions {
  readonly maxBytes: number;
  readonly maxRecords?: number;
}

/** On disk, of rows that no batch has committed. */
const defaultBytes = 1 << 30;

/** `maxWriteAheadLogBytes` and `maxOffsetsPerTrigger`. */
export function journalOptions(read: OptionReader): JournalOptions {
  const maxRecords = read.positive("maxOffsetsPerTrigger");
  return {
    maxBytes: read.bytes("maxWriteAheadLogBytes") ?? defaultBytes,
    ...(maxRecords === undefined ? {} : { maxRecords }),
  };
}
