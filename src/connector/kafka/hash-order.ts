/** The hash table of Scala's mutable maps, for the order in which it gives its keys. */
export class HashOrder<K extends string | number> {
  #length = 16;
  #hashes: { readonly key: K; readonly hash: number }[] = [];
  readonly #known = new Set<K>();

  /** Puts a key, which may be there already: that too may make the table grow. */
  put(key: K): void {
    if (this.#known.size + 1 >= Math.floor(this.#length * 0.75)) this.#length *= 2;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const own = typeof key === "number" ? key : textHash(key);
    this.#hashes.push({ key, hash: own ^ (own >>> 16) });
  }

  /** By place in the table; those of one place by their hash, then as they were put. */
  keys(): K[] {
    const place = (hash: number): number => hash & (this.#length - 1);
    return [...this.#hashes]
      .sort((a, b) => place(a.hash) - place(b.hash) || a.hash - b.hash)
      .map(({ key }) => key);
  }
}

/** Java's hash of a text. */
function textHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
