import type { RunBuffer } from "./buffer.ts";

interface Packed {
  readonly width: number; // bits
  /** Where the values go. */
  readonly first: number;
  readonly count: number;
  /** Undoes the zigzag. */
  readonly signed: boolean;
}

/** Takes packed values off the stream, the highest bit first. */
export function unpack(run: RunBuffer, packed: Packed): void {
  const { width, first, count, signed } = packed;
  const { words } = run;
  const { bytes } = run.stream;
  let at = run.take(width, count);
  const end = (first + count) * 2;
  if (width > 32) {
    wide(run, packed, at);
  } else if (width === 8) {
    for (let to = first * 2; to < end; to += 2) words[to] = bytes[at++]!;
  } else if (width === 16) {
    for (let to = first * 2; to < end; to += 2, at += 2) {
      words[to] = (bytes[at]! << 8) | bytes[at + 1]!;
    }
  } else if (width === 24) {
    for (let to = first * 2; to < end; to += 2, at += 3) {
      words[to] = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    }
  } else if (width === 32) {
    for (let to = first * 2; to < end; to += 2, at += 4) {
      words[to] =
        (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
  } else if (width < 24) {
    narrow(run, packed, at);
  } else {
    odd(run, packed, at);
  }
  if (width <= 32) finish(words, first * 2, end, signed);
}

/** Up to 23 bits: what is held never passes 31. */
function narrow({ words, stream: { bytes } }: RunBuffer, packed: Packed, start: number): void {
  const { width, first, count } = packed;
  const mask = (1 << width) - 1;
  let at = start;
  let held = 0;
  let bits = 0;
  for (let to = first * 2, end = to + count * 2; to < end; to += 2) {
    while (bits < width) {
      held = (held << 8) | bytes[at++]!;
      bits += 8;
    }
    bits -= width;
    words[to] = (held >>> bits) & mask;
    held &= (1 << bits) - 1;
  }
}

/** 26, 28 and 30 bits. */
function odd({ words, stream: { bytes } }: RunBuffer, packed: Packed, start: number): void {
  const { width, first, count } = packed;
  let at = start;
  let held = 0;
  let bits = 0;
  for (let to = first * 2, end = to + count * 2; to < end; to += 2) {
    while (bits < width) {
      held = held * 256 + bytes[at++]!;
      bits += 8;
    }
    bits -= width;
    const value = Math.floor(held / 2 ** bits);
    words[to] = value;
    held -= value * 2 ** bits;
  }
}

/** 40 to 64 bits, which are whole bytes. */
function wide({ words, stream: { bytes } }: RunBuffer, packed: Packed, start: number): void {
  const { width, first, count, signed } = packed;
  const top = width / 8 - 4;
  let at = start;
  for (let to = first * 2, end = to + count * 2; to < end; to += 2) {
    let high = 0;
    for (let i = 0; i < top; i++) high = (high << 8) | bytes[at++]!;
    const low =
      (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at += 4;
    const sign = signed ? -(low & 1) : 0;
    words[to] = signed ? ((low >>> 1) | (high << 31)) ^ sign : low;
    words[to + 1] = signed ? (high >>> 1) ^ sign : high;
  }
}

/** Undoes the zigzag of words of up to 32 bits, and gives them their high ones. */
function finish(words: Int32Array, start: number, end: number, signed: boolean): void {
  if (!signed) {
    for (let to = start; to < end; to += 2) words[to + 1] = 0;
    return;
  }
  for (let to = start; to < end; to += 2) {
    const value = words[to]!;
    const sign = -(value & 1);
    words[to] = (value >>> 1) ^ sign;
    words[to + 1] = sign;
  }
}
