/** Deeper values go the slow road, which has the limit of Jackson. */
const DEPTH_LIMIT = 200;

/** 1 for bytes that end the plain part of a JSON string: the quote, the backslash, controls. */
export const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 32 || byte === 0x22 || byte === 0x5c ? 1 : 0,
);
const ESCAPED = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));
const WORDS = ["true", "false", "null"].map((word) => Buffer.from(word));

function isHex(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 102);
}

/** The place after the string whose first byte (after the quote) is at `p`; -1 if it is faulty. */
export function skipString(bytes: Uint8Array, start: number): number {
  let p = start;
  for (;;) {
    while (STOPS[bytes[p]!] === 0) p++;
    const byte = bytes[p]!;
    if (byte === 0x22) return p + 1;
    if (byte !== 0x5c) return -1;
    const escaping = bytes[p + 1]!;
    if (ESCAPED.has(escaping)) p += 2;
    else if (escaping === 0x75) {
      for (let i = 2; i < 6; i++) if (!isHex(bytes[p + i]!)) return -1;
      p += 6;
    } else return -1;
  }
}

/** The place after the number at `p` in JSON's strict grammar; -1 if there is none. */
export function skipNumber(bytes: Uint8Array, start: number): number {
  let p = start;
  let byte = bytes[p]!;
  if (byte === 45) byte = bytes[++p]!;
  if (byte === 48) byte = bytes[++p]!;
  else if (byte >= 49 && byte <= 57) {
    do byte = bytes[++p]!;
    while (byte >= 48 && byte <= 57);
  } else return -1;
  if (byte === 46) {
    byte = bytes[++p]!;
    if (byte < 48 || byte > 57) return -1;
    do byte = bytes[++p]!;
    while (byte >= 48 && byte <= 57);
  }
  if (byte === 101 || byte === 69) {
    byte = bytes[++p]!;
    if (byte === 43 || byte === 45) byte = bytes[++p]!;
    if (byte < 48 || byte > 57) return -1;
    do byte = bytes[++p]!;
    while (byte >= 48 && byte <= 57);
  }
  return p;
}

/** The place after `true`, `false` or `null` at `p`; -1 if it is none of them. */
export function skipWord(bytes: Uint8Array, p: number): number {
  for (const word of WORDS) {
    if (bytes[p] !== word[0]) continue;
    for (let i = 1; i < word.length; i++) if (bytes[p + i] !== word[i]) return -1;
    return p + word.length;
  }
  return -1;
}

/** The place after the value at `p`, whose grammar is checked; -1 for what the slow road knows. */
export function skipBytes(bytes: Uint8Array, start: number, depth = 0): number {
  const byte = bytes[start]!;
  if (byte === 0x22) return skipString(bytes, start + 1);
  if (byte === 0x7b || byte === 0x5b) {
    return depth > DEPTH_LIMIT ? -1 : skipNested(bytes, start, depth);
  }
  if (byte === 45 || (byte >= 48 && byte <= 57)) return skipNumber(bytes, start);
  return skipWord(bytes, start);
}

function skipNested(bytes: Uint8Array, start: number, depth: number): number {
  const object = bytes[start] === 0x7b;
  const close = object ? 0x7d : 0x5d;
  let p = skipBlanks(bytes, start + 1);
  if (bytes[p] === close) return p + 1;
  for (;;) {
    if (object) {
      if (bytes[p] !== 0x22) return -1;
      p = skipString(bytes, p + 1);
      if (p < 0) return -1;
      p = skipBlanks(bytes, p);
      if (bytes[p] !== 0x3a) return -1;
      p = skipBlanks(bytes, p + 1);
    }
    p = skipBytes(bytes, p, depth + 1);
    if (p < 0) return -1;
    p = skipBlanks(bytes, p);
    const byte = bytes[p++];
    if (byte === close) return p;
    if (byte !== 0x2c) return -1;
    p = skipBlanks(bytes, p);
  }
}

function skipBlanks(bytes: Uint8Array, start: number): number {
  let p = start;
  while (bytes[p] === 0x20 || bytes[p] === 0x09) p++;
  return p;
}
