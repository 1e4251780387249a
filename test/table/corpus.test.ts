import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isError } from "../../src/error/error.ts";
import type { Row } from "../../src/schema/value.ts";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { type Canonical, rowTexts, sorted } from "../interop/canonical.ts";
import { sharedPath, sharedReason } from "../shared.ts";
import { type Harness, openHarness, readRows, sparkTables } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Undefined: refused by the name of a feature that is not built. */
async function rowsOf(path: string, version?: number): Promise<Row[] | undefined> {
  try {
    const table = await openTable({ store: harness.store, path }, harness.context);
    const travel = version === undefined ? undefined : ({ kind: "version", version } as const);
    const snapshot = await snapshotOf(table, travel);
    const names = snapshot.schema.fields.map((field) => field.name);
    const rows = await readRows(table, snapshot);
    return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])) as Row);
  } catch (thrown) {
    if (isError(thrown) && thrown.kind === "unsupported") return undefined;
    throw thrown;
  }
}

/** The references have years before 1000 without their leading zeros. */
function fullYear(_key: string, value: unknown): unknown {
  const short = typeof value === "string" && /^(\d{1,3})(-\d\d-\d\dT.*)$/.exec(value);
  return short ? `${short[1]!.padStart(4, "0")}${short[2]}` : value;
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
    const rows = await rowsOf(join(corpus ?? "", "tables", one.path));
    if (rows !== undefined) expect(rows.length).toBe(one.expect.rows);
  });
});

describe("rows of tables written by Spark", () => {
  // shallow_clone names files by a path of the machine it was made on.
  const others = ["shallow_clone"];
  const names = readdirSync(sparkTables);
  test.each(names.filter((name) => !others.includes(name)))("%s", async (name) => {
    const folder = join(sparkTables, name);
    const { versions } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"), fullYear);
    for (const [version, state] of Object.entries<{ rows?: Canonical[] }>(versions)) {
      if (state.rows === undefined) continue;
      const rows = await rowsOf(join(folder, "table"), Number(version));
      if (rows !== undefined)
        expect([version, rowTexts(rows)]).toEqual([version, sorted(state.rows)]);
    }
  });
});

if (corpus === undefined) test.skip(sharedReason("corpus/delta"), () => {});
