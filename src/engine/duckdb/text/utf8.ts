import { isUtf8 } from "node:buffer";

/** Whether the bytes are UTF-8; the shortest are looked at here, as most are ASCII. */
export function isUtf8Span(bytes: Uint8Array, start: number, length: number): boolean {
  if (length > 32) return isUtf8(bytes.subarray(start, start + length));
  let or = 0;
  for (let i = start; i < start + length; i++) or |= bytes[i]!;
  return or < 128 || isUtf8(bytes.subarray(start, start + length));
}
