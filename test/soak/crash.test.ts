import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { calmRun, crashAndCompare, crashOf, troublesOf } from "../sim/crash.ts";
import { brief, long } from "../sim/pipeline.ts";

/** A part of them, as `2/5`, so that machines can share them. */
const [shard = 1, shards = 1] = (process.env["MILLRACE_SHARD"] ?? "1/1").split("/").map(Number);

test(`trouble at every call changes nothing (${shard}/${shards})`, {
  timeout: 6 * 3_600_000,
}, async () => {
  const calm = await calmRun(brief);
  const troubles = troublesOf(calm).flat();
  const failures: string[] = [];
  for (let index = shard - 1; index < troubles.length; index += shards) {
    await crashAndCompare(troubles[index]!, calm).catch((thrown: unknown) => {
      failures.push(String(thrown));
    });
  }
  console.log(`${troubles.length} troubles at ${calm.methods.length} calls`);
  expect(failures).toEqual([]);
});

const seed = Number(process.env["MILLRACE_SEED"] ?? randomInt(2 ** 31));
const crashes = 200;

test(`${crashes} crashes in a long run change nothing (MILLRACE_SEED=${seed})`, async () => {
  const calm = await calmRun(long);
  const failures: string[] = [];
  for (let index = 0; index < crashes; index++) {
    await crashAndCompare(crashOf(calm, seed, index), calm).catch((thrown: unknown) => {
      failures.push(String(thrown));
    });
  }
  expect(failures).toEqual([]);
});
