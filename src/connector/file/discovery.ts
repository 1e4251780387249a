import { env } from "../../env.ts";
import { comparePaths } from "../../storage/order.ts";
import type { Location } from "../../storage/store.ts";
import { FolderEnds, maxLevels, worthFiles } from "./folder-end.ts";
import { mapFiles } from "./input.ts";
import {
  type FoundFile,
  filesBelow,
  type ListingPart,
  type ListingRules,
  type Root,
  rootsOf,
} from "./listing.ts";

/** Files of a part that is listed beside others: 20 pages of an object store's listing. */
const partFiles = 20_000;
/** Parts of one place: beyond, parts are larger. */
const maxParts = 256;
/** Listings of what is new at the end between two of everything (Auto Loader's). */
const partialLooks = 7;

/** How files are looked for. */
export interface DiscoverySpec {
  readonly paths: readonly Location[];
  readonly rules: ListingRules;
  /**
   * List only what comes after the last name: always, or where names have come in order before.
   * Absent: never.
   */
  readonly incremental?: "always" | "auto";
  /** Everything is listed at least this often. Absent: as `incremental` has it. */
  readonly backfillMs?: number;
  /** Files of a folder from which on its end is looked at alone; absent: the usual number. */
  readonly worthFiles?: number;
}

/** Who hears of files. */
export interface Visitor {
  /** A file, in no order; whether it is new. */
  visit(file: FoundFile): boolean;
  /** Whether a file, by its URI, is known: it need not be visited. Absent: its time matters. */
  known?(uri: string): boolean;
}

/** Finds the files of a stream. */
export interface Finder extends AsyncDisposable {
  /** What it has told of is not told again: it must wait until it is taken. */
  readonly lasting: boolean;
  /** The last look has told of no path twice. */
  readonly distinct: boolean;
  /** Tells of files; whether there are more that were there at `beganMs`. */
  look(visitor: Visitor, beganMs: number): Promise<boolean>;
  /** All that was told so far is in the source log. */
  settle(): Promise<void>;
  /** Some of what was told still waits. */
  hold(): Promise<void>;
  /** What it says of itself in progress, as `Source.metrics`. */
  metrics?(): Promise<Readonly<Record<string, string>>>;
}

/** What is remembered of a place between listings. */
interface Place {
  /** Paths that part its files, in order. */
  parts: string[];
  /** Where its folders end; absent: everything is listed each time. */
  ends: FolderEnds | undefined;
  /**
   * Depths at which what was new in a listing of everything did not come after what its folder
   * had; absent: nothing was compared yet.
   */
  disordered: ReadonlySet<number> | undefined;
  /** Listings of the end since one of everything. */
  partial: number;
  /** When everything was listed, ms since the epoch. */
  fullMs: number;
}

/** What one listing is for. */
interface Listing extends Pick<ListingPart, "until"> {
  readonly visitor: Visitor;
  readonly ends: FolderEnds | undefined;
  /** Takes paths that part what is listed. */
  readonly parts: string[] | undefined;
  readonly after?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Looks for files, again and again. A place is listed flat; an object store that was listed before
 * in parts, side by side, with as many requests. Only marks of what was seen are in memory.
 */
export class Discovery implements Finder {
  readonly lasting = false;
  readonly #spec: DiscoverySpec;
  readonly #places = new Map<string, Place>();
  #distinct = true;

  constructor(spec: DiscoverySpec) {
    this.#spec = spec;
  }

  get distinct(): boolean {
    return this.#distinct;
  }

  async look(visitor: Visitor): Promise<boolean> {
    const { paths, rules } = this.#spec;
    const roots: Root[] = [];
    for (const path of paths) roots.push(...(await rootsOf(path, rules)));
    this.#distinct = roots.length < 2;
    await mapFiles(roots, (root) => this.#lookBelow(root, visitor));
    return false;
  }

  async settle(): Promise<void> {}

  async hold(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  async #lookBelow(root: Root, visitor: Visitor): Promise<void> {
    const name = root.store.uri(root.path);
    const place = this.#places.get(name) ?? newPlace();
    if (this.#places.size < maxPlaces) this.#places.set(name, place);
    const depth = this.#depth(root, place);
    if (depth === undefined) return await this.#lookAtAll(root, place, visitor);
    place.partial += 1;
    await this.#lookAtEnds(root, { place, ends: place.ends!, visitor, depth });
  }

  /** The depth of the folders whose ends are enough to look at; undefined: all has to be. */
  #depth({ store }: Root, { ends, disordered, partial, fullMs }: Place): number | undefined {
    const { incremental, backfillMs } = this.#spec;
    if (incremental === undefined || ends === undefined) return undefined;
    if (backfillMs !== undefined && env.now() - fullMs >= backfillMs) return undefined;
    if (incremental === "always") return ends.depth(disordered ?? none, store) ?? ends.depth(none);
    if (disordered === undefined || partial >= partialLooks) return undefined;
    return ends.depth(disordered, store);
  }

  async #lookAtAll(root: Root, place: Place, visitor: Visitor): Promise<void> {
    const before = place.ends;
    const disordered = new Set<number>();
    let news = false;
    const watching: Visitor = {
      ...visitor,
      visit: (file) => {
        const isNew = visitor.visit(file);
        news ||= isNew;
        if (isNew) before?.disorder(file.path, disordered);
        return isNew;
      },
    };
    const began = env.now();
    const levels = this.#places.size <= fewPlaces ? maxLevels : 1;
    const { incremental, worthFiles: worth = worthFiles } = this.#spec;
    place.ends = incremental && new FolderEnds(root.path, levels, worth);
    await this.#listAll(root, place, watching);
    if (before) place.disordered = news ? disordered : (place.disordered ?? none);
    Object.assign(place, { partial: 0, fullMs: began });
  }

  async #listAll(root: Root, place: Place, visitor: Visitor): Promise<void> {
    const { parts, ends } = place;
    if (root.store.scheme === "file" || parts.length === 0) {
      place.parts = [];
      return await this.#list(root, { visitor, ends, parts: place.parts });
    }
    const stops = [...parts, undefined];
    const inner = await mapFiles(stops, async (to, at) => {
      const after = at === 0 ? undefined : stops[at - 1];
      const part: string[] = [];
      await this.#list(root, {
        visitor,
        ends,
        after,
        to,
        parts: to === undefined ? part : undefined,
      });
      return part;
    });
    place.parts = [...parts, ...inner.flat()];
    if (place.parts.length > maxParts) place.parts = place.parts.filter((_, at) => at % 2 === 1);
  }

  /**
   * Lists what comes after the ends of the folders of one depth. A listing goes on from the end of
   * one folder until it meets another that is known, and then from the end of that: a request for
   * each, and folders that are new come by themselves. Some stretches are listed side by side.
   */
  async #lookAtEnds(
    root: Root,
    look: {
      readonly place: Place;
      readonly ends: FolderEnds;
      readonly visitor: Visitor;
      readonly depth: number;
    },
  ): Promise<void> {
    const { place, ends, visitor, depth } = look;
    const all = ends.ends(depth);
    if (depth === 0) {
      return await this.#list(root, { visitor, ends, parts: place.parts, after: all[0] });
    }
    const stretch = Math.ceil(all.length / stretches);
    const stops = [...all.filter((_, at) => at % stretch === stretch - 1), undefined];
    await mapFiles(stops, async (to, at) => {
      let after = at === 0 ? undefined : stops[at - 1];
      let next: string | undefined;
      const until = (path: string): boolean => {
        const end = ends.end(path, depth);
        const isKnown = end !== undefined && comparePaths(path, end) <= 0;
        if (isKnown) next = end;
        return isKnown;
      };
      do {
        next = undefined;
        await this.#list(root, { visitor, ends, after, to, until, parts: undefined });
        after = next;
      } while (after !== undefined && after !== to);
    });
  }

  async #list(root: Root, listing: Listing): Promise<void> {
    const { visitor, ends, parts, after, to, until } = listing;
    const { known } = visitor;
    const follow = ends?.follow();
    let count = 0;
    const stride = partFiles * Math.max(1, 2 ** Math.floor((parts?.length ?? 0) / maxParts));
    const isKnown = (path: string): boolean => {
      const skipped = known!(root.store.uri(path));
      if (skipped) follow?.(path);
      return skipped;
    };
    const files = filesBelow(root, this.#spec.rules, {
      ...(parts
        ? {
            passed: (path) => {
              if (++count % stride === 0) parts.push(path);
            },
          }
        : {}),
      ...(after === undefined ? {} : { after }),
      ...(to === undefined ? {} : { to }),
      ...(until ? { until } : {}),
      ...(known ? { skip: isKnown } : {}),
    });
    for await (const file of files) {
      if (file.path !== root.path) follow?.(file.path);
      visitor.visit(file);
    }
    follow?.();
  }
}

/** Places whose marks are kept: more are listed as a whole each time. */
const maxPlaces = 1_000;
/** So many places have the ends of their folders kept, and not only their own. */
const fewPlaces = 16;
/** Stretches of the ends of folders that are listed side by side. */
const stretches = 16;

const none: ReadonlySet<number> = new Set();

function newPlace(): Place {
  return { parts: [], ends: undefined, disordered: undefined, partial: 0, fullMs: 0 };
}
