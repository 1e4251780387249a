/** Avro's binary encoding, in a buffer that grows. */
export class AvroOutput {
  #bytes = Buffer.allocUnsafeSlow(1 << 12);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A copy of what was written; the buffer is then empty. */
  taken(): Uint8Array {
    const bytes = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#size);
    this.#size = 0;
    return bytes;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#size = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  /** A whole number that a double holds exactly. */
  int(value: number): void {
    if (value < -0x4000_0000 || value > 0x3fff_ffff) {
      this.long(BigInt(value));
      return;
    }
    this.#reserve(5);
    let rest = (value << 1) ^ (value >> 31);
    while (rest > 0x7f) {
      this.#bytes[this.#size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#size++] = rest;
  }

  long(value: bigint): void {
    if (value >= -0x4000_0000n && value <= 0x3fff_ffffn) {
      this.int(Number(value));
      return;
    }
    this.#reserve(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 0x7fn) {
      this.#bytes[this.#size++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#size++] = Number(rest);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#size = this.#bytes.writeFloatLE(value, this.#size);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#size = this.#bytes.writeDoubleLE(value, this.#size);
  }

  /** Bytes as they are, without their length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.int(length);
    this.#reserve(length);
    this.#size += this.#bytes.write(value, this.#size);
  }

  #reserve(bytes: number): void {
    const need = this.#size + bytes;
    if (need <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(need, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#size);
    this.#bytes = grown;
  }
}

/** The beginning of an object container file; `sync` follows each of its blocks. */
export function containerHead(schema: string, codec: string, sync: Uint8Array): Uint8Array {
  const head = new AvroOutput();
  head.raw(Buffer.from("Obj\u0001", "latin1"));
  head.int(2);
  for (const text of ["avro.schema", schema, "avro.codec", codec]) head.text(text);
  head.int(0);
  head.raw(sync);
  return head.taken();
}

/** What stands before the packed objects of a block. */
export function blockHead(count: number, bytes: number): Uint8Array {
  const head = new AvroOutput();
  head.int(count);
  head.int(bytes);
  return head.taken();
}
