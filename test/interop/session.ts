import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeltaTable, type Row, SparkSession } from "../../src/index.ts";

/** A session over a folder of its own; both go when it is disposed. */
export interface Place extends AsyncDisposable {
  readonly spark: SparkSession;
  readonly folder: string;
  path(...names: readonly string[]): string;
  read(path: string, options?: Readonly<Record<string, string>>): Promise<readonly Row[]>;
  history(path: string): Promise<readonly Row[]>;
}

export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-interop-"));
  const spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", join(folder, "warehouse"))
    .config("spark.sql.session.timeZone", "UTC")
    .create();
  return {
    spark,
    folder,
    path: (...names) => join(folder, ...names),
    read: (path, options = {}) => spark.read.format("delta").options(options).load(path).collect(),
    history: (path) => DeltaTable.forPath(spark, path).history().collect(),
    async [Symbol.asyncDispose]() {
      await spark.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
