/** Bits of a key: one key in a hundred that is not there looks as if it were. */
const bitsPerKey = 10;
/** Bits that each key sets: what is best for so many bits. */
const probes = 7;

/** Two words that the places of a key's bits follow from. */
export type KeyHash = readonly [number, number];

/** Of the part before a NUL, where there is one: the name of a file that names alone tell. */
export function hashKey(key: string): KeyHash {
  let [first, second] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit === 0) break;
    first = Math.imul(first ^ unit, 0x01000193);
    second = Math.imul(second ^ unit, 0x85ebca6b) ^ (first >>> 15);
  }
  return [mixed(first), (mixed(second) | 1) >>> 0];
}

function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97);
  return (twice ^ (twice >>> 15)) >>> 0;
}

/** A Bloom filter: it says of most keys that are not in a set so, and of none that is. */
export class KeyFilter {
  readonly #bytes: Uint8Array;

  /** For so many keys. */
  constructor(keys: number, bytes = new Uint8Array(Math.ceil((keys * bitsPerKey) / 8) + 1)) {
    this.#bytes = bytes;
  }

  static fromText(text: string): KeyFilter {
    const bytes = Buffer.from(text, "base64");
    return new KeyFilter(0, new Uint8Array(bytes));
  }

  toText(): string {
    return Buffer.from(this.#bytes).toString("base64");
  }

  add([first, step]: KeyHash): void {
    const bits = this.#bytes.length * 8;
    for (let probe = 0; probe < probes; probe++) {
      const bit = (first + probe * step) % bits;
      this.#bytes[bit >>> 3]! |= 1 << (bit & 7);
    }
  }

  mayHave([first, step]: KeyHash): boolean {
    const bits = this.#bytes.length * 8;
    for (let probe = 0; probe < probes; probe++) {
      const bit = (first + probe * step) % bits;
      if ((this.#bytes[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}
