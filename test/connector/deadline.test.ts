import { expect, test } from "vitest";
import { deadline } from "../../src/connector/deadline.ts";
import { replaceEnv } from "../../src/env.ts";

test("aborts when the time is over, or with the other signal, and not once it is disposed", async () => {
  const sleeping: (() => void)[] = [];
  const restore = replaceEnv({ sleep: () => new Promise((resolve) => sleeping.push(resolve)) });
  try {
    const outer = new AbortController();
    using late = deadline(5, outer.signal);
    const { signal } = deadline(5, outer.signal);
    const done = deadline(5);
    done[Symbol.dispose]();
    sleeping[0]!();
    sleeping[2]!();
    await new Promise(setImmediate);
    expect([late.signal.aborted, late.passed]).toEqual([true, true]);
    expect([done.signal.aborted, done.passed]).toEqual([false, false]);
    expect(signal.aborted).toBe(false);
    outer.abort();
    expect(signal.aborted).toBe(true);
  } finally {
    restore();
  }
});
