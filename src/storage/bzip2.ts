/** Throws for bytes that are not as the format has them. */
function check(sound: boolean, reason: string): asserts sound {
  if (!sound) throw new Error(`the bzip2 stream is not sound: ${reason}`);
}

/** Bits of a stream, the highest of each byte first. */
class Bits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all whole bytes were taken. */
  get ended(): boolean {
    return this.#at - (this.#count >> 3) >= this.#bytes.length;
  }

  /** The next bits as a number, at most 24; zeros come after the last. */
  peek(count: number): number {
    while (this.#count < count) {
      this.#held = (this.#held << 8) | (this.#bytes[this.#at] ?? 0);
      this.#count += 8;
      this.#at += 1;
    }
    return (this.#held >>> (this.#count - count)) & ((1 << count) - 1);
  }

  /** Passes over bits that were peeked at. */
  skip(count: number): void {
    this.#count -= count;
    this.#held &= (1 << this.#count) - 1;
    check(this.#at - (this.#count >> 3) <= this.#bytes.length, "it is cut short");
  }

  take(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  /** Passes over what is left of a byte. */
  align(): void {
    this.skip(this.#count & 7);
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

/** The most bytes that one step puts out: a run. */
const stepMax = 256;

/** What was unpacked: grows up to a limit. */
class Output {
  /** Has room for a step behind `length`. */
  bytes = new Uint8Array(1 << 16);
  length = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Makes room behind a length, which is in the limit. */
  grow(length: number): Uint8Array {
    this.end(length);
    const most = this.#limit + stepMax;
    const grown = new Uint8Array(Math.min(most, Math.max(length + stepMax, length * 2)));
    grown.set(this.bytes.subarray(0, length));
    this.bytes = grown;
    return grown;
  }

  end(length: number): void {
    check(length <= this.#limit, `it holds more than ${this.#limit} bytes`);
    this.length = length;
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
  while (!bits.ended) stream(bits, output);
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
    check(unpackBlock(bits, block, output) === crc, "a block's checksum is not that of its bytes");
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
}

/** Puts out a block; its checksum. */
function unpackBlock(bits: Bits, block: Uint32Array, output: Output): number {
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
  sort(block, length);
  return putOut(block, { length, origin }, output);
}

/** The bytes that are in a block, of 16 runs of 16. */
function usedBytes(bits: Bits): Uint8Array {
  const runs = bits.take(16);
  const used: number[] = [];
  for (let run = 0; run < 16; run += 1) {
    if ((runs & (0x8000 >> run)) === 0) continue;
    const within = bits.take(16);
    for (let at = 0; at < 16; at += 1) if (within & (0x8000 >> at)) used.push(run * 16 + at);
  }
  check(used.length > 0, "a block has no bytes");
  return Uint8Array.from(used);
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
  /** By the next bits: a symbol and how many of them it takes; 0 where more are needed. */
  readonly short: Uint16Array;
}

/** Bits that are looked up at once. */
const shortBits = 10;

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
  return { first, counts, offsets, symbols: ordered, short: shortOf(first, next, ordered) };
}

function shortOf(first: Int32Array, ends: Int32Array, symbols: Uint16Array): Uint16Array {
  const short = new Uint16Array(1 << shortBits);
  for (let length = 1, at = 0; length <= shortBits; length += 1) {
    const width = 1 << (shortBits - length);
    for (let code = first[length]!; at < ends[length]!; at += 1, code += 1) {
      short.fill((symbols[at]! << 5) | length, code * width, (code + 1) * width);
    }
  }
  return short;
}

function symbolOf(bits: Bits, { first, counts, offsets, symbols, short }: Table): number {
  const code = bits.peek(lengthMax);
  const entry = short[code >> (lengthMax - shortBits)]!;
  if (entry !== 0) {
    bits.skip(entry & 31);
    return entry >> 5;
  }
  for (let length = shortBits + 1; length <= lengthMax; length += 1) {
    const at = (code >> (lengthMax - length)) - first[length]!;
    if (at < 0 || at >= counts[length]!) continue;
    bits.skip(length);
    return symbols[offsets[length]! + at]!;
  }
  check(false, "a code stands for nothing");
}

interface Coded {
  readonly used: Uint8Array;
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
  let table = tables[0]!;
  for (let count = 0; ; count += 1) {
    if (count % 50 === 0) {
      const selected = selectors[count / 50];
      check(selected !== undefined, "a block has more symbols than it says");
      table = tables[selected]!;
    }
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
    const byte = used[symbol - 1]!;
    used.copyWithin(1, 0, symbol - 1);
    used[0] = byte;
    block[length] = byte;
    length += 1;
  }
}

/** Puts above each byte of a block where the one that follows it in the text stands. */
function sort(block: Uint32Array, length: number): void {
  const starts = new Uint32Array(257);
  for (let at = 0; at < length; at += 1) starts[(block[at]! & 255) + 1]! += 1;
  for (let byte = 0; byte < 256; byte += 1) starts[byte + 1]! += starts[byte]!;
  for (let at = 0; at < length; at += 1) {
    const byte = block[at]! & 255;
    block[starts[byte]!]! |= at << 8;
    starts[byte]! += 1;
  }
}

/** Puts out the bytes of a block in order, runs behind each four of a kind; their checksum. */
function putOut(
  block: Uint32Array,
  { length, origin }: { readonly length: number; readonly origin: number },
  output: Output,
): number {
  let bytes: Uint8Array = output.bytes;
  let end = output.length;
  let crc = 0xffffffff;
  let repeated = 0;
  let before = -1;
  for (let left = length, at = block[origin]! >>> 8; left > 0; left -= 1) {
    const entry = block[at]!;
    at = entry >>> 8;
    const byte = entry & 255;
    if (end + stepMax > bytes.length) bytes = output.grow(end);
    if (repeated < 4) {
      repeated = byte === before ? repeated + 1 : 1;
      before = byte;
      bytes[end] = byte;
      end += 1;
      crc = (crc << 8) ^ crcs[(crc >>> 24) ^ byte]!;
      continue;
    }
    bytes.fill(before, end, end + byte);
    end += byte;
    for (let more = byte; more > 0; more -= 1) crc = (crc << 8) ^ crcs[(crc >>> 24) ^ before]!;
    repeated = 0;
    before = -1;
  }
  output.end(end);
  return ~crc >>> 0;
}
