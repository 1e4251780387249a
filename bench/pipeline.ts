// 2M JSON events through bronze, silver and gold as streams, against the same work by hand in
// DuckDB (no log, no stream). Run: node --import tsx bench/pipeline.ts <raw> <out> [runs]
// <raw> is a folder of the 40 files described in bench/README.md; <out> is emptied.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cost, measure, median, report } from "./measure.ts";

const [raw = "", out = "", runs = "3"] = process.argv.slice(2);
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const modes = ["given", "inferred"] as const;
const costs: Record<(typeof modes)[number] | "bare", Cost[]> = {
  given: [],
  inferred: [],
  bare: [],
};
for (let run = 0; run < Number(runs); run++) {
  rmSync(out, { recursive: true, force: true });
  costs.bare.push(
    await measure(process.execPath, [at("pipeline/bare.mjs"), raw, join(out, "bare")]),
  );
  for (const mode of modes) {
    const args = [at("pipeline/ours.mjs"), raw, join(out, mode), mode];
    costs[mode].push(await measure(process.execPath, args));
  }
}
const of = (name: keyof typeof costs, part: keyof Omit<Cost, "answer">): number =>
  median(costs[name].map((cost) => cost[part]));
for (const name of ["bare", ...modes] as const) {
  console.log(name, JSON.stringify(costs[name].at(-1)?.answer));
}
report("schema given, CPU seconds", of("given", "cpuSeconds"), of("bare", "cpuSeconds"), 1.3);
report("  wall seconds", of("given", "wallSeconds"), of("bare", "wallSeconds"), 1.3);
report("  peak MB (bound: 600)", of("given", "peakMegabytes"), of("bare", "peakMegabytes"), 1.5);
report("inference, rescue, CPU s", of("inferred", "cpuSeconds"), of("bare", "cpuSeconds"), 1.8);
report("  wall seconds", of("inferred", "wallSeconds"), of("bare", "wallSeconds"), 1.8);
report("  peak MB", of("inferred", "peakMegabytes"), of("bare", "peakMegabytes"), 1.5);
