import { fileURLToPath } from "node:url";
import { expect, inject, test } from "vitest";
import { env } from "../../../src/env.ts";
import { openCache } from "../../../src/storage/cache/cache.ts";
import { openStores } from "../../../src/storage/registry.ts";
import { openStaging } from "../../../src/storage/staging.ts";
import { type Canonical, rowTexts, sorted } from "../../interop/canonical.ts";
import { Child } from "../../interop/child.ts";
import { calmRun } from "../../sim/crash.ts";
import { type Kill, killAndCompareAt, type Place, runAt } from "../../sim/kill.ts";
import { openProcess } from "../../sim/machine.ts";
import { brief, tables } from "../../sim/pipeline.ts";
import { countOf } from "../full.ts";
import { bucketOf, s3Conf } from "../storage/s3-subject.ts";

const [s3, readers] = [inject("s3"), inject("readers")];
const missing = [s3, readers].flatMap((one) => ("missing" in one ? [one.missing] : []))[0];
const endpoint = "endpoint" in s3 ? s3.endpoint : "";

const kills: readonly Kill[] = [
  ["after the commit of the sink", "bronze", 1],
  ["after state", "silver", 2],
  ["before commits", "windows", 4],
  ["after the data file", "bronze", 1],
  ["after the data file", "silver", 2],
  ["after the data file", "totals", 3],
  ["after offsets", "bronze", 1],
  ["after offsets", "silver", 1],
  ["after offsets", "windows", 3],
  ["after state", "totals", 2],
  ["after state", "windows", 3],
  ["after the commit of the sink", "silver", 3],
  ["after the commit of the sink", "totals", 4],
  ["before commits", "bronze", 3],
  ["before commits", "silver", 2],
  ["within the checkpoint of the log", "bronze", 1],
  ["within the checkpoint of the log", "silver", 2],
  ["within the checkpoint of the log", "windows", 3],
  ["after a file of the schema", "bronze", 1],
  ["after a file of the schema", "bronze", 2],
];
const chosen = kills.slice(0, countOf(kills.length, 3));

/** A folder of a bucket that nobody was in: landing, tables, checkpoints and state, all in it. */
async function placeOf(staging: Awaited<ReturnType<typeof openStaging>>): Promise<Place> {
  const conf = s3Conf(endpoint);
  const uri = `s3a://${await bucketOf(endpoint)}/kill-${env.uuid()}`;
  const stores = openStores({
    ...{ staging, cache: openCache(), workingDirectory: "/", options: conf },
  });
  const register = fileURLToPath(new URL("../register.mjs", import.meta.url));
  return { uri, location: await stores.locate(uri), conf, imports: [register] };
}

test.skipIf("missing" in s3)(
  `the pipeline with all of it in S3, killed ${chosen.length} times, comes to what it does on disk`,
  { timeout: 3_600_000 },
  async () => {
    await using staging = await openStaging();
    const { outcome } = await calmRun(brief);
    const failures: string[] = [];
    for (const kill of chosen) {
      await killAndCompareAt(await placeOf(staging), kill, outcome).catch((thrown: unknown) => {
        failures.push(String(thrown));
      });
    }
    expect(failures).toEqual([]);
  },
);

test.skipIf(missing !== undefined)(
  `delta-rs reads those tables from the same server${missing ? `: ${missing}` : ""}`,
  { timeout: 600_000 },
  async () => {
    await using staging = await openStaging();
    const place = await placeOf(staging);
    await runAt(place);
    await using spark = await openProcess(place.uri, place.conf);
    const script = fileURLToPath(new URL("../../interop/reader_server.py", import.meta.url));
    const deltaRs = new Child("python" in readers ? readers.python : "", ["-B", script], {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ALLOW_HTTP: "true",
      AWS_ACCESS_KEY_ID: "any",
      AWS_SECRET_ACCESS_KEY: "any",
      AWS_REGION: "us-east-1",
    });
    for (const table of tables) {
      const uri = `${place.uri}/warehouse/main/default/${table}`.replace("s3a:", "s3:");
      const theirs = await deltaRs.ask<{ rows: readonly Canonical[] }>({ read: uri });
      const ours = rowTexts(await spark.table(table).collect());
      expect(ours.length).toBeGreaterThan(0);
      expect(sorted(theirs.rows), table).toEqual(ours);
    }
  },
);
