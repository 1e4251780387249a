import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { type Crash, calmRun, crashAndCompare, crashOf } from "../sim/crash.ts";
import { brief, long } from "../sim/pipeline.ts";

/** A part of the calls, as `2/5`, so that machines can share them. */
const [shard = 1, shards = 1] = (process.env["MILLRACE_SHARD"] ?? "1/1").split("/").map(Number);

const ways: readonly Omit<Crash, "at">[] = [
  { way: "power cut", takesEffect: false },
  { way: "power cut", takesEffect: true },
  { way: "death", takesEffect: false },
  { way: "failure", takesEffect: false },
  { way: "failure", takesEffect: true },
];

test(`a crash at every call, however it comes, changes nothing (${shard}/${shards})`, {
  timeout: 6 * 3_600_000,
}, async () => {
  const calm = await calmRun(brief);
  const failures: string[] = [];
  for (let at = shard; at <= calm.methods.length; at += shards) {
    for (const way of ways) {
      await crashAndCompare({ at, ...way }, calm).catch((thrown: unknown) => {
        failures.push(String(thrown));
      });
    }
  }
  console.log(`${calm.methods.length} calls`);
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
