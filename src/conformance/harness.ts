/** What a suite needs of a test runner: `test` of vitest or node:test, `assert` of Node. */
export interface Harness {
  test(name: string, body: () => Promise<void>): unknown;
  readonly assert: {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
  };
}

/** A law at work: what it is tried on, and how it says that something does not hold. */
export interface Trial<F> {
  readonly fixture: F;
  readonly assert: (holds: boolean, message: string) => void;
}

export type Law<F> = readonly [name: string, body: (trial: Trial<F>) => Promise<void>];

/** One test a law, each on a fixture of its own. */
export function prove<F extends AsyncDisposable>(
  laws: readonly Law<F>[],
  harness: Harness,
  make: () => Promise<F>,
): void {
  const assert = (holds: boolean, message: string): void =>
    harness.assert.equal(holds, true, message);
  for (const [name, body] of laws) {
    harness.test(name, async () => {
      await using fixture = await make();
      await body({ fixture, assert });
    });
  }
}
