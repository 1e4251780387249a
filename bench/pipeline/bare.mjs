// The work of the pipeline by hand: JSON -> Parquet -> filter, cast, first row of an id -> Parquet
// -> 5-minute windows. No log, no stream, nothing survives a crash.
import { mkdirSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const [raw, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
const columns = {
  id: "VARCHAR",
  device: "VARCHAR",
  site: "VARCHAR",
  kind: "VARCHAR",
  ts: "TIMESTAMPTZ",
  temp: "VARCHAR",
  hum: "INTEGER",
  bat: "DOUBLE",
};
const types = Object.entries(columns).map(([name, type]) => `${name}: '${type}'`);
const steps = {
  bronze: `SELECT * FROM read_json('${raw}/*.json', format = 'newline_delimited', columns = {${types}})`,
  silver: `SELECT DISTINCT ON (id) * FROM (
    SELECT * REPLACE (try_cast(temp AS DOUBLE) AS temp) FROM '${out}/bronze.parquet')
    WHERE temp IS NOT NULL AND kind <> 'boot'`,
  gold: `SELECT time_bucket(INTERVAL 5 MINUTE, ts) AS start, site, kind, count(*) AS n,
    avg(temp) AS avg_temp FROM '${out}/silver.parquet' GROUP BY ALL`,
};
const parts = {};
for (const [name, select] of Object.entries(steps)) {
  const began = [process.cpuUsage(), performance.now()];
  const target = `'${out}/${name}.parquet' (FORMAT parquet)`;
  const answer = await connection.runAndReadAll(`COPY (${select}) TO ${target}`);
  const cpu = process.cpuUsage(began[0]);
  parts[name] = {
    rows: Number(answer.getRows()[0][0]),
    cpu: (cpu.user + cpu.system) / 1e6,
    wall: (performance.now() - began[1]) / 1000,
  };
}
console.log(JSON.stringify(parts));
