/** What is wrong with the bytes of an ORC file; whoever knows its name says so. */
export class CorruptOrc extends Error {}

/** What is read where it only saves work: undefined where it is damaged. */
export function trusted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof CorruptOrc) return undefined;
    throw thrown;
  }
}

/** Throws if what holds of every ORC file does not hold of this one. */
export function expect(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new CorruptOrc(problem);
}
