import type { StructType } from "../../../schema/type.ts";
import type { ByteRange, Part } from "../../../storage/part.ts";
import { childrenOf, elementsOf, isSame, type Match, nameOf } from "./element.ts";
import {
  chunkStart,
  type Footer,
  footerOf,
  id,
  isFramed,
  numberOf,
  rowGroupsOf,
} from "./footer.ts";
import { type Comparison, rulesOut } from "./row-group.ts";
import type { Struct } from "./thrift.ts";

/** Bytes that old writers left out of a chunk's size, if the next chunk leaves room for them. */
const slackBytes = 128;

/** What of a file is read. */
export interface PartRequest {
  /** The columns that are read, as the files have them. */
  readonly stored: StructType;
  readonly match: Match;
  /** Whether a condition may look at bloom filters: without them the engine stops at zeros. */
  readonly blooms: boolean;
  /** What the rows wanted fulfil, all of it: row groups that have none of them are left out. */
  readonly comparisons?: readonly Comparison[];
  /** Is told when a row group of a file is left out. */
  readonly leftOut?: () => void;
}

/** The footer alone: enough for the schema, the number of rows, and where they stand. */
export const footerPart: Part = async (file) => {
  await footerOf(file);
  return [];
};

/**
 * The footer and the chunks of some columns, of the row groups that may have rows that are wanted.
 * Whatever of a column a struct, array or map is made of is read. A file without a footer that can
 * be read here is read whole.
 */
export function chunksPart(request: PartRequest): Part {
  return async (file) => {
    const footer = await footerOf(file);
    if (footer === undefined) return undefined;
    const groups = rowGroupsOf(footer.metadata);
    // It is rewritten whole.
    if (isFramed(footer)) return undefined;
    const wanted = wantedColumns(footer, request);
    const kept = keptGroups(footer, groups, request);
    if (kept.length < groups.length) request.leftOut?.();
    const places = { wanted, kept: new Set(kept.flat()), start: footer.start };
    return rangesOf(groups.flat(), { ...places, blooms: request.blooms });
  };
}

/** The row groups that may have a row that is wanted. */
function keptGroups(
  { metadata }: Footer,
  groups: readonly (readonly Struct[])[],
  { comparisons = [], match }: PartRequest,
): readonly (readonly Struct[])[] {
  const tests = comparisons.flatMap((comparison) => {
    const same = childrenOf(elementsOf(metadata), 0).filter(({ element }) => {
      return isSame(comparison.column, element, match);
    });
    const [only] = same;
    return only && same.length === 1 ? [{ comparison, element: only.element }] : [];
  });
  if (tests.length === 0) return groups;
  return groups.filter((chunks) => {
    return !tests.some(({ comparison, element }) => {
      const own = chunks.filter((chunk) => pathOf(chunk)[0] === nameOf(element));
      return own.length === 1 && rulesOut(own[0]!, element, comparison);
    });
  });
}

/** The names of the top-level columns of a file that are read. */
function wantedColumns({ metadata }: Footer, { stored, match }: PartRequest): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const { element } of childrenOf(elementsOf(metadata), 0)) {
    const isWanted = stored.fields.some((field) => isSame(field, element, match));
    if (isWanted) wanted.add(nameOf(element));
  }
  return wanted;
}

function rangesOf(
  chunks: readonly Struct[],
  {
    wanted,
    kept,
    start: footerStart,
    blooms,
  }: {
    readonly wanted: ReadonlySet<string>;
    readonly kept: ReadonlySet<Struct>;
    readonly start: number;
    readonly blooms: boolean;
  },
): ByteRange[] {
  const starts = [...chunks.map(chunkStart), footerStart].sort((left, right) => left - right);
  const ranges: ByteRange[] = [];
  for (const chunk of chunks) {
    const [name] = pathOf(chunk);
    if (name === undefined || !wanted.has(name)) continue;
    if (kept.has(chunk)) {
      const start = chunkStart(chunk);
      const stop = start + numberOf(chunk, id.column.size);
      const next = firstAtLeast(starts, stop) ?? footerStart;
      ranges.push({ start, end: Math.min(stop + slackBytes, Math.max(next, stop), footerStart) });
    }
    // Of all row groups: the engine looks at one column's before it looks at another's statistics.
    const bloom = blooms ? numberOf(chunk, id.column.bloom) : 0;
    if (bloom === 0) continue;
    // Old writers do not say how long it is.
    const length = numberOf(chunk, id.column.bloomLength);
    const behind = firstAtLeast(starts, bloom + 1) ?? footerStart;
    ranges.push({ start: bloom, end: length > 0 ? bloom + length : behind });
  }
  return ranges.filter(({ start, end }) => end > start);
}

function pathOf(chunk: Struct): string[] {
  const value = chunk.get(id.column.path)?.value;
  return Array.isArray(value) ? value.map((part) => String(part.value)) : [];
}

/** The first of some numbers in order that is not below another. */
function firstAtLeast(sorted: readonly number[], least: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
