import { expect, inject, test } from "vitest";
import { env } from "../../../src/env.ts";
import { countOf } from "../full.ts";
import { type Fault, seededFaults, startFaults } from "../server/fault.ts";
import { azureOptions, containerOf } from "../storage/azure-subject.ts";
import { bucketOf, s3Conf } from "../storage/s3-subject.ts";
import { race } from "./race.ts";

const seed = Number(process.env["MILLRACE_SEED"] ?? env.now() % 1_000_003);
const commits = Number(process.env["MILLRACE_COMMITS"] ?? countOf(2_000, 100));
const told = `${commits} commits of 4 writers and a stream of them, MILLRACE_SEED=${seed}`;
const timeout = Math.max(600_000, commits * 5_000);
const [s3, azure] = [inject("s3"), inject("azure")];

/** A request in twenty goes wrong, in each of the ways there are. */
const faults: { readonly share: number; readonly of: readonly Fault[] } = {
  share: 0.05,
  of: [
    { kind: "drop" },
    { kind: "lose" },
    { kind: "cut" },
    { kind: "delay", ms: 300 },
    { kind: "late", ms: 200 },
    { kind: "refuse", status: 503 },
    { kind: "refuse", status: 500 },
  ],
};

/** Races behind a proxy in front of a server; `confOf` says how a session gets to an endpoint. */
async function troubled(
  endpoint: string,
  folder: string,
  confOf: (endpoint: string) => Record<string, string>,
): Promise<void> {
  await using proxy = await startFaults(endpoint, seededFaults(seed, faults));
  const threads = { "millrace.engine.threads": "1" };
  const conf = { ...threads, ...confOf(proxy.endpoint) };
  const calm = { ...threads, ...confOf(endpoint) };
  const { attempts } = await race({ folder, conf, calm, writers: 4, commits, seed });
  const lost = attempts.filter(({ outcome }) => outcome === "lost").length;
  const { length: asked } = proxy.asked;
  console.log(`${asked} requests, ${proxy.faults.length} went wrong, ${lost} attempts lost`);
  expect(proxy.faults.length).toBeGreaterThan(commits / 2);
}

test.skipIf("missing" in s3)(`S3: ${told}`, { timeout }, async () => {
  const endpoint = "endpoint" in s3 ? s3.endpoint : "";
  await troubled(endpoint, `s3a://${await bucketOf(endpoint)}/race-${env.uuid()}`, s3Conf);
});

test.skipIf("missing" in azure)(`Azure: ${told}`, { timeout }, async () => {
  if ("missing" in azure) return;
  const folder = `abfss://${await containerOf(azure, "race")}/race-${env.uuid()}`;
  await troubled(azure.endpoint, folder, (endpoint) => azureOptions({ endpoint }));
});
