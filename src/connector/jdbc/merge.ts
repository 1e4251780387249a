interface Ready<T> {
  readonly from: AsyncIterator<T>;
  readonly result: IteratorResult<T>;
}

/** The items of several sources as they come, `width` sources at a time, each one item ahead. */
export async function* merged<T>(
  sources: readonly (() => AsyncIterable<T>)[],
  width: number,
): AsyncGenerator<T> {
  const waiting = [...sources];
  const active = new Map<AsyncIterator<T>, Promise<Ready<T>>>();
  /** The one whose item is out: it is not asked for the next before that is taken. */
  let taken: AsyncIterator<T> | undefined;
  const ask = (from: AsyncIterator<T>): void => {
    const next = from.next().then((result) => ({ from, result }));
    // Told when it is waited for.
    next.catch(() => {});
    active.set(from, next);
  };
  try {
    for (;;) {
      while (active.size < width && waiting.length > 0) {
        ask(waiting.shift()!()[Symbol.asyncIterator]());
      }
      if (active.size === 0) return;
      const { from, result } = await Promise.race(active.values());
      active.delete(from);
      if (result.done) continue;
      taken = from;
      yield result.value;
      taken = undefined;
      ask(from);
    }
  } finally {
    const open = [...active.keys(), ...(taken ? [taken] : [])];
    await Promise.allSettled(open.map((from) => from.return?.()));
  }
}
