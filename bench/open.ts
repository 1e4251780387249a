// Cold opens: 10,000 commits without a checkpoint, and a checkpoint of 1,000,000 files under a
// filter by partition and by statistics, against delta-rs in the same run.
// Run: node --import tsx bench/open.ts FOLDER [runs]; FOLDER keeps the two logs, made if absent.
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cost, measure, median, report } from "./measure.ts";
import { makeCommits, makeFiles } from "./open/make.ts";

const [folder = "", runs = "5"] = process.argv.slice(2);
/** Where the interop tests put it: they install delta-rs. */
const python = process.env["PYTHON"] ?? join(homedir(), ".cache/millrace/py/bin/python");
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const commits = join(folder, "commits");
const files = join(folder, "files");
makeCommits(commits, 10_000);
await makeFiles(files, 1_000_000);

interface Case {
  readonly what: string;
  readonly table: string;
  /** As SQL, both of ours and of the peer's. */
  readonly where: string;
  readonly files: number;
  readonly cpu: number;
  readonly memory: number;
}

const cases: readonly Case[] = [
  {
    what: "10,000 commits",
    table: commits,
    where: "",
    files: 9_000,
    cpu: 0.1,
    memory: 1,
  },
  {
    what: "1,000,000 files, by partition",
    table: files,
    where: "day = '2026-03-11'",
    files: 2_976,
    cpu: 0.1,
    memory: 0.4,
  },
  {
    what: "1,000,000 files, by partition and statistics",
    table: files,
    where: "day = '2026-03-11' AND id BETWEEN 0 AND 100000000",
    files: 298,
    cpu: 0.1,
    memory: 0.4,
  },
];

for (const { what, table, where, files, cpu, memory } of cases) {
  const mine: Cost[] = [];
  const peers: Cost[] = [];
  let failure: unknown;
  for (let run = 0; run < Number(runs) && failure === undefined; run++) {
    peers.push(await measure(python, [at("open/peer.py"), table, where]));
    try {
      mine.push(await measure(process.execPath, [at("open/ours.mjs"), table, where]));
      const found = [mine, peers].map((costs) => costs.at(-1)?.answer["files"]);
      if (found.some((count) => count !== files)) failure = `${found.join(" and ")} files`;
    } catch (thrown) {
      failure = thrown;
    }
  }
  const of = (costs: readonly Cost[], part: keyof Omit<Cost, "answer">): number =>
    median(costs.map((cost) => cost[part]));
  const own = (costs: readonly Cost[]): number => {
    return median(costs.map((cost) => Number(cost.answer["cpu"])));
  };
  if (failure !== undefined) console.log(`${what}: FAILED, ${failure}`);
  report(`${what}, CPU seconds`, of(mine, "cpuSeconds"), of(peers, "cpuSeconds"), cpu);
  report("  without the start of the process", own(mine), own(peers), cpu);
  report("  wall seconds", of(mine, "wallSeconds"), of(peers, "wallSeconds"), 1);
  report("  peak MB", of(mine, "peakMegabytes"), of(peers, "peakMegabytes"), memory);
}
