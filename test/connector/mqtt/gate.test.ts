import { once } from "node:events";
import { Duplex, type DuplexOptions } from "node:stream";
import { expect, test } from "vitest";
import { Gate } from "../../../src/connector/mqtt/gate.ts";
import { createRandom } from "../../random.ts";

/** A socket whose writes are kept, and into which a test puts what the broker says. */
class Socket extends Duplex {
  readonly sent: Buffer[] = [];

  constructor(options: DuplexOptions = {}) {
    super({ allowHalfOpen: false, ...options });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(chunk);
    done();
  }

  get types(): number[] {
    return this.sent.flatMap((chunk) => packets(chunk)).map((packet) => packet[0]! >> 4);
  }
}

/** Packets whose remaining length is one byte. */
function packets(bytes: Buffer): Buffer[] {
  if (bytes.length === 0) return [];
  const size = 2 + bytes[1]!;
  return [bytes.subarray(0, size), ...packets(bytes.subarray(size))];
}

const packet = (type: number, id: number): Buffer => Buffer.from([type << 4, 2, id >> 8, id & 255]);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("acknowledgements wait for what was durable when they were made; the others do not", async () => {
  const socket = new Socket();
  const release: (() => void)[] = [];
  let settled = Promise.resolve();
  const next = (): void => {
    settled = new Promise((resolve) => release.push(resolve));
  };
  const gate = new Gate(socket, () => settled);
  next();
  gate.write(packet(4, 1));
  gate.write(packet(5, 2));
  gate.write(Buffer.from([0xc0, 0])); // PINGREQ
  next();
  gate.write(packet(7, 3));
  await turn();
  expect(socket.types).toEqual([12]);
  release[1]!();
  await turn();
  expect(socket.types).toEqual([12]); // in order: the first ones are not durable yet
  release[0]!();
  await turn();
  expect(socket.types).toEqual([12, 4, 5, 7]);
});

test("packets are told apart wherever the bytes are cut", async () => {
  const long = Buffer.concat([Buffer.from([0x80, 0xc8, 0x01]), Buffer.alloc(200, 0x40)]);
  const all = Buffer.concat([packet(4, 0x4040), long, packet(7, 9), Buffer.from([0xe0, 0])]);
  for (let seed = 0; seed < 100; seed++) {
    const random = createRandom(seed);
    const socket = new Socket();
    const gate = new Gate(socket, () => Promise.resolve());
    for (let at = 0; at < all.length; ) {
      const end = at + 1 + random.below(70);
      gate.write(all.subarray(at, end));
      at = end;
    }
    await turn();
    const sent = Buffer.concat(socket.sent);
    const others = Buffer.concat([long, Buffer.from([0xe0, 0])]);
    const acknowledged = Buffer.concat([packet(4, 0x4040), packet(7, 9)]);
    expect(sent.length).toBe(all.length);
    expect(sent.includes(others.subarray(0, long.length))).toBe(true);
    expect(sent.indexOf(acknowledged.subarray(0, 4))).toBeGreaterThanOrEqual(0);
    expect(sent.indexOf(packet(7, 9))).toBeGreaterThanOrEqual(0);
  }
});

test("what cannot be made durable is never acknowledged: the connection ends", async () => {
  const socket = new Socket();
  const gate = new Gate(socket, () => Promise.reject(new Error("no disk")));
  gate.write(packet(4, 1));
  await once(gate, "close");
  expect([socket.sent.length, socket.destroyed]).toEqual([0, true]);
});

test("once quiet it hears nothing more, and what it has heard is acknowledged", async () => {
  const socket = new Socket();
  const gate = new Gate(socket, () => turn());
  const heard: string[] = [];
  gate.on("data", (chunk: Buffer) => {
    heard.push(String(chunk));
    gate.write(packet(4, 1));
  });
  socket.push("first");
  await turn();
  const quiet = gate.quiet();
  socket.push("second");
  await quiet;
  expect([heard, socket.types]).toEqual([["first"], [4]]);
});
