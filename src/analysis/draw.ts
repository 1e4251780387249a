import type { Call } from "../plan/expression.ts";

/**
 * Numbers the calls of `rand` and its kin. One call has one number however often it is typed: a
 * common table that is read twice gives the same rows each time. A view or a function that is used
 * twice draws anew.
 */
export interface Draws {
  readonly numbers: Map<Call, number>;
  readonly counter: { next: number };
}

/** Numbers of their own, that none of those around have. */
export function freshDraws(around?: Draws): Draws {
  return { numbers: new Map(), counter: around?.counter ?? { next: 0 } };
}

/** The number of a call, the same each time it is asked for. */
export function drawOf(call: Call, { numbers, counter }: Draws): number {
  const known = numbers.get(call);
  if (known !== undefined) return known;
  const number = counter.next;
  counter.next += 1;
  numbers.set(call, number);
  return number;
}
