import { env } from "../../env.ts";
import { comparePaths } from "../../storage/order.ts";
import type { Location } from "../../storage/store.ts";
import { mapFiles } from "./input.ts";
import { type FoundFile, filesBelow, type ListingRules, type Root, rootsOf } from "./listing.ts";

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
  /** The last path there was. */
  last: string | undefined;
  /** What was new in the last listing of everything came after all that was there before. */
  ordered: boolean;
  /** Listings of the end since one of everything. */
  partial: number;
  /** When everything was listed, ms since the epoch. */
  fullMs: number;
}

/**
 * Looks for files, again and again. A place is listed flat; an object store that was listed before
 * in parts, side by side, with as many requests. Only marks of what was seen are in memory.
 */
export class Discovery implements Finder {
  readonly lasting = false;
  readonly #spec: DiscoverySpec;
  readonly #places = new Map<string, Place>();

  constructor(spec: DiscoverySpec) {
    this.#spec = spec;
  }

  async look(visitor: Visitor): Promise<boolean> {
    const { paths, rules } = this.#spec;
    const roots: Root[] = [];
    for (const path of paths) roots.push(...(await rootsOf(path, rules)));
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
    if (this.#endIsEnough(place)) {
      place.partial += 1;
      await this.#list(root, { place, visitor, after: place.last! });
      return;
    }
    const before = place.last;
    let disordered = false;
    const watching: Visitor = {
      ...visitor,
      visit: (file) => {
        const isNew = visitor.visit(file);
        disordered ||= isNew && before !== undefined && comparePaths(file.path, before) <= 0;
        return isNew;
      },
    };
    const began = env.now();
    await this.#listAll(root, place, watching);
    place.ordered = before !== undefined && !disordered;
    Object.assign(place, { partial: 0, fullMs: began });
  }

  #endIsEnough({ last, ordered, partial, fullMs }: Place): boolean {
    const { incremental, backfillMs } = this.#spec;
    if (incremental === undefined || last === undefined) return false;
    if (backfillMs !== undefined && env.now() - fullMs >= backfillMs) return false;
    return incremental === "always" || (ordered && partial < partialLooks);
  }

  async #listAll(root: Root, place: Place, visitor: Visitor): Promise<void> {
    const { parts } = place;
    if (root.store.scheme === "file" || parts.length === 0) {
      place.parts = [];
      return this.#list(root, { place, visitor });
    }
    const ends = [...parts, undefined];
    place.parts = [];
    const marks = await mapFiles(ends, async (to, at) => {
      const after = at === 0 ? undefined : ends[at - 1];
      const part: Pick<Place, "parts" | "last"> = { parts: [], last: place.last };
      await this.#list(root, { place: part, visitor, after, to });
      return { ...part, to };
    });
    for (const { parts: inner, to, last } of marks) {
      place.parts.push(...inner, ...(to === undefined ? [] : [to]));
      place.last = later(place.last, last);
    }
    if (place.parts.length > maxParts) place.parts = place.parts.filter((_, at) => at % 2 === 1);
  }

  async #list(
    root: Root,
    part: {
      readonly place: Pick<Place, "parts" | "last">;
      readonly visitor: Visitor;
      readonly after?: string | undefined;
      readonly to?: string | undefined;
    },
  ): Promise<void> {
    const { place, visitor, after, to } = part;
    const { known } = visitor;
    let count = 0;
    const stride = partFiles * Math.max(1, 2 ** Math.floor(place.parts.length / maxParts));
    const passed = (path: string): void => {
      place.last = later(place.last, path);
      if (++count % stride === 0 && path !== to && to === undefined) place.parts.push(path);
    };
    const files = filesBelow(root, this.#spec.rules, {
      passed,
      ...(after === undefined ? {} : { after }),
      ...(to === undefined ? {} : { to }),
      ...(known ? { skip: (path: string) => known(root.store.uri(path)) } : {}),
    });
    for await (const file of files) visitor.visit(file);
  }
}

/** Places whose marks are kept: more are listed as a whole each time. */
const maxPlaces = 1_000;

function newPlace(): Place {
  return { parts: [], last: undefined, ordered: false, partial: 0, fullMs: 0 };
}

function later(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return comparePaths(left, right) < 0 ? right : left;
}
