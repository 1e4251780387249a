/** Reads the fields of records. Throws a RangeError where they end early. */
export class RecordCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** A whole number of at most 32 bits, zigzag. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte === undefined) throw cut();
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let raw = byte & 127;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = bytes[this.at++];
      if (byte === undefined) throw cut();
      raw |= (byte & 127) << shift;
      if (byte < 128) return (raw >>> 1) ^ -(raw & 1);
    }
    throw new RangeError("a number has more than 32 bits");
  }

  /** A whole number of at most 64 bits, zigzag; exact up to 2^53, then by `longBigint`. */
  varlong(): number {
    const start = this.at;
    const { bytes } = this;
    let raw = 0;
    for (let scale = 1; scale < 2 ** 49; scale *= 128) {
      const byte = bytes[this.at++];
      if (byte === undefined) throw cut();
      raw += (byte & 127) * scale;
      if (byte < 128) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
    this.at = start;
    return Number(this.longBigint());
  }

  longBigint(): bigint {
    let raw = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw cut();
      raw |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
    }
    throw new RangeError("a number has more than 64 bits");
  }

  /** Passes over bytes; returns where they begin. */
  take(length: number): number {
    const start = this.at;
    this.at += length;
    if (length < 0 || this.at > this.bytes.length) throw cut();
    return start;
  }
}

function cut(): RangeError {
  return new RangeError("a record is cut short");
}
