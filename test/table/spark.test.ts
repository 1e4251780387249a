import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asNullable } from "../../src/schema/compare.ts";
import { field, struct } from "../../src/schema/type.ts";
import { tableHistory } from "../../src/table/history.ts";
import { openTable, snapshotOf } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { type Harness, openHarness, readRows, rowsOf, sparkTables, writeOf } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Tables of Spark's that a row of nulls can be added to here, and those whose features forbid. */
const present = new Set(readdirSync(sparkTables));
const appendable = [
  "all_primitives",
  "multipart_ckpt",
  "ckpt_struct_stats",
  "nested_types",
  "optimize",
  "partition_types",
  "restore",
  "schema_evolution",
  "timestamp_ntz",
  "vacuumed",
  "append_only",
  "ict",
  "dv",
  "dv_partitioned",
];
const refused: Record<string, RegExp> = {
  constraints: /checkConstraints/,
  row_tracking: /rowTracking/,
  identity: /identityColumns/,
  defaults: /allowColumnDefaults/,
  cm_name: /columnMapping/,
  v2ckpt_json: /v2Checkpoint/,
  invariants_legacy: /invariants/,
};

async function copyOf(name: string) {
  const target = join(harness.folder, name);
  cpSync(join(sparkTables, name, "table"), target, { recursive: true, preserveTimestamps: true });
  return openTable({ store: harness.store, path: target }, harness.context);
}

describe("Spark's tables", () => {
  test.each(appendable.filter((name) => present.has(name)))("%s is written on", async (name) => {
    const table = await copyOf(name);
    const before = await snapshotOf(table);
    const count = (await readRows(table, before)).length;
    const columns = before.schema.fields.filter((one) => one.nullable);
    const schema = asNullable(struct(columns.map((one) => field(one.name, one.type))));
    const rows = rowsOf(schema, [columns.map(() => null)]);
    const { snapshot } = await writeTable(table, writeOf(rows));
    expect(snapshot.version).toBe(before.version + 1);
    expect((await readRows(table, snapshot)).length).toBe(count + 1);
  });

  test.each(Object.entries(refused).filter(([name]) => present.has(name)))(
    "%s is refused by the name of its feature",
    async (name, feature) => {
      const table = await copyOf(name);
      const schema = struct([field("id", { type: "long" })]);
      const attempt = snapshotOf(table).then(() =>
        writeTable(table, writeOf(rowsOf(schema, [[1n]]))),
      );
      await expect(attempt).rejects.toThrow(feature);
    },
  );

  test.each(readdirSync(sparkTables))("the history of %s", async (name) => {
    const table = await openTable(
      { store: harness.store, path: join(sparkTables, name, "table") },
      harness.context,
    ).catch(() => undefined);
    if (table === undefined) return; // refused by name: other tests say which
    const { history } = JSON.parse(readFileSync(join(sparkTables, name, "expected.json"), "utf8"));
    const byVersion = new Map(
      (await tableHistory(table)).map((row) => [Number(row["version"]), row]),
    );
    for (const entry of history) {
      const row = byVersion.get(entry.version);
      if (row === undefined) continue; // removed by log cleanup
      expect(row["operation"]).toBe(entry.operation);
      expect(Object.fromEntries(row["operationParameters"] as Map<string, string>)).toEqual(
        entry.operationParameters,
      );
      expect(Object.fromEntries(row["operationMetrics"] as Map<string, string>)).toMatchObject(
        entry.operationMetrics,
      );
      expect(row["isBlindAppend"]).toBe(entry.isBlindAppend);
      expect(row["readVersion"]).toBe(
        entry.readVersion === null ? null : BigInt(entry.readVersion),
      );
    }
  });
});
