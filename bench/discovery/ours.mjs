// Finds all files below a place twice: the first time all are new and are planned by the thousand,
// the second time none is. Then a file comes into the newest folder, and its end is looked at.
// Prints seconds and requests of each.
import http from "node:http";
import { Discovery } from "../../dist/connector/file/discovery.js";
import { openFileSource } from "../../dist/connector/file/source.js";
import { openCache } from "../../dist/storage/cache/cache.js";
import { openStores } from "../../dist/storage/registry.js";
import { openStaging } from "../../dist/storage/staging.js";

let requests = 0;
const { request } = http;
http.request = (...given) => {
  requests += 1;
  return request(...given);
};

const [landing, checkpoint, conf = "{}"] = process.argv.slice(2);
const staging = await openStaging();
const cache = openCache();
const stores = openStores({ staging, cache, workingDirectory: "/", options: JSON.parse(conf) });
const { locate, locateUri } = stores;
const source = await openFileSource(
  {
    description: "bench",
    schema: { type: "struct", fields: [] },
    paths: [await locate(landing)],
    rules: { recursive: false, nested: true },
    policy: { maxFiles: 1000, latestFirst: false, fileNameOnly: false, overwrites: false },
    detailed: true,
    includeExisting: true,
    ignoreMissing: false,
    context: { staging: staging.path, locate, locateUri, keep() {}, conf() {} },
    read: async () => ({}),
    close: async () => {},
  },
  { checkpoint: await locate(checkpoint), queryId: "bench" },
);

async function timed(work) {
  const [began, before] = [performance.now(), requests];
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000, requests: requests - before };
}

// The listing alone, of which nothing is kept; then with all that is done about new files.
const paths = [await locate(landing)];
let files = 0;
const visit = () => {
  files += 1;
  return true;
};
const rules = { recursive: false, nested: true };
const alone = new Discovery({ paths, rules, incremental: "always" });
const listing = await timed(() => alone.look({ visit }));
const first = await timed(() => source.latestOffset(undefined, { kind: "all" }));
const second = await timed(() => source.latestOffset(first.value, { kind: "options" }));
const [{ store, path }] = paths;
const fresh = `${path}/device-9999/part-0.json`;
await store.put(fresh, new Uint8Array());
const before = files;
const end = await timed(() => alone.look({ visit }));
if (files !== before + 1) throw new Error(`${files - before} files at the end`);
await store.delete(fresh);
const { user, system } = process.cpuUsage();
console.log(
  JSON.stringify({
    files: before,
    listing: listing.seconds,
    first: first.seconds,
    second: second.seconds,
    requests: second.requests,
    end: end.seconds,
    endRequests: end.requests,
    cpu: (user + system) / 1e6,
  }),
);
await source[Symbol.asyncDispose]();
await cache[Symbol.asyncDispose]();
await staging[Symbol.asyncDispose]();
