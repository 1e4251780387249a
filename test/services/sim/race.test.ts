import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { race } from "./race.ts";

const seed = Number(process.env["MILLRACE_SEED"] ?? 20261126);

test("local", async () => {
  const folder = await mkdtemp(join(tmpdir(), "millrace-race-"));
  const conf = { "millrace.engine.threads": "1" };
  const r = await race({ folder, conf, calm: conf, writers: 4, commits: 40, seed });
  console.log(r.attempts.length);
  await rm(folder, { recursive: true });
});
