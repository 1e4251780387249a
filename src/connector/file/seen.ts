import { assert } from "../../error/error.ts";

/** Words of a fingerprint: with 128 bits a false match (a lost file) is rarer than bad memory. */
const words = 4;
/** Slots of the largest table there can be: 2 GiB for its words, over 60 million files. */
const maxSlots = 2 ** 27;
const minSlots = 1024;

/**
 * The files a source has taken, by name. Keeps a fingerprint and a time of each, about 48 bytes,
 * not the name. With a `maxAgeMs`, `purge` forgets what is older than that against the newest
 * file seen; from then on such files are not new, unseen or not.
 */
export class SeenFiles {
  readonly #maxAgeMs: number;
  #slots = new Uint32Array(minSlots * words);
  #times = new Float64Array(minSlots);
  #count = 0;
  #newest = 0;
  #threshold = Number.NEGATIVE_INFINITY;

  constructor(maxAgeMs = Number.POSITIVE_INFINITY) {
    this.#maxAgeMs = maxAgeMs;
  }

  get size(): number {
    return this.#count;
  }

  isNew(name: string, timeMs: number): boolean {
    return timeMs >= this.#threshold && !this.#taken(this.#find(fingerprint(name)));
  }

  add(name: string, timeMs: number): void {
    this.#newest = Math.max(this.#newest, timeMs);
    this.#put(fingerprint(name), timeMs);
  }

  purge(): void {
    const threshold = this.#newest - this.#maxAgeMs;
    if (!(threshold > this.#threshold)) return;
    this.#threshold = threshold;
    this.#rebuild(this.#times.length);
  }

  #put(print: Uint32Array, timeMs: number): void {
    let slot = this.#find(print);
    if (!this.#taken(slot)) {
      if (this.#count * 4 >= this.#times.length * 3) {
        this.#rebuild(this.#times.length * 2);
        slot = this.#find(print);
      }
      this.#slots.set(print, slot * words);
      this.#count++;
    }
    this.#times[slot] = timeMs;
  }

  #taken(slot: number): boolean {
    return this.#slots[slot * words] !== 0;
  }

  /** The slot of a fingerprint, or the free one where it belongs. */
  #find(print: Uint32Array): number {
    const mask = this.#times.length - 1;
    let slot = print[1]! & mask;
    while (this.#taken(slot)) {
      const at = slot * words;
      let same = true;
      for (let word = 0; word < words; word++) same &&= this.#slots[at + word] === print[word];
      if (same) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #rebuild(size: number): void {
    assert(size <= maxSlots, "more files than the set of seen files can hold");
    const [slots, times] = [this.#slots, this.#times];
    this.#slots = new Uint32Array(size * words);
    this.#times = new Float64Array(size);
    this.#count = 0;
    for (let slot = 0; slot < times.length; slot++) {
      const at = slot * words;
      if (slots[at] === 0 || times[slot]! < this.#threshold) continue;
      this.#put(slots.subarray(at, at + words), times[slot]!);
    }
  }
}

const seeds = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/** Four words, the first of them never 0 (which marks a free slot). */
function fingerprint(name: string): Uint32Array {
  let [a, b, c, d]: [number, number, number, number] = [...seeds];
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x85ebca6b);
    b = Math.imul(b ^ unit ^ (a >>> 15), 0xc2b2ae35);
    c = Math.imul(c ^ unit ^ (b >>> 13), 0x27d4eb2d);
    d = Math.imul(d ^ unit ^ (c >>> 16), 0x165667b1);
  }
  const mixed = [a ^ (d >>> 11), b ^ (a >>> 17), c ^ (b >>> 15), d ^ (c >>> 13)];
  const print = Uint32Array.from(mixed, (word) => {
    const once = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    return Math.imul(once ^ (once >>> 15), 0x735a2d97);
  });
  if (print[0] === 0) print[0] = 1;
  return print;
}
