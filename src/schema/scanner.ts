import { error, type MillraceError } from "../error/error.ts";

const space = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const word = /[\p{L}\p{N}_]+/uy;
const backticked = /`((?:[^`]|``)+)`/y;
const singleQuoted = /'((?:[^'\\]|\\[\s\S]|'')*)'/y;
const doubleQuoted = /"((?:[^"\\]|\\[\s\S]|"")*)"/y;

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\u001a",
};

export interface ScannerOptions {
  /** Where reading starts. */
  readonly offset?: number;
  readonly timestamp?: "timestamp" | "timestamp_ntz" | undefined;
}

/** Reads the words and marks of type texts. */
export class Scanner {
  readonly #text: string;
  /** What the word TIMESTAMP alone means here. */
  readonly timestamp: "timestamp" | "timestamp_ntz";
  offset: number;

  constructor(text: string, { offset = 0, timestamp = "timestamp" }: ScannerOptions = {}) {
    this.#text = text;
    this.timestamp = timestamp;
    this.offset = offset;
  }

  /** The next identifier-like word (digits too); undefined, staying put, if none comes. */
  word(): string | undefined {
    return this.#match(word)?.[0];
  }

  /** A word or a name in backticks. */
  identifier(): string | undefined {
    const quoted = this.#match(backticked)?.[1];
    return quoted === undefined ? this.word() : quoted.replaceAll("``", "`");
  }

  /** A text in single or double quotes, its escapes resolved. */
  text(): string | undefined {
    const single = this.#match(singleQuoted)?.[1];
    const body = single ?? this.#match(doubleQuoted)?.[1];
    // Twice its own quote is one; of the other quote two are two.
    const marks = single === undefined ? /\\([\s\S])|""/g : /\\([\s\S])|''/g;
    return body?.replace(marks, (pair, escaped: string | undefined) =>
      escaped === undefined ? pair.slice(1) : (escapes[escaped] ?? escaped),
    );
  }

  /** Whether the next word is this one, without case; if so it is passed. */
  keyword(expected: string): boolean {
    const start = this.offset;
    if (this.word()?.toLowerCase() === expected) return true;
    this.offset = start;
    return false;
  }

  peek(mark: string): boolean {
    this.#skip();
    return this.#text.startsWith(mark, this.offset);
  }

  take(mark: string): boolean {
    if (!this.peek(mark)) return false;
    this.offset += mark.length;
    return true;
  }

  expect(mark: string): void {
    if (!this.take(mark)) throw this.invalid(`\`${mark}\` is expected`);
  }

  atEnd(): boolean {
    this.#skip();
    return this.offset >= this.#text.length;
  }

  end(): void {
    if (!this.atEnd()) throw this.invalid("the text should end");
  }

  invalid(what: string): MillraceError {
    this.#skip();
    const found = this.#text.slice(this.offset, this.offset + 20);
    const next = found === "" ? "the end" : `'${found}'`;
    const reason = `${what} at position ${this.offset}, found ${next}`;
    return error("INVALID_SCHEMA", { inputSchema: `"${this.#text}"`, reason });
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const start = this.offset;
    this.#skip();
    pattern.lastIndex = this.offset;
    const match = pattern.exec(this.#text);
    this.offset = match ? pattern.lastIndex : start;
    return match ?? undefined;
  }

  #skip(): void {
    space.lastIndex = this.offset;
    if (space.test(this.#text)) this.offset = space.lastIndex;
  }
}
