/** Bytes of a record batch before those that its length counts, and of its header in all. */
const head = 12;
const header = 61;

/** What a fetch brought for a range: how many bytes of it count, and where to go on. */
export interface WholeBatches {
  /** Of the batches that are whole and begin before the end. */
  readonly length: number;
  /** The offset behind them; undefined: not one batch was whole. */
  readonly next: bigint | undefined;
}

/**
 * Looks over record batches by their headers alone. The last may be cut short; one that begins at
 * or after `end` shows that nothing is left before it.
 */
export function wholeBatches(records: Buffer, end: bigint): WholeBatches {
  let next: bigint | undefined;
  let at = 0;
  while (at + head <= records.length) {
    const base = records.readBigInt64BE(at);
    if (base >= end) return { length: at, next: end };
    const size = head + Math.max(0, records.readInt32BE(at + 8));
    if (at + size > records.length) break;
    // Whoever reads it refuses what is of an older format, or damaged.
    const isKnown = size >= header && records[at + 16] === 2;
    next = base + BigInt(isKnown ? Math.max(0, records.readInt32BE(at + 23)) : 0) + 1n;
    at += size;
  }
  return { length: at, next };
}
