/** What is wrong with the bytes of an ORC file; whoever knows its name says so. */
export class CorruptOrc extends Error {}

/** Throws if what holds of every ORC file does not hold of this one. */
export function expect(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new CorruptOrc(problem);
}
