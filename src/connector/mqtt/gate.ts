import { Duplex } from "node:stream";

/** PUBACK, PUBREC and PUBCOMP: what tells the broker that it may forget. */
const acknowledgements = new Set([4, 5, 7]);

/**
 * A connection as the client sees it, on which no acknowledgement goes out before all that had come
 * by then is durable. The client itself answers packet by packet: it would wait for the disk at
 * each one, where so many of them are made durable at once.
 */
export class Gate extends Duplex {
  readonly #socket: Duplex;
  readonly #settled: () => Promise<void>;
  #rest: Buffer = Buffer.alloc(0);
  /** Acknowledgements that wait for the same promise. */
  #held: { readonly settled: Promise<void>; readonly packets: Buffer[] } | undefined;
  #order: Promise<void> = Promise.resolve();
  #deaf = false;

  constructor(socket: Duplex, settled: () => Promise<void>) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#settled = settled;
    socket.on("data", (chunk: Buffer) => {
      if (!this.#deaf && !this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (thrown) => this.destroy(thrown));
    socket.on("close", () => this.destroy());
  }

  /** Takes nothing more, and resolves when all that was taken is acknowledged. */
  async quiet(): Promise<void> {
    this.#deaf = true;
    this.#socket.resume();
    // What was parsed is handled in turns of the loop.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    await this.#order;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let size = packetSize(bytes); size !== undefined; size = packetSize(bytes)) {
      const packet = bytes.subarray(0, size);
      if (acknowledgements.has(packet[0]! >> 4)) this.#hold(packet);
      else this.#socket.write(packet);
      bytes = bytes.subarray(size);
    }
    this.#rest = bytes;
    done();
  }

  override _final(done: () => void): void {
    this.#socket.end();
    done();
  }

  override _destroy(thrown: Error | null, done: (thrown: Error | null) => void): void {
    this.#socket.destroy();
    done(thrown);
  }

  #hold(packet: Buffer): void {
    const settled = this.#settled();
    if (this.#held?.settled === settled) {
      this.#held.packets.push(packet);
      return;
    }
    const held = { settled, packets: [packet] };
    this.#held = held;
    this.#order = this.#order
      .then(() => settled)
      .then(() => {
        if (this.#held === held) this.#held = undefined;
        if (!this.destroyed) this.#socket.write(Buffer.concat(held.packets));
      })
      // Not durable: the broker keeps what it sent, and the journal says why.
      .catch(() => void this.destroy());
  }
}

/** Bytes of the first packet; undefined where it is not all there. */
function packetSize(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at <= 4; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) {
      const size = at + 1 + length;
      return size <= bytes.length ? size : undefined;
    }
  }
  return bytes.length;
}
