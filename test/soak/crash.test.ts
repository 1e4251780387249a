import { expect, test } from "vitest";
import { calmRun, crashAndCompare } from "../sim/crash.ts";

/** A part of the calls, as `2/5`, so that machines can share them. */
const [shard = 1, shards = 1] = (process.env["MILLRACE_SHARD"] ?? "1/1").split("/").map(Number);

test(`a crash at every call, before it and after it, changes nothing (${shard}/${shards})`, {
  timeout: 6 * 3_600_000,
}, async () => {
  const calm = await calmRun();
  const failures: string[] = [];
  for (let at = shard; at <= calm.calls; at += shards) {
    for (const takesEffect of [false, true]) {
      await crashAndCompare({ at, takesEffect }, calm).catch((thrown: unknown) => {
        failures.push(String(thrown));
      });
    }
  }
  console.log(`${calm.calls} calls`);
  expect(failures).toEqual([]);
});
