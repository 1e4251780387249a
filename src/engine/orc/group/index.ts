import type { Message } from "../protobuf.ts";
import { type ColumnStatistics, readStatistics } from "../statistic.ts";

/** What the index of a column says of a row group. */
export interface IndexEntry {
  /** Where the row group begins in each stream of the column. */
  readonly positions: readonly number[];
  readonly statistics: ColumnStatistics;
}

/** The entries of a column of a stripe, by row group. */
export function readIndex(message: Message): readonly IndexEntry[] {
  const entries: IndexEntry[] = [];
  while (message.next()) {
    if (message.field === 1) entries.push(readEntry(message.message()));
    else message.skip();
  }
  return entries;
}

function readEntry(message: Message): IndexEntry {
  const positions: number[] = [];
  let statistics: ColumnStatistics = { values: undefined };
  while (message.next()) {
    if (message.field === 1) message.numbers(positions);
    else if (message.field === 2) statistics = readStatistics(message.message());
    else message.skip();
  }
  return { positions, statistics };
}
