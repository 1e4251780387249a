/** Bytes [start, end) of a file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A file of which a reader looks at some bytes, to tell which others it wants. */
export interface PartialFile {
  readonly size: number;
  /** Bytes [start, start + length). */
  read(start: number, length: number): Promise<Uint8Array>;
}

/**
 * What of a file is wanted, found by looking into it: `undefined` is all of it. Whatever it looks
 * at and asks for is there in the local file it is asked for; other bytes of that may be zeros.
 */
export type Part = (file: PartialFile) => Promise<readonly ByteRange[] | undefined>;
