import { expect, onTestFinished, test } from "vitest";
import { replaceEnv } from "../../src/env.ts";
import { cleanLog } from "../../src/log/cleanup.ts";
import { intercept } from "../../src/storage/intercept.ts";
import type { FileStatus, Location, Store } from "../../src/storage/store.ts";

const dayMs = 86_400_000;
const now = Date.UTC(2026, 5, 30, 12);
const pad = (version: number): string => String(version).padStart(20, "0");

/** A log of one commit a day, the newest today, with checkpoints at some versions. */
function logOf(versions: number, checkpoints: readonly number[]) {
  const files: FileStatus[] = [];
  const put = (version: number, suffix: string): void => {
    const modificationTime = now - (versions - 1 - version) * dayMs;
    files.push({ path: `/t/_delta_log/${pad(version)}.${suffix}`, size: 1, modificationTime });
  };
  for (let version = 0; version < versions; version++) {
    if (checkpoints.includes(version)) put(version, "checkpoint.parquet");
    put(version, "crc");
    put(version, "json");
  }
  files.push({ path: "/t/_delta_log/_last_checkpoint", size: 1, modificationTime: 0 });
  const left = new Set(files.map((file) => file.path));
  const store = {
    async *list() {
      for (const file of files) if (left.has(file.path)) yield file;
    },
    delete: async (path: string) => void left.delete(path),
  } as unknown as Store;
  const table: Location = { store, path: "/t" };
  const oldest = (suffix: string): number =>
    Math.min(
      ...[...left].flatMap((path) => {
        const name = path.slice("/t/_delta_log/".length);
        return name.endsWith(`.${suffix}`) ? [Number(name.slice(0, 20))] : [];
      }),
    );
  return { table, left, oldest };
}

function atNoon(): void {
  onTestFinished(replaceEnv({ now: () => now }));
}

test("what no version within the retention needs goes", async () => {
  atNoon();
  const { table, left, oldest } = logOf(100, [10, 30, 60, 65, 70, 90]);
  await cleanLog(table, {});
  // Versions up to 68 are 31 days old or older: 65 is the newest checkpoint of those.
  expect([oldest("json"), oldest("crc"), oldest("checkpoint.parquet")]).toEqual([65, 65, 65]);
  expect(left.has("/t/_delta_log/_last_checkpoint")).toBe(true);
  expect(left.size).toBe(1 + 35 * 2 + 3);
});

test("without a checkpoint past the retention, or where the table says so, all stays", async () => {
  atNoon();
  const young = logOf(100, [90]);
  await cleanLog(young.table, {});
  expect(young.oldest("json")).toBe(0);
  const kept = logOf(100, [10, 60]);
  await cleanLog(kept.table, { "delta.enableExpiredLogCleanup": "false" });
  expect(kept.oldest("json")).toBe(0);
  await cleanLog(kept.table, { "delta.logRetentionDuration": "interval 80 days" });
  expect(kept.oldest("json")).toBe(10);
});

test("a stop half way leaves a log without a gap", async () => {
  atNoon();
  const { table, oldest, left } = logOf(100, [10, 60]);
  let deleted = 0;
  const store = intercept(table.store, async (call, run) => {
    if (call.method === "delete" && ++deleted > 31) throw new Error("stopped");
    return run();
  });
  await expect(cleanLog({ ...table, store }, {})).rejects.toThrow("stopped");
  const first = oldest("json");
  expect(first).toBeGreaterThan(10);
  const versions = [...left].filter((path) => path.endsWith(".json")).length;
  expect(versions).toBe(100 - first);
});
