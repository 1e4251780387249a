const mask = 0xffff_ffff_ffff_ffffn;
const [first, second] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
/** The seed of all hashes in ORC. */
const seed = 104_729n;

function wrap(value: bigint): bigint {
  return value & mask;
}

function rotated(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

function mixed(part: bigint): bigint {
  return wrap(rotated(wrap(part * first), 31n) * second);
}

/** Murmur3 of 64 bits, as ORC's bloom filters have of texts. */
export function bytesHash(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = seed;
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) {
    hash = rotated(hash ^ mixed(view.getBigUint64(at, true)), 27n);
    hash = wrap(hash * 5n + 0x52dce729n);
  }
  let rest = 0n;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8n) | BigInt(bytes[at]!);
  if (whole < bytes.length) hash ^= mixed(rest);
  hash ^= BigInt(bytes.length);
  hash = wrap((hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  hash = wrap((hash ^ (hash >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return hash ^ (hash >> 33n);
}

/** Thomas Wang's hash of an integer, as ORC's bloom filters have of numbers, days and times. */
export function longHash(value: bigint): bigint {
  const signed = (key: bigint): bigint => BigInt.asIntN(64, key);
  let key = signed(~value + (value << 21n));
  key ^= key >> 24n;
  key = signed(signed(key + (key << 3n)) + (key << 8n));
  key ^= key >> 14n;
  key = signed(signed(key + (key << 2n)) + (key << 4n));
  key ^= key >> 28n;
  key = signed(key + (key << 31n));
  return wrap(key);
}

/** The hash of the UTF-8 of a text. */
export function textHash(text: string): bigint {
  return bytesHash(Buffer.from(text));
}

/** The hash of a number with a point, by its bits. */
export function realHash(value: number): bigint {
  return longHash(new BigInt64Array(Float64Array.of(value).buffer)[0]!);
}

/** The text of a decimal that is hashed: without zeros at the end. */
export function shortDecimal(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
