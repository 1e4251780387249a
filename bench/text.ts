/**
 * Reads JSON lines into snappy Parquet, here and by DuckDB's own reader, and prints CPU seconds.
 * usage: node --import tsx bench/text.ts <folder of .json files> <ours|duckdb> <typed|strings>
 */
import { readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { registerTextScan } from "../src/engine/duckdb/text/scan.ts";
import type { TextInput } from "../src/plan/input.ts";
import { double, field, integer, string, struct, timestamp } from "../src/schema/type.ts";

const [folder, reader, shape] = process.argv.slice(2) as [string, string, string];
const names = ["id", "device", "site", "kind", "ts", "temp", "hum", "bat"];
const typed = { ts: timestamp, hum: integer, bat: double } as const;
const fields = names.map((name) =>
  field(name, shape === "typed" ? (typed[name as keyof typeof typed] ?? string) : string),
);
if (shape !== "typed") fields.push(field("_rescued_data", string));
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort()
  .map((name) => {
    const path = join(folder, name);
    const { size, mtimeMs } = statSync(path);
    return { path, uri: `file://${path}`, size, modificationTime: mtimeMs, partition: {} };
  });
const input: TextInput = {
  kind: "text",
  format: "json",
  schema: struct(fields),
  files,
  options: shape === "typed" ? {} : { rescueddatacolumn: "_rescued_data" },
};
const instance = await DuckDBInstance.create(":memory:", {
  threads: process.env["THREADS"] ?? "2",
});
const connection = await instance.connect();
const start = process.cpuUsage();
const begun = performance.now();
const target = join(tmpdir(), `bench-text-${process.pid}.parquet`);
let from: string;
if (reader === "ours") {
  const scan = await registerTextScan(connection, input, { timeZone: "UTC" });
  from = scan.sql;
} else {
  const types = names.map((name) => {
    const type = typed[name as keyof typeof typed];
    const sql = { timestamp: "TIMESTAMPTZ", integer: "INTEGER", double: "DOUBLE" } as const;
    const column = shape === "typed" && type ? sql[type.type as keyof typeof sql] : "VARCHAR";
    return `${name}: '${column}'`;
  });
  from = `read_json('${folder}/*.json', format = 'newline_delimited', columns = {${types.join(", ")}})`;
}
const columns = reader === "ours" ? "* EXCLUDE (ordinal)" : "*";
await connection.run(`COPY (SELECT ${columns} FROM ${from}) TO '${target}' (FORMAT parquet)`);
const cpu = process.cpuUsage(start);
const counted = await connection.runAndReadAll(
  `SELECT count(*), count(COLUMNS(*)) FROM '${target}'`,
);
const rss = process.resourceUsage().maxRSS / 1024;
const seconds = (cpu.user + cpu.system) / 1e6;
process.stdout.write(
  `${reader} ${shape}: ${seconds.toFixed(2)} CPU s (${(cpu.system / 1e6).toFixed(2)} of it in the system), ${((performance.now() - begun) / 1000).toFixed(2)} s, ` +
    `${rss.toFixed(0)} MB, ${counted.getRows()[0]!.join(" ")}\n`,
);
