import type { Position } from "./byte-run.ts";
import { type Output, zigzag } from "./output.ts";

/** Values of one run. */
const runMax = 512;
/** Equal or evenly spaced values that are worth a run of their own. */
const equalLeast = 4;
const evenLeast = 8;

/** Writes integers in the runs of the second encoding: repeats, fixed distances, fixed widths. */
export class IntegerRunWriter {
  readonly #out: Output;
  readonly #signed: boolean;
  #held: bigint[] = [];

  constructor(out: Output, signed: boolean) {
    this.#out = out;
    this.#signed = signed;
  }

  write(value: bigint | number): void {
    this.#held.push(BigInt(value));
    if (this.#held.length === runMax) this.flush();
  }

  /** Ends what is begun. */
  flush(): void {
    const held = this.#held;
    let start = 0;
    for (let at = 0; at < held.length; ) {
      let end = at + 1;
      const step = end < held.length ? held[end]! - held[at]! : 0n;
      while (end < held.length && held[end]! - held[end - 1]! === step) end++;
      const isEven = end - at >= (step === 0n ? equalLeast : evenLeast);
      if (isEven && BigInt.asIntN(63, step) === step) {
        this.#direct(held.slice(start, at));
        this.#even(held[at]!, step, end - at);
        start = end;
        at = end;
      } else at = Math.max(at + 1, end - 1);
    }
    this.#direct(held.slice(start));
    this.#held = [];
  }

  position(): Position {
    this.flush();
    return [this.#out.size, 0];
  }

  #even(first: bigint, step: bigint, count: number): void {
    const out = this.#out;
    if (step === 0n && count <= 10) {
      const value = this.#unsigned(first);
      const width = Math.max(1, Math.ceil(bitsOf(value) / 8));
      out.byte(((width - 1) << 3) | (count - 3));
      this.#bigEndian(value, width);
      return;
    }
    this.#header(3, 0, count);
    out.varint(this.#unsigned(first));
    out.varint(zigzag(step));
  }

  #direct(values: readonly bigint[]): void {
    if (values.length === 0) return;
    const plain = values.map((value) => this.#unsigned(value));
    const bits = plain.reduce((most, value) => Math.max(most, bitsOf(value)), 1);
    const width = bits <= 24 ? bits : Math.ceil(bits / 8) * 8;
    this.#header(
      1,
      width <= 24 ? width - 1 : { 32: 27, 40: 28, 48: 29, 56: 30, 64: 31 }[width]!,
      values.length,
    );
    if (width > 24) {
      for (const value of plain) this.#bigEndian(value, width / 8);
      return;
    }
    let [held, count] = [0, 0];
    for (const value of plain) {
      held = held * 2 ** width + Number(value);
      count += width;
      while (count >= 8) {
        count -= 8;
        const byte = Math.floor(held / 2 ** count);
        this.#out.byte(byte);
        held -= byte * 2 ** count;
      }
    }
    if (count > 0) this.#out.byte(held << (8 - count));
  }

  #header(kind: number, width: number, count: number): void {
    this.#out.byte((kind << 6) | (width << 1) | ((count - 1) >> 8));
    this.#out.byte((count - 1) & 255);
  }

  #bigEndian(value: bigint, bytes: number): void {
    for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
      this.#out.byte(Number((value >> BigInt(shift)) & 255n));
    }
  }

  #unsigned(value: bigint): bigint {
    return this.#signed ? zigzag(value) : value;
  }
}

function bitsOf(value: bigint): number {
  return value < 0x1_0000_0000n ? 32 - Math.clz32(Number(value)) : value.toString(2).length;
}
