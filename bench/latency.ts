// One-row delta-to-delta micro-batches, p50 and p95, against a hand-made floor with the same
// durability: one COPY with statistics, and the offsets, commit and commits files, each written
// aside, synced, linked, and its folder synced. Both live at the same time and take turns, batch
// by batch, so that whatever else the machine does happens to both.
// Run: node --import tsx bench/latency.ts [batches]
import { fileURLToPath } from "node:url";
import { quantile, report } from "./measure.ts";
import { partner } from "./partner.ts";

const batches = Number(process.argv[2] ?? 200);
const warmup = 20;
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ours = await partner([at("latency/ours.mjs")]);
const floor = await partner([at("latency/floor.mjs")]);
const ms = { ours: [] as number[], floor: [] as number[] };
for (let round = 0; round < batches + warmup; round++) {
  const mine = Number(await ours.turn());
  const peer = Number(await floor.turn());
  if (round < warmup) continue;
  ms.ours.push(mine);
  ms.floor.push(peer);
}
await Promise.all([ours.end(), floor.end()]);
report("one-row batch, p50 ms", quantile(ms.ours, 0.5), quantile(ms.floor, 0.5), 2.5);
report("one-row batch, p95 ms", quantile(ms.ours, 0.95), quantile(ms.floor, 0.95), 2.5);
