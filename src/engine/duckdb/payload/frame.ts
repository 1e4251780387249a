/** Confluent's frame of a message: a zero, then the number of its schema. */
export const frameBytes = 5;

/** The number of the schema. Throws an Error where there is no such frame. */
export function framedId(bytes: Uint8Array): number {
  if (bytes.length < frameBytes) throw new Error("it is too short to name a schema of a registry");
  if (bytes[0] !== 0) throw new Error(`it begins with ${bytes[0]}, not with the 0 of a registry's`);
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(1);
}

export function frameOf(id: number): Uint8Array {
  const frame = new Uint8Array(frameBytes);
  new DataView(frame.buffer).setInt32(1, id);
  return frame;
}

/** Which of a schema's messages a framed one of protobuf is, and where that begins. */
export interface FramedMessage {
  /** Its place among the messages of the file, then among those in that one, and so on. */
  readonly path: readonly number[];
  readonly start: number;
}

/** How deep a message that a frame names may be in others. */
const pathLimit = 100;

/** What follows the number in a frame of protobuf. Throws an Error where it is broken. */
export function framedMessage(bytes: Uint8Array): FramedMessage {
  let at = frameBytes;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new Error("it ends before it says which message of its schema it is");
  };
  const depth = next();
  if (depth === 0) return { path: [0], start: at };
  if (depth < 0 || depth > pathLimit) throw new Error(`it names a message ${depth} deep`);
  const path = Array.from({ length: depth }, next);
  return { path, start: at };
}

/** The frame of a message at a place in its schema. */
export function messageFrame(id: number, path: readonly number[]): Uint8Array {
  const told = path.length === 1 && path[0] === 0 ? [0] : [path.length, ...path];
  const bytes: number[] = [];
  for (const number of told) {
    let rest = number * 2;
    for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
  }
  return Uint8Array.from([...frameOf(id), ...bytes]);
}
