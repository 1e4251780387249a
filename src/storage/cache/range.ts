import type { ByteRange } from "../part.ts";

/**
 * Bytes that nobody wants are fetched between two ranges rather than asking twice, up to so many
 * at a place, and up to such a part of what is wanted in all.
 */
const gapBytes = 128 << 10;
const gapPart = 0.1;

/** Ranges in order, none of which touches another: the same bytes as those given. */
export function merged(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = ranges
    .filter(({ start, end }) => end > start)
    .sort((left, right) => left.start - right.start);
  const result: ByteRange[] = [];
  for (const { start, end } of sorted) {
    const last = result.at(-1);
    if (last === undefined || start > last.end) result.push({ start, end });
    else if (end > last.end) result[result.length - 1] = { start: last.start, end };
  }
  return result;
}

/** The bytes of `wanted` that are not in `present`; both merged. */
export function missing(
  wanted: readonly ByteRange[],
  present: readonly ByteRange[],
): readonly ByteRange[] {
  const result: ByteRange[] = [];
  let at = 0;
  for (const { start, end } of wanted) {
    while (at < present.length && present[at]!.end <= start) at += 1;
    let from = start;
    for (let next = at; next < present.length && present[next]!.start < end; next += 1) {
      const there = present[next]!;
      if (there.start > from) result.push({ start: from, end: there.start });
      from = Math.max(from, there.end);
    }
    if (from < end) result.push({ start: from, end });
  }
  return result;
}

export function lengthOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Merged ranges with the smallest gaps between them filled, as far as that is worth it. */
export function coalesced(ranges: readonly ByteRange[]): readonly ByteRange[] {
  let left = lengthOf(ranges) * gapPart;
  const gaps = ranges
    .slice(1)
    .map(({ start }, at) => ({ start: ranges[at]!.end, end: start }))
    .sort((one, other) => one.end - one.start - (other.end - other.start));
  const filled: ByteRange[] = [];
  for (const gap of gaps) {
    const length = gap.end - gap.start;
    if (length > gapBytes || length > left) break;
    left -= length;
    filled.push(gap);
  }
  return merged([...ranges, ...filled]);
}

/** Ranges cut into pieces of at most so many bytes. */
export function pieces(ranges: readonly ByteRange[], most: number): ByteRange[] {
  return ranges.flatMap(({ start, end }) => {
    const count = Math.ceil((end - start) / most);
    return Array.from({ length: count }, (_, at) => ({
      start: start + at * most,
      end: Math.min(end, start + (at + 1) * most),
    }));
  });
}
