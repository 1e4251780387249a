import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { error, isError } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { inflate, isPacked } from "./compression.ts";

/** Bytes read at once: large enough that calls do not count, small enough for any heap. */
const BLOCK_BYTES = 1 << 20;
/** Room after the last byte, so that words can be read past the end of a text. */
const PADDING = 64;
/** A longer record is refused: Node cannot hold it as one text. */
const RECORD_LIMIT = 512 << 20;

/** Whole lines of one file: [start, end) of `bytes`. The reader moves `start` on. */
export interface Block {
  bytes: Buffer;
  view: DataView;
  start: number;
  end: number;
}

/** Passes over the byte order mark that the first block of a file may begin with. */
export function skipMark(block: Block): void {
  const { bytes, start } = block;
  const marked = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  if (marked) block.start += 3;
}

/** What the caller may want to forgive. */
export interface Leniency {
  readonly ignoreMissingFiles: boolean;
  readonly ignoreCorruptFiles: boolean;
}

/**
 * Reads a file forward in blocks that end at a line end; the last line gets one if it has none.
 * The bytes of a block are overwritten by the next. Throws FAILED_READ_FILE.* naming the file.
 */
export class BlockReader implements Disposable {
  readonly #file: InputFile;
  readonly #separator: Buffer;
  #descriptor: number | undefined;
  #inflated: Buffer | undefined;
  #buffer: Buffer;
  #view: DataView;
  #have = 0;
  #carried = 0;
  #read = 0;
  #ended = false;

  /** `separator`: what ends a line; a line feed where any of CR, LF and CRLF do. */
  constructor(file: InputFile, separator: Buffer) {
    this.#file = file;
    this.#separator = separator;
    this.#guard(() => {
      if (isPacked(file)) {
        this.#inflated = inflate(file);
        return;
      }
      this.#descriptor = openSync(file.path, "r");
      const { size } = fstatSync(this.#descriptor);
      if (size !== file.size) throw new Error(sizeChanged(file.size, size));
    });
    // Of small files there are many: each has only the room that it needs.
    this.#buffer = Buffer.allocUnsafeSlow(this.#more + separator.length + PADDING);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** The next lines, or undefined at the end of the file. */
  next(): Block | undefined {
    return this.#guard(() => this.#next());
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#inflated = undefined;
    this.#ended = true;
  }

  /** Bytes that the next read takes. */
  get #more(): number {
    const size = this.#inflated?.length ?? this.#file.size;
    return Math.min(BLOCK_BYTES, size - this.#read);
  }

  #next(): Block | undefined {
    if (this.#ended) return undefined;
    this.#buffer.copyWithin(0, this.#carried, this.#have);
    this.#have -= this.#carried;
    this.#carried = 0;
    for (;;) {
      this.#reserve(this.#have + this.#more);
      const got = this.#fill();
      if (got === 0) return this.#last();
      const from = Math.max(0, this.#have - this.#separator.length + 1);
      this.#have += got;
      const at = this.#buffer.subarray(from, this.#have).lastIndexOf(this.#separator);
      if (at >= 0) return this.#block(from + at + this.#separator.length);
      if (this.#have > RECORD_LIMIT) {
        throw new Error(`a line is longer than ${RECORD_LIMIT} bytes`);
      }
    }
  }

  #fill(): number {
    const more = this.#more;
    let got = 0;
    if (more === 0) return got;
    if (this.#inflated !== undefined) {
      got = this.#inflated.copy(this.#buffer, this.#have, this.#read, this.#read + more);
    } else if (this.#descriptor !== undefined) {
      got = readSync(this.#descriptor, this.#buffer, this.#have, more, null);
      if (got === 0) throw new Error(sizeChanged(this.#file.size, this.#read));
    }
    this.#read += got;
    return got;
  }

  #last(): Block | undefined {
    const rest = this.#have;
    this.#ended = true;
    if (rest === 0) return undefined;
    this.#reserve(rest + this.#separator.length);
    this.#separator.copy(this.#buffer, rest);
    this.#have += this.#separator.length;
    return this.#block(this.#have);
  }

  #block(end: number): Block {
    this.#carried = end;
    return { bytes: this.#buffer, view: this.#view, start: 0, end };
  }

  #reserve(bytes: number): void {
    if (bytes + PADDING <= this.#buffer.length) return;
    const size = Math.max(bytes + PADDING, this.#buffer.length * 2);
    const grown = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(grown, 0, 0, this.#have);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      this[Symbol.dispose]();
      throw readFailure(this.#file, cause);
    }
  }
}

function sizeChanged(listed: number, found: number): string {
  return `it had ${listed} bytes when it was listed and has ${found} now`;
}

/** The error of a failed read, naming the file. */
export function readFailure(file: InputFile, cause: unknown): Error {
  if (isError(cause)) return cause;
  if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
    return error("FAILED_READ_FILE.FILE_NOT_EXIST", { path: file.uri }, cause);
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return error("FAILED_READ_FILE.NO_HINT", { path: file.uri, reason }, cause);
}

/** Whether a failure of `readFailure` is one the options forgive. */
export function forgiven(thrown: unknown, leniency: Leniency): boolean {
  if (isError(thrown, "FAILED_READ_FILE.FILE_NOT_EXIST")) return leniency.ignoreMissingFiles;
  return leniency.ignoreCorruptFiles && isError(thrown, "FAILED_READ_FILE.NO_HINT");
}
