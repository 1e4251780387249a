import { compareRecords, type RunRecord } from "./run.ts";

/** An input, and the record of it that is next. */
interface Head<R> {
  record: R;
  readonly rest: Iterator<R>;
}

/** Records of some ordered inputs in one order; of records that are equal, one. */
export function* mergeRecords<R extends RunRecord>(inputs: readonly Iterable<R>[]): Generator<R> {
  /** In the order of their records, the next one last. */
  const heads: Head<R>[] = [];
  for (const input of inputs) {
    const rest = input[Symbol.iterator]();
    const { value: record, done } = rest.next();
    if (!done) insert(heads, { record, rest });
  }
  let last: R | undefined;
  for (let head = heads.pop(); head; head = heads.pop()) {
    const { record, rest } = head;
    const { value: next, done } = rest.next();
    if (!done) {
      head.record = next;
      insert(heads, head);
    }
    if (last !== undefined && compareRecords(last, record) === 0) continue;
    last = record;
    yield record;
  }
}

function insert<R extends RunRecord>(heads: Head<R>[], head: Head<R>): void {
  let [low, high] = [0, heads.length];
  // Records next to each other are often of one input: the end is looked at first.
  let middle = high - 1;
  while (low < high) {
    if (compareRecords(heads[middle]!.record, head.record) >= 0) low = middle + 1;
    else high = middle;
    middle = (low + high) >> 1;
  }
  heads.splice(low, 0, head);
}
