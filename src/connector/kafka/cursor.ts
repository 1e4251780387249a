/** Reads Kafka's compact encodings. */
export class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(length: number): void {
    this.#at += length;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  uuid(): string {
    const hex = this.#bytes.toString("hex", this.#at, this.#at + 16);
    this.#at += 16;
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  #unsigned(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  }

  /** Its length is told by one more than it is; 0: there is none. */
  array(item: () => void): void {
    for (let left = this.#unsigned() - 1; left > 0; left--) item();
  }

  bytes(): Buffer {
    const length = Math.max(0, this.#unsigned() - 1);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** The same encoding, of text; null is the empty one. */
  text(): string {
    return this.bytes().toString();
  }

  /** Tagged fields, of which none is used. */
  tags(): void {
    for (let left = this.#unsigned(); left > 0; left--) {
      this.#unsigned();
      this.skip(this.#unsigned());
    }
  }
}
