import { once } from "node:events";
import { openCache } from "../../../../src/storage/cache/cache.ts";
import { openStores } from "../../../../src/storage/registry.ts";
import { openStaging } from "../../../../src/storage/staging.ts";
import { type RaceTask, runRace } from "./race.ts";

// A process of the race: says that it is ready, and when told to go, which rounds it won.
const task = JSON.parse(process.argv[2] ?? "{}") as RaceTask;
await using staging = await openStaging();
const stores = openStores({
  staging,
  cache: openCache(),
  workingDirectory: "/",
  options: task.conf,
});
const { store, path } = await stores.locate(task.folder);
await store.stat(`${path}/none`);
console.log("ready");
await once(process.stdin, "data");
console.log(JSON.stringify(await runRace(store, path, task)));
