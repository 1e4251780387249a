import { offsetsOf, type PartitionOffsets } from "./partition.ts";

/**
 * Ends at most about `limit` records after `from`, each partition in proportion to what it has
 * behind its start (`from`, and where that lacks it `added`); none starves.
 */
export function rateLimited(
  limit: number,
  {
    from,
    added,
    until,
  }: {
    readonly from: PartitionOffsets;
    readonly added: PartitionOffsets;
    readonly until: PartitionOffsets;
  },
): PartitionOffsets {
  const begin = (name: string): bigint | undefined => (from.get(name) ?? added.get(name))?.offset;
  const sizes = new Map<string, number>();
  for (const [name, { offset }] of until) {
    const start = begin(name);
    if (start !== undefined && offset > start) sizes.set(name, Number(offset - start));
  }
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total < 1) return until;
  return offsetsOf(
    [...until].map(([name, entry]) => {
      const size = sizes.get(name);
      if (size === undefined) return entry;
      const share = limit * (size / total);
      const count = BigInt(share < 1 ? Math.ceil(share) : Math.floor(share));
      const offset = begin(name)! + count;
      return { ...entry, offset: offset < entry.offset ? offset : entry.offset };
    }),
  );
}

/** How many records there are behind `from`. */
export function behind(from: PartitionOffsets, until: PartitionOffsets): number {
  let sum = 0;
  for (const [name, { offset }] of until) sum += Number(offset - (from.get(name)?.offset ?? 0n));
  return sum;
}

/** What Spark's progress says of how far a query is behind: nothing where nothing is known. */
export function lagMetrics(
  consumed: PartitionOffsets,
  latest: PartitionOffsets,
): Readonly<Record<string, string>> {
  const lags = [...latest].map(([name, { offset }]) => offset - (consumed.get(name)?.offset ?? 0n));
  const [first] = lags;
  if (first === undefined) return {};
  const least = lags.reduce((a, b) => (a < b ? a : b), first);
  const most = lags.reduce((a, b) => (a > b ? a : b), first);
  const mean = Number(lags.reduce((a, b) => a + b, 0n)) / lags.length;
  return {
    minOffsetsBehindLatest: String(least),
    maxOffsetsBehindLatest: String(most),
    avgOffsetsBehindLatest: Number.isInteger(mean) ? `${mean}.0` : String(mean),
  };
}
