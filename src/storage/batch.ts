/** Things handed on together: each turn of an asynchronous loop has its price. */
const atOnce = 1_000;

/** The same things in their order, many at a time. */
export async function* inBatches<T>(things: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const thing of things) {
    batch.push(thing);
    if (batch.length < atOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
