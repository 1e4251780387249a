import { mkdirSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeDisk } from "../../src/storage/disk.ts";
import { type Faults, faultsOf, StoppedError, withFaults } from "../../src/storage/fault.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Store } from "../../src/storage/store.ts";
import { type VolatileDisk, volatileDisk } from "../../src/storage/volatile.ts";
import { temporaryFolder } from "./subject.ts";

interface Bench extends AsyncDisposable {
  readonly root: string;
  readonly staging: string;
  readonly disk: VolatileDisk;
}

async function bench(): Promise<Bench> {
  const folder = await temporaryFolder();
  const [root, staging] = [join(folder.path, "root"), join(folder.path, "staging")];
  for (const path of [root, staging]) mkdirSync(path);
  const disk = volatileDisk(root, join(folder.path, "attic"));
  return { root, staging, disk, [Symbol.asyncDispose]: () => folder.remove() };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function write(disk: VolatileDisk, path: string, sync: boolean): Promise<void> {
  const file = await disk.create(path);
  await file.write(bytes("bytes"));
  if (sync) await file.sync();
  await file.close();
}

test("a name is lost unless its folder was synced, bytes unless the file was", async () => {
  await using trial = await bench();
  const { root, disk } = trial;
  await write(disk, `${root}/a`, true);
  await write(disk, `${root}/b`, false);
  await disk.syncFolder(root);
  await write(disk, `${root}/c`, true);
  disk.crash();
  expect(await readdir(root)).toEqual(["a", "b"]);
  expect(await readFile(`${root}/a`, "utf8")).toBe("bytes");
  expect(await readFile(`${root}/b`, "utf8")).toBe("");
});

test("links, renames, removals and folders come undone", async () => {
  await using trial = await bench();
  const { root, disk } = trial;
  for (const name of ["linked", "moved", "removed", "replaced"]) {
    await write(disk, `${root}/${name}`, true);
  }
  await disk.mkdir(`${root}/kept`);
  await disk.syncFolder(root);
  await disk.link(`${root}/linked`, `${root}/kept/link`);
  await disk.rename(`${root}/moved`, `${root}/replaced`);
  await disk.unlink(`${root}/removed`);
  await disk.mkdir(`${root}/lost`);
  await write(disk, `${root}/lost/file`, true);
  await disk.syncFolder(`${root}/lost`);
  disk.crash();
  expect(await readdir(root)).toEqual(["kept", "linked", "moved", "removed", "replaced"]);
  expect(await readdir(`${root}/kept`)).toEqual([]);
});

test("a file moved in with bytes that nobody synced is empty", async () => {
  await using trial = await bench();
  const { root, staging, disk } = trial;
  await writeFile(join(staging, "part"), "rows");
  await disk.rename(join(staging, "part"), `${root}/part`);
  await disk.syncFolder(root);
  disk.crash();
  expect(await readFile(`${root}/part`, "utf8")).toBe("");
});

/** Runs one call after another; what has resolved is promised to survive. */
async function workload(store: Store, { root, staging }: Bench): Promise<Map<string, string>> {
  const promised = new Map<string, string>();
  const steps: (() => Promise<readonly [string, string]>)[] = [
    async () => [`${root}/log/0`, String(await store.putIfAbsent(`${root}/log/0`, bytes("true")))],
    async () => {
      await writeFile(join(staging, "part"), "rows");
      await store.publish(join(staging, "part"), `${root}/x=1/y=2/part`);
      return [`${root}/x=1/y=2/part`, "rows"];
    },
    async () => [`${root}/log/1`, String(await store.putIfAbsent(`${root}/log/1`, bytes("true")))],
    async () => {
      promised.delete(`${root}/log/last`); // While it is replaced, the old or the new may be there.
      await store.put(`${root}/log/last`, bytes("1"));
      return [`${root}/log/last`, "1"];
    },
    async () => {
      promised.delete(`${root}/log/last`);
      await store.put(`${root}/log/last`, bytes("22"));
      return [`${root}/log/last`, "22"];
    },
  ];
  for (const step of steps) {
    try {
      promised.set(...(await step()));
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(StoppedError);
      break;
    }
  }
  return promised;
}

const complete: Readonly<Record<string, readonly string[]>> = {
  "log/0": ["true"],
  "log/1": ["true"],
  "log/last": ["1", "22"],
  "x=1/y=2/part": ["rows"],
};

async function survives(stopAt: number, takesEffect: boolean): Promise<Faults> {
  await using trial = await bench();
  const faults = faultsOf({ stopAt, takesEffect });
  const promised = await workload(localStore(withFaults(trial.disk, faults)), trial);
  trial.disk.crash();
  const store = localStore(nodeDisk);
  const found = new Map<string, string>();
  for await (const { path } of store.list(trial.root, { recursive: true })) {
    found.set(path, new TextDecoder().decode(await store.read(path)));
  }
  for (const [path, text] of promised) expect(found.get(path), path).toBe(text);
  for (const [path, text] of found)
    expect(complete[path.slice(trial.root.length + 1)]).toContain(text);
  return faults;
}

test("the local store keeps its promises wherever it stops and loses power", async () => {
  for (const takesEffect of [false, true]) {
    let call = 1;
    while ((await survives(call, takesEffect)).stopped) call++;
    expect(call).toBeGreaterThan(30);
  }
});
