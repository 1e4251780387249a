import { type Disk, type DiskFile, nodeDisk } from "../../src/storage/disk.ts";
import { localStore } from "../../src/storage/local.ts";
import type { KillPoint } from "./kill.ts";
import { openProcess } from "./machine.ts";
import { brief, land, runPipeline } from "./pipeline.ts";

// A process of kill.ts: runs the pipeline in a folder, and kills itself where it is told to.
const [folder = "", told = "{}"] = process.argv.slice(2);
const point = JSON.parse(told) as KillPoint;
const pattern = new RegExp(point.path);
let left = point.occurrence;

function isHere(path: string): boolean {
  if (!pattern.test(path)) return false;
  left -= 1;
  return left === 0;
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("it survived");
}

/** Runs a call that gives `path` its file, and dies right before it or right after it. */
async function named<T>(path: string, run: () => Promise<T>): Promise<T> {
  const here = point.when !== "within" && isHere(path);
  if (here && point.when === "before") die();
  const answer = await run();
  if (here) die();
  return answer;
}

/** Dies with half of the bytes written. */
function torn(file: DiskFile): DiskFile {
  return {
    ...file,
    write: async (bytes) => {
      await file.write(bytes.subarray(0, bytes.byteLength >> 1));
      die();
    },
  };
}

const disk: Disk = {
  ...nodeDisk,
  create: async (path) => {
    const file = await nodeDisk.create(path);
    return point.when === "within" && isHere(path) ? torn(file) : file;
  },
  link: (from, to) => named(to, () => nodeDisk.link(from, to)),
  rename: (from, to) => named(to, () => nodeDisk.rename(from, to)),
};

await using spark = await openProcess(
  folder,
  {},
  { stores: { file: async () => localStore(disk) } },
);
for (let round = 0; round < brief.rounds.length; round++) {
  land(folder, brief, round);
  await runPipeline(spark, folder);
}
