import { closeSync, openSync, readSync } from "node:fs";
import { TextDecoder } from "node:util";
import type { InputFile } from "../../../plan/input.ts";
import { readFailure } from "../text/block.ts";
import { isPacked } from "../text/compression.ts";
import { readWhole } from "../text/whole.ts";
import type { Found } from "./element.ts";
import type { XmlOptions } from "./option.ts";
import { XmlParser } from "./parser.ts";

/** Bytes read at once. */
const chunkBytes = 256 << 10;

/** The records of a file. */
export class XmlRecords implements Disposable {
  readonly #file: InputFile;
  readonly #options: XmlOptions;
  readonly #decoder: TextDecoder | undefined;
  readonly #parser: XmlParser;
  #descriptor: number | undefined;
  #whole: Buffer | undefined;
  #ended = false;

  /** Throws FAILED_READ_FILE.* naming the file. */
  constructor(file: InputFile, options: XmlOptions) {
    this.#file = file;
    this.#options = options;
    this.#decoder = options.encoding === "latin1" ? undefined : new TextDecoder(options.encoding);
    this.#parser = new XmlParser(options);
    if (isPacked(file)) this.#whole = readWhole(file);
    else {
      try {
        this.#descriptor = openSync(file.path, "r");
      } catch (cause) {
        throw readFailure(file, cause);
      }
    }
  }

  /** The next record; undefined at the end of the file. */
  next(): Found | undefined {
    while (this.#parser.found.length === 0 && !this.#ended) this.#feed();
    return this.#parser.found.shift();
  }

  /** The text of the whole file, which is what Spark keeps of a bad record. */
  text(): string {
    const bytes = readWhole(this.#file);
    const { encoding } = this.#options;
    if (encoding === "latin1") return bytes.toString("latin1");
    return new TextDecoder(encoding).decode(bytes);
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#ended = true;
  }

  #feed(): void {
    const bytes = this.#read();
    const more = bytes !== undefined;
    const text = this.#decoder
      ? this.#decoder.decode(bytes ?? new Uint8Array(), { stream: more })
      : (bytes?.toString("latin1") ?? "");
    const sound = this.#parser.write(text);
    if (!more) this.#parser.end();
    this.#ended = !more || !sound;
  }

  #read(): Buffer | undefined {
    if (this.#whole !== undefined) {
      const whole = this.#whole;
      this.#whole = undefined;
      return whole;
    }
    if (this.#descriptor === undefined) return undefined;
    const buffer = Buffer.allocUnsafe(chunkBytes);
    try {
      const got = readSync(this.#descriptor, buffer, 0, chunkBytes, null);
      return got === 0 ? undefined : buffer.subarray(0, got);
    } catch (cause) {
      throw readFailure(this.#file, cause);
    }
  }
}
