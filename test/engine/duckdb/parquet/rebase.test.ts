import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadDuck } from "../../../../src/engine/duckdb/module.ts";
import { SparkSession } from "../../../../src/index.ts";

let folder: string;
let session: SparkSession;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-rebase-"));
  session = await SparkSession.builder().getOrCreate();
});
afterAll(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

test("instants in nanoseconds are none of Spark's, and no harm to other columns", async () => {
  const path = join(folder, "nanos.parquet");
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const time = "TIMESTAMP '2024-01-01 00:00:00'";
  await connection.run(
    `COPY (SELECT ${time}::TIMESTAMP_NS AS n, ${time}::TIMESTAMPTZ AS t) TO '${path}'`,
  );
  connection.closeSync();
  instance.closeSync();
  const read = (schema: string) => session.read.schema(schema).parquet(path).collect();
  expect(String((await read("t timestamp"))[0]?.t)).toMatch(/^2024-01-01/);
  const code = "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH";
  for (let times = 0; times < 2; times += 1) {
    await expect(read("n timestamp, t timestamp")).rejects.toMatchObject({ code });
  }
  expect(String((await read("t timestamp"))[0]?.t)).toMatch(/^2024-01-01/);
});
