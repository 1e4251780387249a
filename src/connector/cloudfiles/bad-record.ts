import { rm, stat } from "node:fs/promises";
import { env } from "../../env.ts";
import type { BadLog } from "../../plan/input.ts";
import { join, type Location } from "../../storage/store.ts";

/** Names for what is bad about a batch: local files, made when there is something to tell. */
export function badLog(staging: string): Required<BadLog> {
  const name = env.uuid();
  return { records: `${staging}/${name}-records`, files: `${staging}/${name}-files` };
}

/**
 * Puts what was told of under the `badRecordsPath`, as Databricks does: JSON lines in
 * `<time>/bad_records/part-…` (path, record, reason) and `<time>/bad_files/part-…` (path, reason).
 */
export async function publishBad(log: Required<BadLog>, target: Location): Promise<void> {
  const time = new Date(env.now()).toISOString().slice(0, 19).replace(/[-:]/g, "");
  for (const [local, folder] of [
    [log.records, "bad_records"],
    [log.files, "bad_files"],
  ] as const) {
    if (!(await exists(local))) continue;
    const { store, path } = join(target, time, folder, `part-00000-${env.uuid()}`);
    await store.publish(local, path);
  }
}

/** Forgets what was told of by a read that is done again. */
export async function dropBad(log: Required<BadLog>): Promise<void> {
  await rm(log.records, { force: true });
  await rm(log.files, { force: true });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
