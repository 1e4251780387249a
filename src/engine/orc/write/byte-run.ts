import type { Output } from "./output.ts";

/** A place in a stream at which a reader can begin: byte, then what to pass over from there. */
export type Position = readonly number[];

/** Bytes that a run or a list of literals has at most. */
const literalMax = 128;
const runMax = 130;

/** Writes bytes in runs and literals. */
export class ByteRunWriter {
  readonly #out: Output;
  #held: number[] = [];

  constructor(out: Output) {
    this.#out = out;
  }

  write(value: number): void {
    this.#held.push(value & 255);
    if (this.#held.length === runMax) this.flush();
  }

  /** Ends what is begun. */
  flush(): void {
    const held = this.#held;
    let start = 0;
    for (let at = 0; at < held.length; ) {
      let end = at + 1;
      while (end < held.length && held[end] === held[at]) end++;
      if (end - at >= 3) {
        this.#literals(start, at);
        this.#out.byte(end - at - 3);
        this.#out.byte(held[at]!);
        start = end;
      }
      at = end;
    }
    this.#literals(start, held.length);
    this.#held = [];
  }

  position(): Position {
    this.flush();
    return [this.#out.size, 0];
  }

  #literals(start: number, end: number): void {
    for (let at = start; at < end; at += literalMax) {
      const part = this.#held.slice(at, Math.min(end, at + literalMax));
      this.#out.byte(256 - part.length);
      for (const value of part) this.#out.byte(value);
    }
  }
}

/** Writes bits, the highest of each byte first. */
export class BooleanRunWriter {
  readonly #bytes: ByteRunWriter;
  #byte = 0;
  #bits = 0;

  constructor(out: Output) {
    this.#bytes = new ByteRunWriter(out);
  }

  write(value: boolean): void {
    this.#byte = (this.#byte << 1) | (value ? 1 : 0);
    if (++this.#bits < 8) return;
    this.#bytes.write(this.#byte);
    this.#byte = this.#bits = 0;
  }

  flush(): void {
    if (this.#bits > 0) this.#bytes.write(this.#byte << (8 - this.#bits));
    this.#byte = this.#bits = 0;
    this.#bytes.flush();
  }

  position(): Position {
    return [...this.#bytes.position(), this.#bits];
  }
}
