// Text to SQL for the engine (parsed, analysed, pruned, compiled), against bare DuckDB planning the
// same text over tables of the same columns. Run: node --import tsx bench/plan.ts FOLDER [runs]
// FOLDER holds schema.txt (a CREATE TABLE a line) and the queries, *.sql.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { analyze } from "../dist/analysis/analyze.js";
import { defaultConf } from "../dist/analysis/conf.js";
import type { Dataset } from "../dist/analysis/dataset.js";
import { prune } from "../dist/analysis/prune.js";
import { rewriteAll } from "../dist/analysis/walk.js";
import { relation } from "../dist/engine/duckdb/compile/relation.js";
import { type Source, scopeOf } from "../dist/engine/duckdb/compile/scope.js";
import { registerJavascript } from "../dist/engine/duckdb/javascript/register.js";
import { loadDuck } from "../dist/engine/duckdb/module.js";
import type { Input } from "../dist/plan/input.js";
import { parseSchema } from "../dist/schema/ddl.js";
import { parseStatement } from "../dist/sql/parse.js";
import { median, report } from "./measure.ts";

const [folder = "", runs = "21"] = process.argv.slice(2);
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
registerJavascript(loadDuck(), connection);
const tables = new Map<string, Dataset>();
for (const line of readFileSync(join(folder, "schema.txt"), "utf8").trim().split("\n")) {
  const [, name = "", columns = ""] = /^CREATE TABLE (\w+) \((.*)\)$/.exec(line) ?? [];
  tables.set(name, { name, schema: parseSchema(columns), hidden: [], streaming: false });
  await connection.run(line.replaceAll("STRING", "VARCHAR"));
}

const context = { timeZone: "UTC", timestampMs: 0, seed: 0 };
function ours(text: string): string {
  const statement = parseStatement(text);
  if (statement.kind !== "query") throw new Error("it is no query");
  const typed = analyze(statement.relation, {
    conf: defaultConf,
    datasets: (read) => {
      const found = tables.get(read.table?.at(-1)?.toLowerCase() ?? "");
      if (!found) throw new Error(`there is no table ${read.table?.join(".")}`);
      return found;
    },
  });
  const sources = new Map<Input, Source>();
  const bound = rewriteAll(prune(typed), (one) => {
    if (one.kind !== "scan") return one;
    const { name } = one.dataset;
    const fields = one.output.map(({ name, type, nullable, metadata }) => ({
      name,
      type,
      nullable,
      metadata,
    }));
    const input: Input = { kind: "cached", name, schema: { type: "struct", fields } };
    const columns = fields.map((field) => `t."${field.name}"`);
    sources.set(input, { sql: `${name} AS t`, columns, ordinals: ["t.rowid"] });
    return { kind: "input", input, output: one.output };
  });
  return relation(bound, scopeOf(context, sources));
}

/** Milliseconds of the median run. */
async function timed(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < Number(runs); run++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}

const rows: { name: string; width: number; cold: number; mine: number; bare: number }[] = [];
const failed: string[] = [];
for (const file of readdirSync(folder).filter((name) => name.endsWith(".sql"))) {
  const text = readFileSync(join(folder, file), "utf8").replace(/;\s*$/, "");
  const name = file.replace(".sql", "");
  try {
    const began = performance.now();
    const compiled = ours(text);
    const cold = performance.now() - began;
    (await connection.prepare(compiled)).destroySync();
    // DuckDB knows no backticks; its days are not written `days`.
    const bareText = text.replaceAll("`", '"');
    const bare = await timed(async () => (await connection.prepare(bareText)).destroySync());
    rows.push({ name, width: compiled.length, cold, mine: await timed(() => ours(text)), bare });
  } catch (thrown) {
    failed.push(`${name}: ${String(thrown).split("\n")[0]?.slice(0, 150)}`);
  }
}
for (const line of failed) console.log(line);
const byRatio = rows.toSorted((a, b) => b.mine / b.bare - a.mine / a.bare);
for (const { name, mine, bare, cold } of byRatio.slice(0, 5)) {
  report(`${name} (the first time ${cold.toFixed(1)} ms), ms`, mine, bare, 2);
}
const widest = rows.toSorted((a, b) => b.width - a.width)[0]!;
report(`the widest, ${widest.name}, ms`, widest.mine, widest.bare, 2);
const sum = (of: "mine" | "bare"): number => rows.reduce((total, row) => total + row[of], 0);
report(`all ${rows.length} of them, ms`, sum("mine"), sum("bare"), 2);
