/** Bytes in the making: a buffer that grows. */
export class Output {
  #bytes = Buffer.allocUnsafeSlow(1 << 10);
  size = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.size++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.size);
    this.size += bytes.length;
  }

  /** An unsigned number by 7 bits a byte. */
  varint(value: bigint | number): void {
    let rest = BigInt(value);
    while (rest > 127n) {
      this.byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.byte(Number(rest));
  }

  double(value: number): void {
    this.#reserve(8);
    this.size = this.#bytes.writeDoubleLE(value, this.size);
  }

  float(value: number): void {
    this.#reserve(4);
    this.size = this.#bytes.writeFloatLE(value, this.size);
  }

  /** What was written; not to be kept beyond the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  #reserve(count: number): void {
    const need = this.size + count;
    if (need <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.size);
    this.#bytes = grown;
  }
}

/** A signed number as an unsigned one whose lowest bit is the sign. */
export function zigzag(value: bigint): bigint {
  return value >= 0n ? value << 1n : (-value << 1n) - 1n;
}
