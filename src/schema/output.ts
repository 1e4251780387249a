/** A buffer that grows: the parts that the encodings of Avro and Protobuf share. */
export class ByteOutput {
  protected bytes = Buffer.allocUnsafeSlow(1 << 12);
  protected end = 0;

  get size(): number {
    return this.end;
  }

  /** A copy of what was written; the buffer is then empty. */
  taken(): Uint8Array {
    const bytes = Uint8Array.prototype.slice.call(this.bytes, 0, this.end);
    this.end = 0;
    return bytes;
  }

  /** Forgets what was written. */
  clear(): void {
    this.end = 0;
  }

  /** A number without a sign, of at most 32 bits: seven of them to a byte, the lowest first. */
  word(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.bytes[this.end++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[this.end++] = rest;
  }

  /** The same of 64 bits. */
  words(value: bigint): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7fn) {
      this.bytes[this.end++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.end++] = Number(rest);
  }

  float(value: number): void {
    this.reserve(4);
    this.end = this.bytes.writeFloatLE(value, this.end);
  }

  double(value: number): void {
    this.reserve(8);
    this.end = this.bytes.writeDoubleLE(value, this.end);
  }

  /** Bytes as they are, without their length. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** A text of so many bytes in UTF-8, without their length. */
  protected utf8(value: string, length: number): void {
    this.reserve(length);
    this.end += this.bytes.write(value, this.end);
  }

  protected reserve(bytes: number): void {
    const need = this.end + bytes;
    if (need <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(need, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }
}
