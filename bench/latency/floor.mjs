import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { link, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";

const folder = mkdtempSync(join(tmpdir(), "millrace-floor-"));
for (const name of ["offsets", "commits", "table", "table/_delta_log", "src"])
  mkdirSync(join(folder, name));
const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();

async function syncFolder(path) {
  const handle = await open(path, "r");
  await handle.sync();
  await handle.close();
}

/** A whole file under a new name, or nothing. */
async function durable(parent, name, text) {
  const aside = join(parent, `.${name}.tmp`);
  const handle = await open(aside, "wx");
  await handle.write(text);
  await handle.sync();
  await handle.close();
  await link(aside, join(parent, name));
  await unlink(aside);
  await syncFolder(parent);
}

async function batch(id) {
  await durable(join(folder, "offsets"), `${id}`, `v1\n{"batchWatermarkMs":0}\n{"index":${id}}`);
  const part = join(folder, "table", `part-${id}.parquet`);
  const source = join(folder, "src", `${id}.parquet`);
  await connection.runAndReadAll(
    `COPY (SELECT * FROM read_parquet('${source}')) TO '${part}' (FORMAT parquet, RETURN_STATS)`,
  );
  const handle = await open(part, "r+");
  await handle.sync();
  await handle.close();
  await syncFolder(join(folder, "table"));
  await durable(
    join(folder, "table/_delta_log"),
    `${id}.json`,
    `{"add":{"path":"part-${id}.parquet"}}\n`,
  );
  await durable(join(folder, "commits"), `${id}`, `v1\n{"nextBatchWatermarkMs":0}`);
}

console.log("ready");
let id = 0;
for await (const _ of createInterface({ input: process.stdin })) {
  await connection.run(
    `COPY (SELECT ${id}::BIGINT AS id, 'b' AS v) TO '${join(folder, "src", `${id}.parquet`)}' (FORMAT parquet)`,
  );
  const began = performance.now();
  await batch(id++);
  console.log(performance.now() - began);
}
rmSync(folder, { recursive: true });
