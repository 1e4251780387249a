// Bronze, silver and gold as streams, as Spark's program has them.
import { functions, SparkSession } from "../../dist/index.js";

const [raw, out, bronzeBy, threads = ""] = process.argv.slice(2);
const schema =
  "id string, device string, site string, kind string, ts timestamp, temp string, hum int, bat double";
const spark = await SparkSession.builder()
  .config("spark.sql.warehouse.dir", `${out}/warehouse`)
  .config("spark.sql.session.timeZone", "UTC")
  .config("millrace.engine.threads", threads)
  .create();

async function bronze() {
  const reader =
    bronzeBy === "given"
      ? spark.readStream.format("json").schema(schema).option("maxFilesPerTrigger", 10)
      : spark.readStream
          .format("cloudFiles")
          .option("cloudFiles.format", "json")
          .option("cloudFiles.schemaLocation", `${out}/checkpoint/bronze`)
          .option("cloudFiles.inferColumnTypes", true)
          .option("cloudFiles.schemaHints", "ts timestamp, temp string, hum int")
          .option("cloudFiles.maxFilesPerTrigger", 10);
  return write(reader.load(raw), "bronze");
}

async function silver() {
  const rows = spark.readStream
    .format("delta")
    .load(`${out}/bronze`)
    .withColumn("temp", functions.expr("try_cast(temp AS double)"))
    .filter("temp is not null and kind <> 'boot'")
    .withWatermark("ts", "10 minutes")
    .dropDuplicatesWithinWatermark(["id"]);
  return write(rows, "silver");
}

async function gold() {
  const windows = spark.readStream
    .format("delta")
    .load(`${out}/silver`)
    .withWatermark("ts", "10 minutes")
    .groupBy(functions.window("ts", "5 minutes"), "site", "kind")
    .agg(functions.count("*").alias("n"), functions.avg("temp").alias("avg_temp"));
  return write(windows, "gold", "complete");
}

async function write(rows, name, mode = "append") {
  const query = await rows.writeStream
    .format("delta")
    .outputMode(mode)
    .option("checkpointLocation", `${out}/checkpoint/${name}`)
    .trigger({ availableNow: true })
    .start(`${out}/${name}`);
  await query.awaitTermination();
  return query.recentProgress.map(({ numInputRows, durationMs }) => [numInputRows, durationMs]);
}

const parts = {};
for (const [name, step] of Object.entries({ bronze, silver, gold })) {
  const began = [process.cpuUsage(), performance.now()];
  const batches = await step();
  const cpu = process.cpuUsage(began[0]);
  parts[name] = {
    cpu: (cpu.user + cpu.system) / 1e6,
    wall: (performance.now() - began[1]) / 1000,
    batches,
  };
}
await spark.stop();
console.log(JSON.stringify(parts));
