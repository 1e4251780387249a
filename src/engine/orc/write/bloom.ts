import { bitsOf } from "../group/bloom.ts";
import { MessageWriter } from "./message.ts";

/** The bloom filter of a row group in the making. */
export class BloomWriter {
  readonly functions: number;
  readonly bits: Uint8Array;

  /** `rate`: how often a value may be taken for one that is there, of a group of `values`. */
  constructor(values: number, rate: number) {
    const least = Math.trunc((-values * Math.log(rate)) / Math.LN2 ** 2);
    const size = least + 64 - (least % 64);
    this.bits = new Uint8Array(size / 8);
    this.functions = Math.max(1, Math.round((size / values) * Math.LN2));
  }

  add(hash: bigint): void {
    const { bits } = this;
    for (const bit of bitsOf(hash, this.functions, bits.length * 8)) {
      bits[bit >> 3]! |= 1 << (bit & 7);
    }
  }

  message(): MessageWriter {
    return new MessageWriter().number(1, this.functions).bytes(3, this.bits);
  }
}
