/**
 * The bytes of a page under Parquet's codec LZ4, which the format never defined: Hadoop's blocks
 * (a length, then chunks with a length of their own), or one bare LZ4 block, as some wrote it.
 * Throws a RangeError where it is neither.
 */
export function unframed(page: Buffer, length: number): Buffer {
  try {
    return hadoopBlocks(page, length);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  const out = Buffer.allocUnsafe(length);
  if (decompress(page, out, 0) !== length) throw new RangeError("an LZ4 page is cut short");
  return out;
}

function hadoopBlocks(page: Buffer, length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  let filled = 0;
  while (filled < length) {
    const end = filled + page.readUInt32BE(at);
    at += 4;
    if (end > length) throw new RangeError("an LZ4 block is longer than its page");
    while (filled < end) {
      const size = page.readUInt32BE(at);
      at += 4;
      if (size === 0 || at + size > page.length) throw new RangeError("an LZ4 chunk is cut short");
      filled = decompress(page.subarray(at, at + size), out, filled);
      at += size;
    }
    if (filled !== end) throw new RangeError("an LZ4 block is not as long as it says");
  }
  if (at !== page.length) throw new RangeError("bytes are left behind an LZ4 page");
  return out;
}

/**
 * Decompresses one LZ4 block into `out` at `start`; returns where its bytes end. It may refer to
 * what is there from `window` on.
 */
export function decompress(block: Buffer, out: Buffer, start: number, window = start): number {
  let at = 0;
  let to = start;
  const extended = (length: number): number => {
    if (length !== 15) return length;
    let sum = length;
    for (;;) {
      const more = block[at];
      if (more === undefined) throw new RangeError("an LZ4 length is cut short");
      at += 1;
      sum += more;
      if (more !== 255) return sum;
    }
  };
  while (at < block.length) {
    const token = block[at] as number;
    at += 1;
    const literals = extended(token >> 4);
    if (at + literals > block.length || to + literals > out.length) {
      throw new RangeError("LZ4 literals are cut short");
    }
    block.copy(out, to, at, at + literals);
    at += literals;
    to += literals;
    if (at === block.length) return to;
    if (at + 2 > block.length) throw new RangeError("an LZ4 offset is cut short");
    const from = to - block.readUInt16LE(at);
    at += 2;
    const end = to + extended(token & 15) + 4;
    if (from < window || from === to || end > out.length) {
      throw new RangeError("an LZ4 match is out of its block");
    }
    // A match may overlap what it makes: byte by byte.
    for (let source = from; to < end; source += 1, to += 1) out[to] = out[source] as number;
  }
  return to;
}
