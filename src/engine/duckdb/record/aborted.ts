import type { RecordBatch } from "./batch.ts";

/** A marker's key: a version, then what became of the transaction. */
const abortMarker = 0;

/** Tells the batches of transactions that were aborted, while they are read in order. */
export class Aborted {
  /** By first offset, the latest first. */
  readonly #begin: { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly #under = new Set<bigint>();

  constructor(aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[]) {
    this.#begin = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? 1 : -1));
  }

  /** Whether the records of a batch never counted. */
  drops(batch: RecordBatch): boolean {
    const { producerId, lastOffset } = batch;
    if (producerId < 0n) return false;
    for (
      let one = this.#begin.at(-1);
      one && one.firstOffset <= lastOffset;
      one = this.#begin.at(-1)
    ) {
      this.#under.add(one.producerId);
      this.#begin.pop();
    }
    if (batch.control) {
      if (isAbort(batch)) this.#under.delete(producerId);
      return false;
    }
    return batch.transactional && this.#under.has(producerId);
  }
}

/** Of the one record: length, attributes, two deltas, the length of the key, and the key. */
function isAbort({ records }: RecordBatch): boolean {
  let at = 0;
  const skipNumber = (): void => {
    while (records.readUInt8(at) >= 128) at++;
    at++;
  };
  skipNumber();
  at++;
  for (let field = 0; field < 3; field++) skipNumber();
  return records.readInt16BE(at + 2) === abortMarker;
}
