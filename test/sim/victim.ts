import { openCache } from "../../src/storage/cache/cache.ts";
import { type Disk, type DiskFile, nodeDisk } from "../../src/storage/disk.ts";
import { intercept } from "../../src/storage/intercept.ts";
import { localStore } from "../../src/storage/local.ts";
import { openStores } from "../../src/storage/registry.ts";
import { openStaging } from "../../src/storage/staging.ts";
import type { Store } from "../../src/storage/store.ts";
import type { KillPoint } from "./kill.ts";
import { openProcess } from "./machine.ts";
import { brief, land, runPipeline } from "./pipeline.ts";

/** What a victim is told. */
export interface VictimTask {
  readonly uri: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly point: KillPoint;
}

// A process of kill.ts: runs the pipeline in a place, and kills itself where it is told to.
const { uri, conf, point } = JSON.parse(process.argv[2] ?? "{}") as VictimTask;
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

/** The calls of a store that give a path its file, and which of their arguments is the path. */
const naming: Readonly<Record<string, number>> = { put: 0, putIfAbsent: 0, publish: 1 };

function mortal(store: Store): Store {
  return intercept(store, ({ method, arguments: given }, run) => {
    const at = naming[method];
    return at === undefined ? run() : named(String(given[at]), run);
  });
}

await using staging = await openStaging();
const plain = openStores({
  staging,
  cache: openCache(),
  workingDirectory: process.cwd(),
  options: conf,
});
const place = await plain.locate(uri);
const { scheme } = place.store;
await using spark = await openProcess(uri, conf, {
  stores: {
    [scheme]: async () => (scheme === "file" ? localStore(disk) : mortal(place.store)),
  },
});
for (let round = 0; round < brief.rounds.length; round++) {
  await land(place, brief, round);
  await runPipeline(spark, uri);
}
