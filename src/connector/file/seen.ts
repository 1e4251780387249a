import type { FileIndex } from "./file-index.ts";
import { type FilePolicy, fileKey, identity } from "./plan.ts";

/**
 * The files a source has taken: those of the log's tail in memory, the others in its index; exact.
 * With a `maxAgeMs`, `purge` forgets what is older than that against the newest file seen; from
 * then on such files are not new, unseen or not.
 */
export class SeenFiles {
  readonly #policy: FilePolicy;
  readonly #maxAgeMs: number;
  readonly #times = new Map<string, number>();
  #index: FileIndex | undefined;
  #newest = Number.NEGATIVE_INFINITY;
  #oldest = Number.NEGATIVE_INFINITY;

  constructor(policy: FilePolicy, maxAgeMs = Number.POSITIVE_INFINITY) {
    this.#policy = policy;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Files in memory. */
  get held(): number {
    return this.#times.size;
  }

  /** Files before this time are not taken any more. */
  get oldest(): number {
    return this.#oldest;
  }

  isNew(uri: string, timeMs: number): boolean {
    return timeMs >= this.#oldest && !this.has(uri, timeMs);
  }

  /** Whether a file was taken, also one too old to be taken. */
  has(uri: string, timeMs: number): boolean {
    if (this.#times.has(identity(uri, timeMs, this.#policy))) return true;
    const index = this.#index;
    if (!index) return false;
    const { fileNameOnly, overwrites } = this.#policy;
    if (fileNameOnly) return index.hasName(uri.slice(uri.lastIndexOf("/") + 1));
    return index.has(fileKey(uri, false), overwrites ? timeMs : undefined);
  }

  add(uri: string, timeMs: number): void {
    this.#newest = Math.max(this.#newest, timeMs);
    this.#times.set(identity(uri, timeMs, this.#policy), timeMs);
  }

  /** Files that are in an index count as taken, too. */
  lookInto(index: FileIndex): void {
    this.#index = index;
    this.#newest = Math.max(this.#newest, index.manifest.newest);
  }

  /** The files added so far are in the index now. */
  moveTo(index: FileIndex): void {
    this.#times.clear();
    this.lookInto(index);
  }

  purge(): void {
    const oldest = this.#newest - this.#maxAgeMs;
    if (!(oldest > this.#oldest)) return;
    this.#oldest = oldest;
    for (const [name, timeMs] of this.#times) if (timeMs < oldest) this.#times.delete(name);
  }
}
