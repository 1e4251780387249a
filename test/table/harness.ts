import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newColumn } from "../../src/analysis/expression.ts";
import type { TypedRelation } from "../../src/analysis/typed.ts";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import type { Engine, QueryContext } from "../../src/engine/engine.ts";
import type { Snapshot } from "../../src/log/snapshot.ts";
import type { StructType } from "../../src/schema/type.ts";
import type { Value } from "../../src/schema/value.ts";
import { localStore } from "../../src/storage/local.ts";
import type { Location, Store } from "../../src/storage/store.ts";
import { scanTable } from "../../src/table/scan.ts";
import type { DeltaTable, TableContext } from "../../src/table/table.ts";
import type { WriteRequest } from "../../src/table/write.ts";
import { sharedPath } from "../shared.ts";

/** An engine, a local store and a folder of a test's own. */
export interface Harness extends AsyncDisposable {
  readonly engine: Engine;
  readonly store: Store;
  readonly folder: string;
  readonly context: TableContext;
  location(name: string): Location;
}

const queryContext: QueryContext = { timeZone: "UTC", timestampMs: 0, seed: 1 };

export async function openHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-table-"));
  await mkdir(join(folder, "staging"));
  const engine = openEngine({});
  const store = localStore();
  return {
    engine,
    store,
    folder,
    context: { engine, staging: join(folder, "staging") },
    location: (name) => ({ store, path: join(folder, name) }),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Rows as a relation. */
export function rowsOf(schema: StructType, rows: readonly (readonly Value[])[]): TypedRelation {
  const output = schema.fields.map((one) => newColumn(one.name, one.type));
  return { kind: "input", input: { kind: "rows", schema, rows }, output };
}

export function writeOf(
  relation: TypedRelation,
  request: Partial<WriteRequest> = {},
): WriteRequest {
  return {
    relation,
    context: queryContext,
    mode: "append",
    match: "name",
    options: {},
    ...request,
  };
}

/** All rows of a snapshot, as arrays of values in column order. */
export async function readRows(table: DeltaTable, snapshot: Snapshot): Promise<Value[][]> {
  const columns = snapshot.schema.fields;
  const input = await scanTable(table, snapshot, { columns, conditions: [], timeZone: "UTC" });
  const output = columns.map((one) => newColumn(one.name, one.type));
  await using result = await table.context.engine.query(
    { kind: "input", input, output },
    queryContext,
  );
  const rows: Value[][] = [];
  for (let chunk = await result.next(); chunk !== undefined; chunk = await result.next()) {
    for (let row = 0; row < chunk.rows; row++) {
      rows.push(chunk.columns.map((column) => column[row] as Value));
    }
  }
  return rows;
}

/** Tables written by Spark with what must be read from them: all of them, or the few kept here. */
export const sparkTables: string =
  sharedPath("ref/tables") ?? fileURLToPath(new URL("../golden/table", import.meta.url));
