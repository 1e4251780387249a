import { deepStrictEqual } from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { openHarness, readRows } from "./harness.ts";

/** Processes that append to one table at a time, each so many commits of one row. */
export interface Contest {
  readonly processes: number;
  readonly commits: number;
}

/** Runs them; throws unless none failed, every row is there once, and no version is missing. */
export async function contest({ processes, commits }: Contest): Promise<void> {
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
  const said = (await Promise.all(runs)).map(({ stderr }) => stderr);
  deepStrictEqual(said.join(""), "");

  const table = await openTable(location, harness.context);
  const snapshot = await snapshotOf(table);
  const versions = Array.from({ length: processes * commits }, (_, index) => index);
  deepStrictEqual(snapshot.version, versions.length - 1);
  const ids = (await readRows(table, snapshot)).map(([id]) => Number(id));
  const expected = versions.map((index) => Math.floor(index / commits) * 1000 + (index % commits));
  deepStrictEqual(
    ids.sort((a, b) => a - b),
    expected,
  );
  const history = await table.log.history();
  deepStrictEqual(
    history.map((commit) => commit.version),
    versions,
  );
}
