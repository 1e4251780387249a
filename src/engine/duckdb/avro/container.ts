import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { unpackBzip2 } from "../../../storage/bzip2.ts";
import { type Codec, deflate, loadZstd, plain } from "../../../storage/codec.ts";
import { loadSnappyBlocks } from "../../../storage/snappy-block.ts";
import { readFailure } from "../text/block.ts";
import { Cursor } from "./cursor.ts";

/** What the header of a file says. */
export interface Header {
  readonly schema: string;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Objects of a file that were packed together. */
export interface AvroBlock {
  readonly count: number;
  /** Unpacked when asked. */
  bytes(): Uint8Array;
}

const magic = "Obj\u0001";
/** Bytes read for a header first; a longer one is read again. */
const headerBytes = 64 << 10;
/** A longer block is refused: Node holds no such buffer. */
const blockMax = 1 << 30;

let snappy: Codec | undefined;
let zstd: Codec | undefined;

/** Loads what unpacks the blocks: they are read by calls that cannot wait. */
export async function prepareCodecs(): Promise<void> {
  snappy ??= await loadSnappyBlocks();
  zstd ??= await loadZstd();
}

const bzip2: Pick<Codec, "unpack"> = { unpack: (bytes) => unpackBzip2(bytes, blockMax) };

function codecOf(name: string): Pick<Codec, "unpack"> {
  const codec = { null: plain, bzip2, deflate, snappy, zstandard: zstd }[name];
  if (codec) return codec;
  const known = "null, bzip2, deflate, snappy, zstandard";
  throw error("UNSUPPORTED_TEXT_OPTION", { option: "avro.codec", value: name, known });
}

/** An object container file, read forward block by block. */
export class Container implements Disposable {
  readonly header: Header;
  readonly #file: InputFile;
  readonly #codec: Pick<Codec, "unpack">;
  readonly #sync: Buffer;
  readonly #cursor = new Cursor();
  readonly #size: number;
  #descriptor: number | undefined;
  /** Where in the file the next block begins. */
  #at: number;

  /** Throws FAILED_READ_FILE.* naming the file. */
  constructor(file: InputFile) {
    this.#file = file;
    try {
      this.#descriptor = openSync(file.path, "r");
      this.#size = fstatSync(this.#descriptor).size;
      if (this.#size !== file.size) {
        const reason = `it had ${file.size} bytes when it was listed and has ${this.#size} now`;
        throw new Error(reason);
      }
      const { metadata, end } = this.#readHeader(headerBytes);
      this.#sync = this.#bytes(end, 16);
      this.#at = end + 16;
      const schema = metadata.get("avro.schema");
      if (schema === undefined) throw new Error("its header has no schema");
      this.header = { schema, metadata };
      this.#codec = codecOf(metadata.get("avro.codec") ?? "null");
    } catch (cause) {
      this[Symbol.dispose]();
      throw readFailure(file, cause);
    }
  }

  /** The next block; undefined at the end of the file. */
  next(): AvroBlock | undefined {
    if (this.#at >= this.#size) return undefined;
    const cursor = this.#cursor;
    cursor.open(this.#bytes(this.#at, Math.min(20, this.#size - this.#at)));
    const count = cursor.longNumber();
    const length = cursor.longNumber();
    const start = this.#at + cursor.at;
    if (count < 0 || length < 0 || length > blockMax) throw new Error("a block has no sound size");
    if (start + length + 16 > this.#size) throw new Error("it ends within a block");
    const packed = this.#bytes(start, length + 16);
    if (!packed.subarray(length).equals(this.#sync)) throw new Error("a block has another end");
    this.#at = start + length + 16;
    return { count, bytes: () => this.#codec.unpack(packed.subarray(0, length)) };
  }

  /** The error of what went wrong in the file. */
  failure(cause: unknown): Error {
    this[Symbol.dispose]();
    return readFailure(this.#file, cause);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readHeader(bytes: number): { metadata: Map<string, string>; end: number } {
    const head = this.#bytes(0, Math.min(bytes, this.#size));
    if (head.toString("latin1", 0, 4) !== magic) throw new Error("it is no Avro file");
    const cursor = this.#cursor;
    cursor.open(head);
    cursor.take(4);
    const metadata = new Map<string, string>();
    const text = (): string => {
      const length = cursor.length();
      const start = cursor.take(length);
      return head.toString("utf8", start, start + length);
    };
    try {
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (let i = 0; i < count; i++) metadata.set(text(), text());
      }
      if (cursor.at + 16 > head.length) throw new Error("it ends within its header");
    } catch (cause) {
      if (head.length === this.#size) throw cause;
      return this.#readHeader(bytes * 8);
    }
    return { metadata, end: cursor.at };
  }

  #bytes(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length && this.#descriptor !== undefined) {
      const got = readSync(this.#descriptor, bytes, done, length - done, position + done);
      if (got === 0) throw new Error("it ends within a block");
      done += got;
    }
    return bytes;
  }
}
