/** Some files, and how large they are. */
export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

const none: Amount = { files: 0, bytes: 0 };

/**
 * How many files wait to be read: those of entries of the source log that no batch has taken, and
 * those that were found and have no entry yet.
 */
export class Outstanding {
  readonly #entries = new Map<number, Amount>();
  #passed = -1;
  #dropped = none;

  /** Of an entry: a file more, of the size that the log knows. */
  add(entry: number, size: number | undefined): void {
    if (entry <= this.#passed) return;
    const { files, bytes } = this.#entries.get(entry) ?? none;
    this.#entries.set(entry, { files: files + 1, bytes: bytes + (size ?? 0) });
  }

  /** Files that were found and are forgotten: the next look finds them again. */
  drop(amount: Amount): void {
    this.#dropped = amount;
  }

  /**
   * What waits after a batch to entry `end`, of those to `latest` and of `found`; undefined where
   * an earlier run has planned entries that are not known here.
   */
  after(end: number, latest: number, found: Amount): Amount | undefined {
    for (const entry of this.#entries.keys()) if (entry <= end) this.#entries.delete(entry);
    this.#passed = Math.max(this.#passed, end);
    let { files, bytes } = this.#dropped;
    for (let entry = end + 1; entry <= latest; entry++) {
      const amount = this.#entries.get(entry);
      if (amount === undefined) return undefined;
      files += amount.files;
      bytes += amount.bytes;
    }
    return { files: files + found.files, bytes: bytes + found.bytes };
  }
}
