import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const folder = process.argv[2];
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();
await connection.run(
  `COPY (SELECT 1::BIGINT AS id, 'Ada' AS name) TO '${folder}/bare.parquet' (FORMAT parquet)`,
);
const file = openSync(`${folder}/bare.json`, "w");
writeSync(file, "{}\n");
fsyncSync(file);
closeSync(file);
console.log(JSON.stringify({ at: performance.now() }));
