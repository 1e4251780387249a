import { error, isError } from "../../error/error.ts";
import { join, type Location } from "../../storage/store.ts";
import { decodeSegment, encodeSegment, isTorn, type Segment, span } from "./segment.ts";

/** A segment that is there: the number of its first record, and its bytes on disk. */
export interface Entry {
  readonly first: number;
  readonly size: number;
}

/** What a writer begins with. */
export interface Start {
  readonly entries: Entry[];
  /** The number of the next record. */
  readonly next: number;
  readonly last: number;
  readonly fences: readonly number[];
  readonly state: Uint8Array;
}

/** Writers whose fences are kept: of more, the oldest are sure to be gone. */
const maxFences = 32;
/** Others who come at the same moment. */
const maxAttempts = 10;
const digits = 20;

/** Segments are named by their first number, so that two writers with one idea of it collide. */
export function pathOf(location: Location, first: number): string {
  return join(location, String(first).padStart(digits, "0")).path;
}

/**
 * Takes the journal over: puts a segment without records, a fence, where the writer before would
 * put its next one. That one then loses its name, however late it comes, and knows.
 */
export async function takeOver(location: Location): Promise<Start> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const entries = await listed(location);
    const newest = entries.at(-1);
    const found = newest && (await readNewest(location, entries));
    const first = found === undefined ? (newest?.first ?? 0) : found.first + span(found);
    const fences = [...(found?.fences ?? []).slice(1 - maxFences), first];
    const state = found?.state ?? new Uint8Array();
    const last = found?.last ?? -1;
    const empty = { lengths: [], payload: new Uint8Array() };
    const bytes = encodeSegment({ first, last, fences, state, ...empty });
    if (!(await claimed(location, { first, bytes, torn: newest?.first === first }))) continue;
    const kept = entries.filter((entry) => entry.first < first);
    const all = [...kept, { first, size: bytes.length }];
    return { entries: all, next: first + 1, last, fences, state };
  }
  throw error("JOURNAL_FENCED", { path: location.path });
}

async function listed(location: Location): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { path, size } of location.store.list(`${location.path}/`)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name.length === digits && /^\d+$/.test(name)) entries.push({ first: Number(name), size });
  }
  return entries;
}

/** The newest segment that is whole; one that is torn is left to the fence to be written over. */
async function readNewest(
  location: Location,
  entries: readonly Entry[],
): Promise<Segment | undefined> {
  const read = async ({ first }: Entry): Promise<Uint8Array> =>
    location.store.read(pathOf(location, first));
  const newest = entries.at(-1)!;
  const bytes = await read(newest);
  if (!isTorn(bytes)) return decodeSegment(pathOf(location, newest.first), bytes);
  const before = entries.at(-2);
  if (before === undefined) return undefined;
  return decodeSegment(pathOf(location, before.first), await read(before));
}

async function claimed(
  { store, path }: Location,
  { first, bytes, torn }: { first: number; bytes: Uint8Array; torn: boolean },
): Promise<boolean> {
  const name = pathOf({ store, path }, first);
  if (!torn) return store.putIfAbsent(name, bytes);
  await store.put(name, bytes);
  return true;
}

/** The bytes of a segment that must be there. */
export async function readSegment(location: Location, first: number): Promise<Uint8Array> {
  const path = pathOf(location, first);
  try {
    return await location.store.read(path);
  } catch (thrown) {
    if (!isError(thrown, "PATH_NOT_FOUND")) throw thrown;
    throw error("JOURNAL_CORRUPT", { path, reason: "it is not there" }, thrown);
  }
}
