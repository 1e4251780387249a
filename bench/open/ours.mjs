// The files that a condition leaves of a table: node ours.mjs TABLE [CONDITION]
import { tmpdir } from "node:os";
import { analyze } from "../../dist/analysis/analyze.js";
import { defaultConf } from "../../dist/analysis/conf.js";
import { scanRequests } from "../../dist/analysis/conjunct.js";
import { openEngine } from "../../dist/engine/duckdb/engine.js";
import { parseQuery } from "../../dist/sql/parse.js";
import { localStore } from "../../dist/storage/local.js";
import { scanTable } from "../../dist/table/scan.js";
import { openTable, snapshotOf } from "../../dist/table/table.js";

const [path, where] = process.argv.slice(2);
const before = process.cpuUsage();
const engine = openEngine({});
const table = await openTable({ store: localStore(), path }, { engine, staging: tmpdir() });
const snapshot = await snapshotOf(table);
const { schema } = snapshot;
const dataset = { name: table.name, schema, hidden: [], streaming: false };
const plan = analyze(parseQuery(`SELECT * FROM t ${where ? `WHERE ${where}` : ""}`), {
  conf: defaultConf,
  datasets: () => dataset,
});
const [needs] = scanRequests(plan).values();
const input = await scanTable(table, snapshot, { ...needs, timeZone: "UTC" });
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ files: input.files.length, cpu: (user + system) / 1e6 }));
await engine[Symbol.asyncDispose]();
