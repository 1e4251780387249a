import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { openHarness, readRows } from "./harness.ts";

const soak = process.env["MILLRACE_SOAK"] === "1";
const processes = soak ? 8 : 4;
const commits = soak ? 50 : 6;

test(`${processes} processes append ${commits} times each: every row once, no error`, {
  timeout: soak ? 300_000 : 60_000,
}, async () => {
  await using harness = await openHarness();
  const location = harness.location("shared");
  const script = fileURLToPath(new URL("./appender.ts", import.meta.url));
  const run = promisify(execFile);
  const runs = Array.from({ length: processes }, (_, index) => {
    const staging = `${harness.folder}/staging-${index}`;
    const start = String(index * 1000);
    const args = ["--import", "tsx", script, location.path, staging, start, String(commits)];
    return run(process.execPath, args);
  });
  await Promise.all(runs);

  const table = await openTable(location, harness.context);
  const snapshot = await snapshotOf(table);
  expect(snapshot.version).toBe(processes * commits - 1);
  const ids = (await readRows(table, snapshot)).map(([id]) => Number(id));
  const expected = Array.from({ length: processes * commits }, (_, index) => {
    return Math.floor(index / commits) * 1000 + (index % commits);
  });
  expect(ids.sort((a, b) => a - b)).toEqual(expected);
  const history = await table.log.history();
  const writes = history.map((commit) => commit.version);
  expect(writes).toEqual(expected.map((_, index) => index));
});
