import { intercept } from "./intercept.ts";

/** Calls by method: `{ putIfAbsent: 1, read: 3 }`. Methods never called are absent. */
export type Counts = Record<string, number>;

/** A store or a disk that counts its calls into `counts`. */
export function withCounts<T extends object>(target: T, counts: Counts): T {
  return intercept(target, (call, run) => {
    counts[call.method] = (counts[call.method] ?? 0) + 1;
    return run();
  });
}
