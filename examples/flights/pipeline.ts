import { join } from "node:path";
import { functions as F, type SparkSession, type StreamingQuery } from "millrace";

/** Where the pipeline keeps what it makes. */
export interface Places {
  readonly landing: string;
  readonly checkpoints: string;
}

export const tables = {
  bronze: "main.default.flights_bronze",
  silver: "main.default.flights_silver",
  gold: "main.default.delay_by_hour",
} as const;

/** Bronze: every line of every new file, once; fields that are new widen the table. */
export function bronze(spark: SparkSession, places: Places): Promise<StreamingQuery> {
  return spark.readStream
    .format("cloudFiles")
    .option("cloudFiles.format", "json")
    .option("cloudFiles.schemaLocation", join(places.checkpoints, "bronze"))
    .option("cloudFiles.schemaHints", "delay INT, distance INT, _corrupt_record STRING")
    .option("cloudFiles.maxFilesPerTrigger", 5)
    .load(places.landing)
    .select("*", F.col("_metadata.file_name").as("file"))
    .writeStream.queryName("bronze")
    .option("checkpointLocation", join(places.checkpoints, "bronze"))
    .option("mergeSchema", true)
    .trigger({ availableNow: true })
    .toTable(tables.bronze);
}

/** Silver: typed, without what cannot be used, each flight once. */
export function silver(spark: SparkSession, places: Places): Promise<StreamingQuery> {
  return spark.readStream
    .table(tables.bronze)
    .select(F.to_timestamp("date").as("date"), "delay", "distance", "origin", "destination")
    .filter("date IS NOT NULL AND delay IS NOT NULL")
    .withWatermark("date", "2 days")
    .dropDuplicatesWithinWatermark(["date", "delay", "distance", "origin", "destination"])
    .writeStream.queryName("silver")
    .option("checkpointLocation", join(places.checkpoints, "silver"))
    .trigger({ availableNow: true })
    .toTable(tables.silver);
}

/** Gold: the delay by hour of the day and origin, made anew with each batch. */
export function gold(spark: SparkSession, places: Places): Promise<StreamingQuery> {
  return spark.readStream
    .table(tables.silver)
    .groupBy(F.hour("date").as("hour"), "origin")
    .agg(F.count("*").as("flights"), F.round(F.avg("delay"), 1).as("delay"))
    .writeStream.queryName("gold")
    .outputMode("complete")
    .option("checkpointLocation", join(places.checkpoints, "gold"))
    .trigger({ availableNow: true })
    .toTable(tables.gold);
}
