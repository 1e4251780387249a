// 2M JSON events through bronze, silver and gold as streams, against the same work by hand in
// DuckDB (no log, no stream). Run: node --import tsx bench/pipeline.ts <raw> <out> [runs]
// <raw> is a folder of the 40 files described in bench/README.md; <out> is emptied.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cost, measure, median, report } from "./measure.ts";

const [raw = "", out = "", runs = "3"] = process.argv.slice(2);
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const programs = {
  bare: [at("pipeline/bare.mjs"), raw, join(out, "bare")],
  given: [at("pipeline/ours.mjs"), raw, join(out, "given"), "given"],
  single: [at("pipeline/ours.mjs"), raw, join(out, "single"), "given", "1"],
  inferred: [at("pipeline/ours.mjs"), raw, join(out, "inferred"), "inferred"],
};
const names = Object.keys(programs) as (keyof typeof programs)[];
const costs: Record<keyof typeof programs, Cost[]> = {
  bare: [],
  given: [],
  single: [],
  inferred: [],
};
for (let run = 0; run < Number(runs); run++) {
  rmSync(out, { recursive: true, force: true });
  for (const name of names) costs[name].push(await measure(process.execPath, programs[name]));
}
const of = (name: keyof typeof programs, part: keyof Omit<Cost, "answer">): number =>
  median(costs[name].map((cost) => cost[part]));
const compare = (name: keyof typeof programs, what: string, allowed: number): void => {
  report(`${what}, CPU seconds`, of(name, "cpuSeconds"), of("bare", "cpuSeconds"), allowed);
  report("  wall seconds", of(name, "wallSeconds"), of("bare", "wallSeconds"), allowed);
  report("  peak MB", of(name, "peakMegabytes"), of("bare", "peakMegabytes"), 1.5);
};
for (const name of names) {
  console.log(name, JSON.stringify(costs[name].at(-1)?.answer));
}
compare("given", "schema given", 1.3);
compare("single", "the same, one engine thread", 1.3);
compare("inferred", "inference and rescue", 1.8);
