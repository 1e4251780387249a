// One-row delta-to-delta micro-batches, p50 and p95, against a hand-made floor with the same
// durability: one COPY with statistics, and the offsets, commit and commits files, each written
// aside, synced, linked, and its folder synced. Run: node --import tsx bench/latency.ts [batches]
import { fileURLToPath } from "node:url";
import { measure, quantile, report } from "./measure.ts";

const batches = process.argv[2] ?? "60";
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ours: number[] = [];
const floor: number[] = [];
for (let round = 0; round < 3; round++) {
  const mine = await measure(process.execPath, [at("latency/ours.mjs"), batches]);
  const peer = await measure(process.execPath, [at("latency/floor.mjs"), batches]);
  ours.push(...(mine.answer["ms"] as number[]));
  floor.push(...(peer.answer["ms"] as number[]));
}
report("one-row batch, p50 ms", quantile(ours, 0.5), quantile(floor, 0.5), 2.5);
report("one-row batch, p95 ms", quantile(ours, 0.95), quantile(floor, 0.95), 2.5);
