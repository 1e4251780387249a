import { comparePaths } from "../../storage/order.ts";
import type { Store } from "../../storage/store.ts";

/** Levels of folders below a place whose ends are kept. */
export const maxLevels = 8;
/** Folders of one level whose ends are kept: a level with more is not looked at by its ends. */
const maxFolders = 1_000;
/** Files a folder, on average, from which on a request for its end spares others. */
export const worthFiles = 5_000;

interface Level {
  /** Of each folder at this depth, with its slash, the last file in it, however deep. */
  readonly ends: Map<string, string>;
  /** Files that lie less deep. */
  loose: number;
}

/**
 * Where the folders of a place end. At depth 0 there is one, the place itself; where names are
 * dates, new files come to its end. Below a folder for each device, say, they come to the ends of
 * those, at depth 1.
 */
export class FolderEnds {
  readonly #start: number;
  readonly #levels: Level[];
  readonly #worth: number;
  #files = 0;

  /** `levels`: of the folders below the root, and the root. `worth`: see `worthFiles`. */
  constructor(root: string, levels: number, worth: number) {
    this.#worth = worth;
    this.#start = root.length + 1;
    this.#levels = Array.from({ length: levels }, () => ({ ends: new Map(), loose: 0 }));
  }

  /** Takes up files that come in byte order, until it is called without one. */
  follow(): (path?: string) => void {
    let [folder, count, last] = ["", 0, ""];
    return (path) => {
      const same = path?.startsWith(folder) && path.indexOf("/", folder.length) < 0;
      if (!same && count > 0) this.#add(folder, last, count);
      if (path === undefined) return;
      if (!same || count === 0) [folder, count] = [path.slice(0, path.lastIndexOf("/") + 1), 0];
      last = path;
      count += 1;
    };
  }

  /** Adds the depths at which a new file is not the last of its folder. */
  disorder(path: string, depths: Set<number>): void {
    for (const [depth, { ends }] of this.#levels.entries()) {
      const end = this.#endIn(ends, path, depth);
      if (end !== undefined && comparePaths(path, end) <= 0) depths.add(depth);
    }
  }

  /**
   * The least depth at which it is enough, and worth it, to look at the ends of folders; undefined:
   * there is none, or there are no files. Without a store that seeks it can only be 0.
   */
  depth(disordered: ReadonlySet<number>, { seeks = false }: Pick<Store, "seeks"> = {}) {
    const found = this.#levels.findIndex(({ ends, loose }, depth) => {
      const worth = seeks && (ends.size + loose / 1_000) * this.#worth <= this.#files;
      return ends.size > 0 && !disordered.has(depth) && (depth === 0 || worth);
    });
    return found < 0 ? undefined : found;
  }

  /** The ends of one depth, in byte order. */
  ends(depth: number): readonly string[] {
    return [...(this.#levels[depth]?.ends.values() ?? [])].sort(comparePaths);
  }

  /** The end of the folder that a path lies in, at a depth; undefined of one that is new. */
  end(path: string, depth: number): string | undefined {
    return this.#endIn(this.#levels[depth]!.ends, path, depth);
  }

  #endIn(ends: ReadonlyMap<string, string>, path: string, depth: number): string | undefined {
    const folder = this.#folder(path, depth);
    return folder === undefined ? undefined : ends.get(folder);
  }

  #add(folder: string, last: string, count: number): void {
    this.#files += count;
    for (const [depth, level] of this.#levels.entries()) {
      const at = this.#folder(folder, depth);
      if (at === undefined) {
        level.loose += count;
        continue;
      }
      const end = level.ends.get(at);
      if (end === undefined || comparePaths(end, last) < 0) level.ends.set(at, last);
      if (level.ends.size > maxFolders) this.#levels.length = depth;
    }
  }

  /** The folder at a depth that a path lies in, with its slash; undefined: it lies less deep. */
  #folder(path: string, depth: number): string | undefined {
    let end = this.#start;
    for (let at = 0; at < depth; at++) {
      end = path.indexOf("/", end) + 1;
      if (end === 0) return undefined;
    }
    return path.slice(0, end);
  }
}
