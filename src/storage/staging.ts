import { mkdir, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "../env.ts";
import { error } from "../error/error.ts";

/** The folder of this process for local files in the making. Nothing in it outlives the process. */
export interface Staging extends AsyncDisposable {
  readonly path: string;
  /** A name in the folder that no one has used. */
  file(suffix: string): string;
}

/** Folders of dead processes removed at one start: the next starts remove the others. */
const MAX_SWEPT = 100;

/** Makes the folder under `parent` (the system's temporary folder), and sweeps away dead ones. */
export async function openStaging(parent: string = tmpdir()): Promise<Staging> {
  const path = join(parent, `${prefix()}${process.pid}-${env.uuid()}`);
  try {
    // Rows of tables lie here, in a folder where others may look around.
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw error("STORAGE_WRITE_FAILED", { path, reason: String(thrown) }, thrown);
  }
  await sweep(parent);
  return {
    path,
    file: (suffix) => join(path, `${env.uuid()}${suffix}`),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** With the machine's name: in a shared folder, processes of another machine look dead. */
function prefix(): string {
  return `millrace-${hostname().replace(/[^A-Za-z0-9.]/g, "_")}-`;
}

async function sweep(parent: string): Promise<void> {
  const start = prefix();
  const names = await readdir(parent).catch(() => []);
  const dead = names.filter((name) => {
    const pid = name.startsWith(start) ? /^(\d+)-/.exec(name.slice(start.length))?.[1] : undefined;
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(
    dead.slice(0, MAX_SWEPT).map((name) =>
      // Somebody else may be sweeping too, or own it: the folder is litter, not an error.
      rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined),
    ),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
