import type { RunBuffer } from "./buffer.ts";

/** Reads a run of Hive 0.11: values with a fixed distance, or literals. */
export function readVersion1(run: RunBuffer): void {
  run.begin();
  const { words, longs, signed } = run;
  const control = run.byte();
  if (control >= 128) {
    run.length = 256 - control;
    for (let i = 0; i < run.length; i++) {
      run.varint(signed);
      words[i * 2] = run.low;
      words[i * 2 + 1] = run.high;
    }
    return;
  }
  run.length = control + 3;
  const delta = (run.byte() << 24) >> 24;
  run.varint(signed);
  const base = run.number;
  if (Math.abs(base) < 2 ** 52) {
    for (let i = 0; i < run.length; i++) run.put(i, base + i * delta);
    return;
  }
  const exact = run.bigint;
  for (let i = 0; i < run.length; i++) longs[i] = exact + BigInt(i * delta);
}
