import { compareRecords, type RunRecord } from "./run.ts";

/** Records of some ordered inputs in one order; of records that are equal, one. */
export function* mergeRecords<R extends RunRecord>(inputs: readonly Iterable<R>[]): Generator<R> {
  /** In the order of their records. */
  const heads: { record: R; rest: Iterator<R> }[] = [];
  const insert = (rest: Iterator<R>): void => {
    const { value: record, done } = rest.next();
    if (done) return;
    let at = 0;
    while (at < heads.length && compareRecords(heads[at]!.record, record) <= 0) at++;
    heads.splice(at, 0, { record, rest });
  };
  for (const input of inputs) insert(input[Symbol.iterator]());
  let last: R | undefined;
  while (heads.length > 0) {
    const { record, rest } = heads.shift()!;
    insert(rest);
    if (last !== undefined && compareRecords(last, record) === 0) continue;
    last = record;
    yield record;
  }
}
