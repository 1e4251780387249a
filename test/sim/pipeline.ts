import { utimes } from "node:fs/promises";
import { functions, isError, type SparkSession } from "../../src/index.ts";
import type { DataFrame } from "../../src/session/dataframe.ts";
import type { DataStreamWriter } from "../../src/session/stream-writer.ts";
import { join, type Location } from "../../src/storage/store.ts";

const { col, count, max, sum, window } = functions;

/** What the pipeline makes, in the order it makes it: bronze to silver to gold. */
export const tables = ["bronze", "silver", "totals", "windows"] as const;
export type TableName = (typeof tables)[number];

/** Small, so that logs get checkpoints and state goes on over batches. */
const checkpointInterval = 2;

/** What lands, and when: a round comes when all of the one before is processed. */
export interface Scenario {
  /** The rows of each file of each round. */
  readonly rounds: readonly (readonly (readonly object[])[])[];
  readonly conf: Readonly<Record<string, string>>;
}

/**
 * Devices and ids repeat in files, over files and over rounds; one row is late, one is no number,
 * and the second round has a column that no file before it had.
 */
export const brief: Scenario = {
  rounds: [
    [
      [
        { id: "a", device: "x", temp: "1.5", ts: "2026-01-01T10:00:00Z" },
        { id: "b", device: "y", temp: "2.25", ts: "2026-01-01T10:01:00Z" },
        { id: "a", device: "x", temp: "9", ts: "2026-01-01T10:00:30Z" },
      ],
      [
        { id: "c", device: "x", temp: "4", ts: "2026-01-01T10:25:00Z" },
        { id: "b", device: "y", temp: "9", ts: "2026-01-01T10:02:00Z" },
        { id: "d", device: "z", temp: "cold", ts: "2026-01-01T10:26:00Z" },
      ],
    ],
    [
      [
        { id: "e", device: "z", temp: "0.5", ts: "2026-01-01T10:50:00Z", unit: "C" },
        { id: "f", device: "y", temp: "-1", ts: "2026-01-01T09:00:00Z", unit: null },
      ],
    ],
  ],
  conf: {},
};

/**
 * Batches enough for what comes only now and then: the source log is compacted, state gets a
 * snapshot and forgets, old offsets and commits are purged.
 */
export const long: Scenario = {
  rounds: [12, 3].map((files, round) =>
    Array.from({ length: files }, (_, index) => {
      const at = round * 12 + index;
      const ts = new Date(Date.UTC(2026, 0, 1, 10, at * 4)).toISOString();
      return [0, 1].map((part) => ({
        id: `${at - part * 2}`,
        device: "xyz"[at % 3],
        temp: String(at),
        ts,
      }));
    }),
  ),
  conf: { "spark.sql.streaming.minBatchesToRetain": "2" },
};

/** Puts the files of a round where they are found. */
export async function land(folder: Location, { rounds }: Scenario, round: number): Promise<void> {
  for (const [index, rows] of rounds[round]!.entries()) {
    const { store, path } = join(folder, "landing", `${round}-${index}.json`);
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await store.putIfAbsent(path, Buffer.from(text));
    const seconds = 1_767_000_000 + round * 100 + index;
    // Elsewhere they are told apart by name: they land within a second.
    if (store.scheme === "file") await utimes(path, seconds, seconds);
  }
}

/**
 * Creates what is not there, and brings every table up to the files that have landed. `folder` is a
 * path or a URI, as users write it.
 */
export async function runPipeline(spark: SparkSession, folder: string): Promise<void> {
  for (const table of tables) await createTable(spark, table);
  for (const table of tables) await bring(spark, folder, table);
}

async function createTable(spark: SparkSession, table: TableName): Promise<void> {
  const columns: Readonly<Record<TableName, string>> = {
    bronze: "id STRING, device STRING, temp STRING, ts TIMESTAMP, _rescued_data STRING",
    silver: "id STRING, device STRING, temp DOUBLE, ts TIMESTAMP",
    totals: "device STRING, n BIGINT, total DOUBLE, latest TIMESTAMP",
    windows: "start TIMESTAMP, n BIGINT, total DOUBLE",
  };
  await spark.sql(
    `CREATE TABLE IF NOT EXISTS ${table} (${columns[table]}) USING delta ` +
      `TBLPROPERTIES ('delta.checkpointInterval' = '${checkpointInterval}')`,
  );
}

/** Errors after which the same query is to be started again: a schema has moved on. */
const restarts = ["UNKNOWN_FIELD_EXCEPTION", "DELTA_SCHEMA_CHANGED_WITH_VERSION"];

async function bring(spark: SparkSession, folder: string, table: TableName): Promise<void> {
  for (;;) {
    try {
      const query = await writerOf(spark, folder, table)
        .option("checkpointLocation", `${folder}/checkpoint/${table}`)
        .trigger({ availableNow: true })
        .toTable(table);
      await query.awaitTermination();
      return;
    } catch (thrown) {
      const cause = thrown instanceof Error ? thrown.cause : undefined;
      if (![thrown, cause].some((one) => isError(one) && restarts.includes(one.code))) throw thrown;
    }
  }
}

function writerOf(spark: SparkSession, folder: string, table: TableName): DataStreamWriter {
  switch (table) {
    case "bronze":
      return bronze(spark, folder).writeStream.option("mergeSchema", true);
    case "silver":
      return silver(spark).writeStream;
    case "totals":
      return totals(spark).writeStream.outputMode("complete");
    case "windows":
      return windows(spark).writeStream;
  }
}

function bronze(spark: SparkSession, folder: string): DataFrame {
  return spark.readStream
    .format("cloudFiles")
    .option("cloudFiles.format", "json")
    .option("cloudFiles.schemaLocation", `${folder}/schema`)
    .option("cloudFiles.schemaHints", "ts TIMESTAMP")
    .option("cloudFiles.maxFilesPerTrigger", 1)
    .option("cloudFiles.cleanSource", "MOVE")
    .option("cloudFiles.cleanSource.retentionDuration", "0 seconds")
    .option("cloudFiles.cleanSource.moveDestination", `${folder}/archive`)
    .option("cloudFiles.cleanSource.waitForCompletion", true)
    .load(`${folder}/landing`);
}

function silver(spark: SparkSession): DataFrame {
  return spark.readStream
    .option("maxFilesPerTrigger", 1)
    .table("bronze")
    .withWatermark("ts", "10 minutes")
    .dropDuplicatesWithinWatermark(["id"])
    .selectExpr("id", "device", "try_cast(temp AS DOUBLE) AS temp", "ts")
    .filter(col("temp").isNotNull());
}

function totals(spark: SparkSession): DataFrame {
  return spark.readStream
    .option("maxFilesPerTrigger", 1)
    .table("silver")
    .groupBy("device")
    .agg(count("*").as("n"), sum("temp").as("total"), max("ts").as("latest"));
}

function windows(spark: SparkSession): DataFrame {
  return spark.readStream
    .option("maxFilesPerTrigger", 1)
    .table("silver")
    .withWatermark("ts", "5 minutes")
    .groupBy(window("ts", "10 minutes"))
    .agg(count("*").as("n"), sum("temp").as("total"))
    .selectExpr("window.start AS start", "n", "total");
}
