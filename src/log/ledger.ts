import type { Add, Remove } from "./action.ts";
import { fileKey } from "./file-key.ts";

/** An action and the versions it holds for: from `from` up to, not including, `until`. */
interface Entry<T> {
  readonly action: T;
  readonly from: number;
  until: number;
}

const forever = Number.MAX_SAFE_INTEGER;
/** Entries that no newest snapshot needs are dropped when past this, and past half the others. */
const deadEntriesMin = 1024;

/**
 * The files of a table over a stretch of versions, but for those that a large checkpoint keeps to
 * itself. It is extended in place, and entries carry the versions they hold for: a snapshot of an
 * older version keeps seeing what was live then.
 */
export class Ledger {
  #adds: Entry<Add>[] = [];
  #removes: Entry<Remove>[] = [];
  readonly #live = new Map<string, Entry<Add>>();
  readonly #removed = new Map<string, Entry<Remove>>();
  /** Where there is more beneath: every key that was spoken of, and the first version that did. */
  readonly #spoken: Map<string, number> | undefined;
  #bytes = 0;

  /** `isBased`: a checkpoint has more files, which what stands here supersedes. */
  constructor(isBased = false) {
    this.#spoken = isBased ? new Map() : undefined;
  }

  get numFiles(): number {
    return this.#live.size;
  }

  get sizeInBytes(): number {
    return this.#bytes;
  }

  /** Whether the file is live, as far as this knows. */
  has(action: Add): boolean {
    return this.#live.has(fileKey(action));
  }

  add(action: Add, version: number): void {
    const key = fileKey(action);
    this.#forget(key, version);
    const entry = { action, from: version, until: forever };
    this.#adds.push(entry);
    this.#live.set(key, entry);
    this.#bytes += action.size;
  }

  remove(action: Remove, version: number): void {
    const key = fileKey(action);
    this.#forget(key, version);
    const entry = { action, from: version, until: forever };
    this.#removes.push(entry);
    this.#removed.set(key, entry);
  }

  #forget(key: string, version: number): void {
    if (this.#spoken?.has(key) === false) this.#spoken.set(key, version);
    const live = this.#live.get(key);
    if (live !== undefined) {
      live.until = version;
      this.#live.delete(key);
      this.#bytes -= live.action.size;
    }
    const removed = this.#removed.get(key);
    if (removed !== undefined) {
      removed.until = version;
      this.#removed.delete(key);
    }
  }

  files(version: number): Iterable<Add> {
    return holding(this.#adds, version);
  }

  tombstones(version: number): Iterable<Remove> {
    return holding(this.#removes, version);
  }

  /** The keys that versions up to this one spoke of: what a checkpoint says of them is past. */
  spokenOf(version: number): string[] {
    const keys: string[] = [];
    for (const [key, from] of this.#spoken ?? []) if (from <= version) keys.push(key);
    return keys;
  }

  /** What was said after a version, to stand upon a checkpoint of that version. */
  after(version: number): Ledger {
    const rest = new Ledger(true);
    const later = [
      ...this.#adds.map((entry) => ({
        from: entry.from,
        put: () => rest.add(entry.action, entry.from),
      })),
      ...this.#removes.map((entry) => ({
        from: entry.from,
        put: () => rest.remove(entry.action, entry.from),
      })),
    ];
    const ordered = later.filter(({ from }) => from > version).sort((a, b) => a.from - b.from);
    for (const { put } of ordered) put();
    return rest;
  }

  /**
   * This ledger, or where dead entries prevail a copy without them and without tombstones older
   * than `expiredBefore` (ms); snapshots made before keep the old one.
   */
  compacted(expiredBefore: number): Ledger {
    const entries = this.#adds.length + this.#removes.length;
    const held = this.#live.size + this.#removed.size;
    const dead = entries - held;
    if (dead < deadEntriesMin || dead * 2 < held) return this;
    const copy = new Ledger(this.#spoken !== undefined);
    for (const [key, from] of this.#spoken ?? []) copy.#spoken?.set(key, from);
    for (const entry of this.#live.values()) copy.add(entry.action, entry.from);
    for (const entry of this.#removed.values()) {
      const expired = (entry.action.deletionTimestamp ?? 0) <= expiredBefore;
      if (!expired) copy.remove(entry.action, entry.from);
    }
    return copy;
  }
}

function holding<T>(entries: readonly Entry<T>[], version: number): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const entry of entries) {
        if (entry.from <= version && version < entry.until) yield entry.action;
      }
    },
  };
}
