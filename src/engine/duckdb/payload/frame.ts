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
