import type { Add, DeletionVector, Remove } from "./action.ts";
import { canonicalPath } from "./path.ts";

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
 * The files of a table over a stretch of versions. It is extended in place, and entries carry the
 * versions they hold for: a snapshot of an older version keeps seeing what was live then.
 */
export class Ledger {
  #adds: Entry<Add>[] = [];
  #removes: Entry<Remove>[] = [];
  readonly #live = new Map<string, Entry<Add>>();
  readonly #removed = new Map<string, Entry<Remove>>();
  #bytes = 0;

  get numFiles(): number {
    return this.#live.size;
  }

  get sizeInBytes(): number {
    return this.#bytes;
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

  /**
   * This ledger, or where dead entries prevail a copy without them and without tombstones older
   * than `expiredBefore` (ms); snapshots made before keep the old one.
   */
  compacted(expiredBefore: number): Ledger {
    const entries = this.#adds.length + this.#removes.length;
    const held = this.#live.size + this.#removed.size;
    const dead = entries - held;
    if (dead < deadEntriesMin || dead * 2 < held) return this;
    const copy = new Ledger();
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

/** What names a logical file: path and deletion vector (PROTOCOL.md#action-reconciliation). */
export function fileKey(file: { path: string; deletionVector?: DeletionVector }): string {
  const path = canonicalPath(file.path);
  const vector = file.deletionVector;
  return vector === undefined ? path : `${path}\n${vectorId(vector)}`;
}

function vectorId(vector: DeletionVector): string {
  const suffix = (vector.offset ?? undefined) === undefined ? "" : `@${vector.offset}`;
  return `${vector.storageType}${vector.pathOrInlineDv}${suffix}`;
}
