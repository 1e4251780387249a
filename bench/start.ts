// Cold start to the first committed row, against a bare script: node, import DuckDB, one COPY, one
// synced file. Run: node --import tsx bench/start.ts [runs]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure, median, report } from "./measure.ts";

const runs = Number(process.argv[2] ?? 9);
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ours: number[] = [];
const bare: number[] = [];
const cpu = { ours: [] as number[], bare: [] as number[] };
for (let run = 0; run <= runs; run++) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-start-"));
  const mine = await measure(process.execPath, [at("start/ours.mjs"), folder]);
  const peer = await measure(process.execPath, [at("start/bare.mjs"), folder]);
  rmSync(folder, { recursive: true });
  if (run === 0) continue;
  ours.push(mine.wallSeconds * 1000);
  bare.push(peer.wallSeconds * 1000);
  cpu.ours.push(mine.cpuSeconds);
  cpu.bare.push(peer.cpuSeconds);
}
report("cold start to first committed row, ms", median(ours), median(bare), 1.8);
report("  its CPU seconds", median(cpu.ours), median(cpu.bare), 1.8);
