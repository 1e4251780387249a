import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { sharedPath, sharedReason } from "../shared.ts";
import { type Harness, openHarness, readRows, sparkTables } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Undefined: refused by the name of a feature that is not built. */
async function countRows(path: string, version?: number): Promise<number | undefined> {
  try {
    const table = await openTable({ store: harness.store, path }, harness.context);
    const travel = version === undefined ? undefined : ({ kind: "version", version } as const);
    return (await readRows(table, await snapshotOf(table, travel))).length;
  } catch (thrown) {
    if (isError(thrown) && thrown.kind === "unsupported") return undefined;
    throw thrown;
  }
}

const corpus = sharedPath("corpus/delta");
const cases: { path: string; expect: { kind: string; rows: number } }[] =
  corpus === undefined
    ? []
    : readFileSync(join(corpus, "INDEX.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .filter((one) => one.expect.kind === "rows");

describe.skipIf(corpus === undefined)("rows of tables written by others", () => {
  test.each(cases)("$path", async (one) => {
    const rows = await countRows(join(corpus ?? "", "tables", one.path));
    if (rows !== undefined) expect(rows).toBe(one.expect.rows);
  });
});

describe("rows of tables written by Spark", () => {
  // shallow_clone names files by a path of the machine it was made on; codecs has a file of
  // Hadoop's framed LZ4, which the engine refuses by name.
  const others = ["shallow_clone", "codecs"];
  const names = readdirSync(sparkTables);
  test.each(names.filter((name) => !others.includes(name)))("%s", async (name) => {
    const folder = join(sparkTables, name);
    const { versions } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
    for (const [version, state] of Object.entries<{ rows?: unknown[] }>(versions)) {
      if (state.rows === undefined) continue;
      const rows = await countRows(join(folder, "table"), Number(version));
      if (rows !== undefined) expect([version, rows]).toEqual([version, state.rows.length]);
    }
  });
});

if (corpus === undefined) test.skip(sharedReason("corpus/delta"), () => {});
