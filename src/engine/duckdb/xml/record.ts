import { closeSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { TextDecoder } from "node:util";
import type * as sax from "sax";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import { readFailure } from "../text/block.ts";
import { readWhole } from "../text/whole.ts";
import type { Element, Found } from "./element.ts";
import type { XmlOptions } from "./option.ts";

/** Bytes read at once. */
const chunkBytes = 256 << 10;
/** Elements within elements: deeper ones would exhaust the stack of what reads them. */
const depthMax = 1000;

let library: typeof sax | undefined;

function loadSax(): typeof sax {
  library ??= createRequire(import.meta.url)("sax") as typeof sax;
  return library;
}

/**
 * The records of a file: the elements of the row tag that are not in another record. After XML
 * that is not well formed no record comes, as the reader cannot know where it is.
 */
export class XmlRecords implements Disposable {
  readonly #file: InputFile;
  readonly #options: XmlOptions;
  readonly #decoder: TextDecoder | undefined;
  readonly #parser: sax.SAXParser;
  readonly #ready: Found[] = [];
  readonly #open: Building[] = [];
  #descriptor: number | undefined;
  #whole: Buffer | undefined;
  #ended = false;
  #fault: string | undefined;
  #parted = false;

  /** Throws FAILED_READ_FILE.* naming the file. */
  constructor(file: InputFile, options: XmlOptions) {
    this.#file = file;
    this.#options = options;
    this.#decoder = options.encoding === "latin1" ? undefined : new TextDecoder(options.encoding);
    const strict = { strictEntities: true, position: false } as sax.SAXOptions;
    this.#parser = loadSax().parser(true, strict);
    this.#listen();
    if (file.uri.endsWith(".gz")) this.#whole = readWhole(file);
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
    while (this.#ready.length === 0 && !this.#ended) this.#feed();
    return this.#ready.shift();
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
    try {
      if (text !== "") this.#parser.write(text.replace(/\r\n?/g, "\n"));
      if (!more && this.#open.length > 0) this.#stop("the file ends within a record");
    } catch (thrown) {
      this.#stop(thrown instanceof Error ? thrown.message : String(thrown));
    }
    if (!more) this.#ended = true;
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

  /** What is open now can have no end. Outside of records Spark stops without a word. */
  #stop(reason: string): void {
    if (this.#open.length > 0) this.#ready.push({ fault: reason.split("\n")[0]! });
    this.#open.length = 0;
    this.#ended = true;
  }

  #listen(): void {
    const parser = this.#parser;
    parser.onopentag = (tag) => this.#begin(tag as sax.Tag);
    parser.onclosetag = () => this.#end();
    parser.ontext = (text) => this.#add(text);
    parser.oncdata = (text) => this.#add(text);
    parser.oncomment = () => this.#part();
    parser.onprocessinginstruction = () => this.#part();
    parser.onerror = (problem) => {
      // A name of an entity that nobody knows spoils its record, and the next ones can be read.
      if (!/entity/i.test(problem.message)) throw problem;
      if (this.#open.length > 0) this.#fault ??= problem.message.split("\n")[0]!;
      parser.resume();
    };
  }

  #begin({ name, attributes }: sax.Tag): void {
    const own = this.#nameOf(name);
    if (this.#open.length === 0 && own !== this.#options.rowTag) return;
    if (this.#open.length >= depthMax) {
      const reason = `its elements are nested deeper than ${depthMax}`;
      throw error("FAILED_READ_FILE.NO_HINT", { path: this.#file.uri, reason });
    }
    const pairs = Object.entries(attributes).map(
      ([key, value]) => [this.#nameOf(key), value.replace(/[\t\n]/g, " ")] as const,
    );
    this.#open.push({ name: own, attributes: pairs, items: [] });
    this.#parted = true;
  }

  #nameOf(name: string): string {
    return this.#options.ignoreNamespace ? name.slice(name.lastIndexOf(":") + 1) : name;
  }

  #end(): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    this.#parted = true;
    const parent = this.#open.at(-1);
    if (parent) parent.items.push(element);
    else this.#ready.push(this.#fault === undefined ? element : { fault: this.#fault });
    if (!parent) this.#fault = undefined;
  }

  #add(text: string): void {
    const items = this.#open.at(-1)?.items;
    if (items === undefined) return;
    const last = items.at(-1);
    if (typeof last === "string" && !this.#parted) items[items.length - 1] = last + text;
    else items.push(text);
    this.#parted = false;
  }

  #part(): void {
    this.#parted = true;
  }
}

interface Building extends Element {
  readonly items: (Element | string)[];
}
