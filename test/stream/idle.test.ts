import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openLocal } from "../../src/execution/local/local.ts";
import { SparkSession } from "../../src/session/spark-session.ts";
import { type Counts, withCounts } from "../../src/storage/count.ts";
import { localStore } from "../../src/storage/local.ts";
import type { StreamingQuery } from "../../src/stream/query.ts";

let folder: string;
let spark: SparkSession;
const counts: Counts = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-idle-"));
  const stores = { file: async () => withCounts(localStore(), counts) };
  spark = new SparkSession(await openLocal({ "spark.sql.warehouse.dir": folder }, { stores }));
});
afterAll(async () => {
  await spark.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(reset);

function reset(): void {
  for (const method of Object.keys(counts)) delete counts[method];
}

/** The store's calls while `triggers` triggers find nothing, at least. */
async function idle(query: StreamingQuery, triggers: number): Promise<Counts> {
  await query.processAllAvailable();
  reset();
  // Each of these resolves with a trigger that began after it was asked.
  for (let count = 0; count < triggers; count++) await query.processAllAvailable();
  const { uri: _, ...calls } = { ...counts };
  return calls;
}

test("a Delta source that finds nothing makes one call a trigger, and writes nothing", async () => {
  await spark.createDataFrame([{ id: 1 }]).write.saveAsTable("quiet");
  await using query = await spark.readStream
    .table("quiet")
    .writeStream.option("checkpointLocation", join(folder, "cp-quiet"))
    .toTable("quiet_copy");
  const calls = await idle(query, 3);
  expect(calls).toEqual({ read: 3 });
});

test("cloudFiles that finds nothing lists once a trigger, and writes nothing", async () => {
  const landing = join(folder, "landing");
  await mkdir(landing);
  await writeFile(join(landing, "1.json"), '{"id":1}\n');
  await using query = await spark.readStream
    .format("cloudFiles")
    .option("cloudFiles.format", "json")
    .schema("id long")
    .load(landing)
    .writeStream.option("checkpointLocation", join(folder, "cp-landing"))
    .toTable("landed");
  const calls = await idle(query, 3);
  expect(calls).toEqual({ list: 3 });
});
