import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cache, run } from "./server.ts";

/** A database server of the run, and the file in which it writes down each statement. */
export interface RunningDatabase {
  readonly server: { readonly endpoint: string; readonly log: string };
  stop(): Promise<void>;
}

/**
 * Unpacks Debian packages into a folder of the cache, once; the folder. Of names with `|` between
 * the first that there is: distributions have some under others.
 */
export async function unpacked(name: string, packages: readonly string[]): Promise<string> {
  const home = join(cache, name);
  if (existsSync(home)) return home;
  const making = `${home}.${process.pid}`;
  const files = join(making, "deb");
  await mkdir(files, { recursive: true });
  for (const names of packages) await download(names.split("|"), files);
  for (const file of await readdir(files)) {
    await run("dpkg", ["-x", join(files, file), making]);
  }
  await rm(files, { recursive: true });
  await rename(making, home).catch(async (thrown) => {
    await rm(making, { recursive: true });
    if (!existsSync(home)) throw thrown;
  });
  return home;
}

async function download(names: readonly string[], cwd: string): Promise<void> {
  const [name = "", ...others] = names;
  await run("apt-get", ["download", name], { cwd }).catch((thrown) => {
    if (others.length === 0) throw thrown;
    return download(others, cwd);
  });
}

/** Servers of databases refuse to be run by root: what runs them as nobody. */
export const asNobody: readonly string[] =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
