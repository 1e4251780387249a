import { mkdir } from "node:fs/promises";
import { openEngine } from "../../src/engine/duckdb/engine.ts";
import { field, long, string, struct } from "../../src/schema/type.ts";
import { localStore } from "../../src/storage/local.ts";
import { tableAt } from "../../src/table/table.ts";
import { writeTable } from "../../src/table/write.ts";
import { rowsOf, writeOf } from "./harness.ts";

// A process of concurrent.test.ts: appends `count` commits of one row each, ids from `start` on.
const [path = "", staging = "", start = "0", count = "0"] = process.argv.slice(2);
await mkdir(staging, { recursive: true });
const schema = struct([field("id", long), field("writer", string)]);
const engine = openEngine({ threads: 1 });
const table = await tableAt({ store: localStore(), path }, { engine, staging });
for (let index = 0; index < Number(count); index++) {
  const rows = [[BigInt(start) + BigInt(index), String(process.pid)]];
  await writeTable(table, writeOf(rowsOf(schema, rows)));
}
await engine[Symbol.asyncDispose]();
