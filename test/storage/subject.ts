import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreSubject } from "../../src/conformance/store.ts";
import { type Disk, nodeDisk } from "../../src/storage/disk.ts";
import { localStore } from "../../src/storage/local.ts";
import { memoryStore } from "../../src/storage/memory.ts";
import { openStaging } from "../../src/storage/staging.ts";

/** A fresh folder of this machine; `remove` at the end. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "store-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A local store on any disk made for a folder. */
export async function localSubject(
  diskOf: (root: string, folder: string) => Disk = () => nodeDisk,
): Promise<StoreSubject> {
  const folder = await temporaryFolder();
  const root = join(folder.path, "root");
  await mkdir(root);
  let staged = 0;
  return {
    store: localStore(diskOf(root, folder.path)),
    root,
    stage: async (bytes) => {
      const path = join(folder.path, `staged-${staged++}`);
      await writeFile(path, bytes);
      return path;
    },
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

export async function memorySubject(): Promise<StoreSubject> {
  const folder = await temporaryFolder();
  const staging = await openStaging(folder.path);
  return {
    store: memoryStore(staging),
    root: "/some/where",
    stage: async (bytes) => {
      const path = staging.file(".staged");
      await writeFile(path, bytes);
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await staging[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}
