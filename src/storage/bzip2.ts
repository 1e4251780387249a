/** Throws for bytes that are not as the format has them. */
function check(sound: boolean, reason: string): asserts sound {
  if (!sound) throw new Error(`the bzip2 stream is not sound: ${reason}`);
}

/** Bits of a stream, the highest of each byte first. */
class Bits {
  readonly #bytes: Uint8Array;
  at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bits as a number; at most 24. */
  take(count: number): number {
    while (this.#count < count) {
      check(this.at < this.#bytes.length, "it is cut short");
      this.#held = ((this.#held << 8) | this.#bytes[this.at]!) >>> 0;
      this.#count += 8;
      this.at += 1;
    }
    this.#count -= count;
    const value = (this.#held >>> this.#count) & ((1 << count) - 1);
    this.#held &= (1 << this.#count) - 1;
    return value;
  }

  /** Passes over what is left of a byte. */
  align(): void {
    this.#count = 0;
    this.#held = 0;
  }

  word(): number {
    return ((this.take(16) << 16) | this.take(16)) >>> 0;
  }
}

const crcs = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc << 1) ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

/** What was unpacked: grows up to a limit. */
class Output {
  bytes = new Uint8Array(1 << 16);
  length = 0;
  crc = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  put(byte: number, times: number): void {
    const end = this.length + times;
    if (end > Math.min(this.#limit, this.bytes.length)) this.#grow(end);
    for (; this.length < end; this.length += 1) {
      this.bytes[this.length] = byte;
      this.crc = ((this.crc << 8) ^ crcs[(this.crc >>> 24) ^ byte]!) >>> 0;
    }
  }

  #grow(least: number): void {
    check(least <= this.#limit, `it holds more than ${this.#limit} bytes`);
    const grown = new Uint8Array(Math.min(this.#limit, Math.max(least, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

const blockMark = [0x314159, 0x265359] as const;
const endMark = [0x177245, 0x385090] as const;

/**
 * Unpacks bzip2: one stream, or several one after another. Throws an Error saying what is wrong;
 * more than `limit` bytes are wrong.
 */
export function unpackBzip2(packed: Uint8Array, limit: number): Uint8Array {
  const bits = new Bits(packed);
  const output = new Output(limit);
  while (bits.at < packed.length) stream(bits, output);
  return output.bytes.subarray(0, output.length);
}

function stream(bits: Bits, output: Output): void {
  check(bits.take(24) === 0x425a68, "it does not begin with BZh");
  const level = bits.take(8) - 0x30;
  check(level >= 1 && level <= 9, "its block size is not known");
  const block = new Uint32Array(level * 100_000);
  for (let combined = 0; ; ) {
    const mark = [bits.take(24), bits.take(24)];
    const crc = bits.word();
    if (mark[0] === endMark[0] && mark[1] === endMark[1]) {
      check(crc === combined, "its checksum is not that of its blocks");
      bits.align();
      return;
    }
    check(mark[0] === blockMark[0] && mark[1] === blockMark[1], "a block has no mark");
    output.crc = 0xffffffff;
    unpackBlock(bits, block, output);
    check(~output.crc >>> 0 === crc, "a block's checksum is not that of its bytes");
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}

function unpackBlock(bits: Bits, block: Uint32Array, output: Output): void {
  check(bits.take(1) === 0, "its blocks are randomised, as they were before 1997");
  const origin = bits.take(24);
  const used = usedBytes(bits);
  const symbols = used.length + 2;
  const groups = bits.take(3);
  check(groups >= 2 && groups <= 6, "a block has no tables");
  const selectors = selectorsOf(bits, groups);
  const tables = Array.from({ length: groups }, () => tableOf(bits, symbols));
  const length = moveToFront(bits, { used, selectors, tables, block });
  check(origin < length, "a block begins behind its end");
  restore(block, length, origin, output);
}

/** The bytes that are in a block, of 16 runs of 16. */
function usedBytes(bits: Bits): number[] {
  const runs = bits.take(16);
  const used: number[] = [];
  for (let run = 0; run < 16; run += 1) {
    if ((runs & (0x8000 >> run)) === 0) continue;
    const within = bits.take(16);
    for (let at = 0; at < 16; at += 1) if (within & (0x8000 >> at)) used.push(run * 16 + at);
  }
  check(used.length > 0, "a block has no bytes");
  return used;
}

/** Which table each 50 symbols are in. */
function selectorsOf(bits: Bits, groups: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15));
  const order = Array.from({ length: groups }, (_, at) => at);
  for (let at = 0; at < selectors.length; at += 1) {
    let place = 0;
    while (bits.take(1) === 1) place += 1;
    check(place < groups, "a block names a table that it has not");
    const [table] = order.splice(place, 1);
    order.unshift(table!);
    selectors[at] = table!;
  }
  return selectors;
}

/** A Huffman table: for each length of code where its codes begin and their symbols. */
interface Table {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

const lengthMax = 20;

function tableOf(bits: Bits, symbols: number): Table {
  const lengths = new Uint8Array(symbols);
  let length = bits.take(5);
  for (let at = 0; at < symbols; at += 1) {
    while (bits.take(1) === 1) length += bits.take(1) === 1 ? -1 : 1;
    check(length >= 1 && length <= lengthMax, "a code is too long");
    lengths[at] = length;
  }
  const counts = new Int32Array(lengthMax + 1);
  for (const one of lengths) counts[one]! += 1;
  const first = new Int32Array(lengthMax + 1);
  const offsets = new Int32Array(lengthMax + 1);
  for (let at = 1, code = 0, offset = 0; at <= lengthMax; at += 1) {
    first[at] = code;
    offsets[at] = offset;
    offset += counts[at]!;
    code = (code + counts[at]!) << 1;
  }
  const next = offsets.slice();
  const ordered = new Uint16Array(symbols);
  for (const [symbol, one] of lengths.entries()) {
    ordered[next[one]!] = symbol;
    next[one]! += 1;
  }
  return { first, counts, offsets, symbols: ordered };
}

function symbolOf(bits: Bits, { first, counts, offsets, symbols }: Table): number {
  for (let length = 1, code = 0; length <= lengthMax; length += 1) {
    code = (code << 1) | bits.take(1);
    const at = code - first[length]!;
    if (at >= 0 && at < counts[length]!) return symbols[offsets[length]! + at]!;
  }
  check(false, "a code stands for nothing");
}

interface Coded {
  readonly used: number[];
  readonly selectors: Uint8Array;
  readonly tables: readonly Table[];
  readonly block: Uint32Array;
}

/** Fills a block with its bytes as they were sorted; how many there are. */
function moveToFront(bits: Bits, { used, selectors, tables, block }: Coded): number {
  const last = used.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let count = 0; ; count += 1) {
    const table = tables[selectors[Math.floor(count / 50)]!];
    check(table !== undefined, "a block has more symbols than it says");
    const symbol = symbolOf(bits, table);
    if (symbol <= 1) {
      run += weight << symbol;
      weight <<= 1;
      check(run <= block.length, "a run is too long");
      continue;
    }
    check(length + run <= block.length, "a block is too long");
    block.fill(used[0]!, length, length + run);
    length += run;
    run = 0;
    weight = 1;
    if (symbol === last) return length;
    check(length < block.length, "a block is too long");
    const [byte] = used.splice(symbol - 1, 1);
    used.unshift(byte!);
    block[length] = byte!;
    length += 1;
  }
}

/** Puts the bytes of a block in their order, and runs of four and more at their length. */
function restore(block: Uint32Array, length: number, origin: number, output: Output): void {
  const starts = new Uint32Array(257);
  for (let at = 0; at < length; at += 1) starts[(block[at]! & 255) + 1]! += 1;
  for (let byte = 0; byte < 256; byte += 1) starts[byte + 1]! += starts[byte]!;
  for (let at = 0; at < length; at += 1) {
    const byte = block[at]! & 255;
    block[starts[byte]!]! |= at << 8;
    starts[byte]! += 1;
  }
  let repeated = 0;
  let before = -1;
  for (let left = length, at = block[origin]! >>> 8; left > 0; left -= 1) {
    const byte = block[at]! & 255;
    at = block[at]! >>> 8;
    if (repeated === 4) {
      output.put(before, byte);
      repeated = 0;
      before = -1;
      continue;
    }
    repeated = byte === before ? repeated + 1 : 1;
    before = byte;
    output.put(byte, 1);
  }
}
