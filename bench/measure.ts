import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What one run of a program cost: CPU of the whole process tree, wall time, peak memory. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  /** The program's last line of output, as JSON. */
  readonly answer: Record<string, unknown>;
}

/** How often the tree's memory is looked at. */
const sampleMs = 20;

/** Runs a command to its end and measures it from outside. Linux only: it reads /proc. */
export async function measure(command: string, args: readonly string[]): Promise<Cost> {
  const began = process.hrtime.bigint();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, treeMegabytes(child.pid ?? 0));
  }, sampleMs);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  const lines = output.trim().split("\n");
  const cpu = childrenCpu();
  return {
    cpuSeconds: cpu - lastCpu(cpu),
    wallSeconds: Number(process.hrtime.bigint() - began) / 1e9,
    peakMegabytes: peak,
    answer: JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>,
  };
}

let counted = 0;
function lastCpu(now: number): number {
  const before = counted;
  counted = now;
  return before;
}

/** CPU seconds of all children that have ended and been waited for. */
function childrenCpu(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function treeMegabytes(root: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    const parent = stat?.split(") ")[1]?.split(" ")[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const inTree = (pid: number): boolean =>
    pid === root || (parents.has(pid) && pid > 1 && inTree(parents.get(pid) ?? 0));
  let total = 0;
  for (const pid of parents.keys()) {
    if (!inTree(pid)) continue;
    const rss = /VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`) ?? "");
    total += Number(rss?.[1] ?? 0) / 1024;
  }
  return total;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** One row of a report: ours, the peer's, and the ratio against what is allowed. */
export function report(what: string, ours: number, peer: number, allowed: number): void {
  const ratio = ours / peer;
  const verdict = ratio <= allowed ? "ok" : "OVER";
  console.log(
    `${what.padEnd(44)} ours ${ours.toFixed(2).padStart(9)}  peer ${peer.toFixed(2).padStart(9)}  ` +
      `ratio ${ratio.toFixed(2)} (allowed ${allowed}) ${verdict}`,
  );
}
