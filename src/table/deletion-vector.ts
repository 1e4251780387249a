import type { Engine } from "../engine/engine.ts";
import { error, isError } from "../error/error.ts";
import {
  checkVersion,
  corrupt,
  decodeVector,
  unframed,
  type VectorOfFile,
  type VectorPlace,
  vectorPlace,
} from "../log/deletion-vector.ts";
import { bytesOf, type RowSet } from "../plan/row-set.ts";
import type { DeltaTable } from "./table.ts";

/** Ranges of a file that are no further apart are read at once, up to so many bytes. */
const gapBytes = 64 << 10;
const readBytes = 16 << 20;
/** Files of vectors read at a time. */
const filesAtOnce = 8;
/** Bytes of decoded vectors that an engine's tables keep; past it, the oldest go. */
const keptBytes = 64 << 20;

class KeptVectors {
  readonly #sets = new Map<string, RowSet>();
  #bytes = 0;

  get(key: string): RowSet | undefined {
    return this.#sets.get(key);
  }

  set(key: string, set: RowSet): void {
    if (this.#sets.has(key)) return;
    this.#sets.set(key, set);
    this.#bytes += bytesOf(set);
    for (const [oldest, old] of this.#sets) {
      if (this.#bytes <= keptBytes) break;
      this.#sets.delete(oldest);
      this.#bytes -= bytesOf(old);
    }
  }
}

const keptByEngine = new WeakMap<Engine, KeptVectors>();

function keptVectors(engine: Engine): KeptVectors {
  const kept = keptByEngine.get(engine) ?? new KeptVectors();
  keptByEngine.set(engine, kept);
  return kept;
}

type FilePlace = VectorPlace & { readonly kind: "file" };

/** A vector that must be read. */
interface Wanted {
  readonly place: FilePlace;
  readonly of: VectorOfFile;
  readonly found: (set: RowSet) => void;
}

const noRows: RowSet = { size: 0, blocks: [] };

/**
 * The rows of each of the vectors, by its place in the list; undefined where there is none. Those
 * of one file are read together.
 */
export async function vectorRows(
  table: DeltaTable,
  vectors: readonly (VectorOfFile | undefined)[],
): Promise<readonly (RowSet | undefined)[]> {
  const sets: (RowSet | undefined)[] = vectors.map(() => undefined);
  const kept = keptVectors(table.context.engine);
  const wanted = new Map<string, Wanted[]>();
  for (const [at, of] of vectors.entries()) {
    if (of === undefined) continue;
    if (of.vector.cardinality === 0) {
      sets[at] = noRows;
      continue;
    }
    const place = vectorPlace(table.location, of);
    if (place.kind === "inline") {
      sets[at] = decodeVector(place.bytes, of);
      continue;
    }
    const key = keyOf(table, of, place);
    sets[at] = kept.get(key);
    if (sets[at] !== undefined) continue;
    const found = (set: RowSet): void => {
      kept.set(key, set);
      sets[at] = set;
    };
    const others = wanted.get(place.path);
    if (others === undefined) wanted.set(place.path, [{ place, of, found }]);
    else others.push({ place, of, found });
  }
  const groups = [...wanted.values()];
  for (let start = 0; start < groups.length; start += filesAtOnce) {
    const slice = groups.slice(start, start + filesAtOnce);
    await Promise.all(slice.map((group) => readVectors(table, group)));
  }
  return sets;
}

/** All that the decoded rows were held to: another log may say otherwise of the same bytes. */
function keyOf(table: DeltaTable, { vector, rows }: VectorOfFile, place: FilePlace): string {
  const uri = table.location.store.uri(place.path);
  return JSON.stringify([uri, place.offset, place.length, vector.cardinality, rows]);
}

/** Reads the vectors of one file, which are one at least. */
async function readVectors(table: DeltaTable, wanted: readonly Wanted[]): Promise<void> {
  const { place: anyPlace, of: anyOf } = wanted[0]!;
  for (const span of spansOf(wanted)) {
    const bytes = await readSpan(table, { ...span, path: anyPlace.path, of: anyOf });
    if (span.start === 0) checkVersion(bytes[0], anyOf);
    for (const { place, of, found } of span.wanted) {
      const start = place.offset - span.start;
      found(decodeVector(unframed(bytes.subarray(start, start + place.length), of), of));
    }
  }
}

/** A stretch of a file and the vectors in it. */
interface Span {
  readonly start: number;
  end: number;
  readonly wanted: Wanted[];
}

/** The stretches to read for vectors of one file; the first begins with its version, byte 0. */
function spansOf(wanted: readonly Wanted[]): readonly Span[] {
  const sorted = [...wanted].sort((left, right) => left.place.offset - right.place.offset);
  const spans: Span[] = [{ start: 0, end: 1, wanted: [] }];
  for (const one of sorted) {
    const { offset, length } = one.place;
    const end = offset + length;
    const last = spans.at(-1)!;
    if (offset <= last.end + gapBytes && end - last.start <= readBytes) {
      last.end = Math.max(last.end, end);
      last.wanted.push(one);
    } else {
      spans.push({ start: offset, end, wanted: [one] });
    }
  }
  return spans;
}

async function readSpan(
  table: DeltaTable,
  span: { readonly path: string; readonly start: number; readonly end: number; of: VectorOfFile },
): Promise<Uint8Array> {
  const { path, start, end, of } = span;
  try {
    return await table.location.store.readRange(path, start, end - start);
  } catch (thrown) {
    if (isError(thrown, "PATH_NOT_FOUND")) {
      throw error("DELTA_DELETION_VECTOR_FILE_NOT_FOUND", { file: of.file, path }, thrown);
    }
    if (isError(thrown, "STORAGE_RANGE_PAST_END")) throw corrupt(of, "its file ends within it");
    throw thrown;
  }
}
