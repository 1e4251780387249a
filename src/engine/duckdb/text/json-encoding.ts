import { isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

type Encoding = "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be";

/**
 * The bytes of a JSON text in UTF-8, whatever Unicode they are in: Jackson knows it by the mark at
 * the start, or by where the zeros of the first character are.
 */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 2 || (bytes[0]! < 0xfe && bytes[0] !== 0 && bytes[1] !== 0)) return bytes;
  const found = encodingOf(bytes);
  if (found === undefined) return bytes;
  const text = found.encoding.startsWith("utf-32")
    ? wideText(bytes.subarray(found.mark), found.encoding === "utf-32le")
    : new TextDecoder(found.encoding).decode(bytes.subarray(found.mark));
  return Buffer.from(text);
}

function encodingOf(bytes: Uint8Array): { encoding: Encoding; mark: number } | undefined {
  const [a = 1, b = 1, c = 1, d = 1] = bytes;
  if (bytes.length >= 4) {
    if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { encoding: "utf-32be", mark: 4 };
    if (a === 0xff && b === 0xfe && c === 0 && d === 0) return { encoding: "utf-32le", mark: 4 };
  }
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", mark: 2 };
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", mark: 2 };
  if (bytes.length >= 4) {
    if (a === 0 && b === 0 && c === 0) return { encoding: "utf-32be", mark: 0 };
    if (b === 0 && c === 0 && d === 0) return { encoding: "utf-32le", mark: 0 };
  }
  if (a === 0) return { encoding: "utf-16be", mark: 0 };
  return b === 0 ? { encoding: "utf-16le", mark: 0 } : undefined;
}

function wideText(bytes: Uint8Array, little: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, little);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  }
  return text;
}

/** The bytes before the first that is no UTF-8. A reader may need no more of them. */
export function soundStart(bytes: Uint8Array): Uint8Array {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isUtf8(wholeCharacters(bytes, middle))) low = middle;
    else high = middle - 1;
  }
  return wholeCharacters(bytes, low);
}

/** The first bytes without a character that is cut. */
function wholeCharacters(bytes: Uint8Array, end: number): Uint8Array {
  let start = end;
  while (start > 0 && end - start < 3 && (bytes[start - 1]! & 0xc0) === 0x80) start--;
  const lead = start > 0 ? bytes[start - 1]! : 0;
  const wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  return bytes.subarray(0, wanted > end - start + 1 ? start - 1 : end);
}
