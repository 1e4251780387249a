// The main job: landing files -> bronze -> silver -> gold, on real flights.
// Run by `npm start`, or: npx millrace run examples/flights/main.ts
import { rm } from "node:fs/promises";
import { DeltaTable, isError, SparkSession, type StreamingQueryProgress } from "millrace";
import { drop, flightsByDay, withAircraft, withMishaps } from "./landing.ts";
import { bronze, gold, silver, tables } from "./pipeline.ts";

const layers = { bronze, silver, gold };

const home = "demo";
const places = { landing: `${home}/landing`, checkpoints: `${home}/checkpoints` };
const say = (line = ""): void => console.log(line);

/** Tells of each batch as it is done. */
function tell(batch: StreamingQueryProgress): void {
  const rate = Math.round(batch.processedRowsPerSecond ?? 0).toLocaleString("en");
  const rows = batch.numInputRows.toLocaleString("en").padStart(7);
  const from = batch.sources[0]?.description.split("[")[0];
  const name = batch.name?.padEnd(6);
  say(`  ${name} batch ${batch.batchId}: ${rows} rows from ${from}, ${rate} rows/s`);
}

/** Runs a query to its end, and tells which version of its table it committed last. */
async function follow(layer: keyof typeof tables): Promise<void> {
  const query = await layers[layer](spark, places);
  await query.awaitTermination();
  const [last] = await DeltaTable.forName(spark, tables[layer]).history(1).collect();
  say(`  ${layer.padEnd(6)} is ${tables[layer]} at version ${last?.["version"]}`);
}

const seen = new Set<unknown>();

/** Tells which files have come into bronze since it was asked last. */
async function tellFiles(): Promise<void> {
  const files = await spark
    .table(tables.bronze)
    .select("file")
    .distinct()
    .orderBy("file")
    .collect();
  const fresh = files.map((row) => row["file"]).filter((file) => !seen.has(file));
  for (const file of fresh) seen.add(file);
  const [first, last] = [fresh[0], fresh.at(-1)];
  say(`  bronze found ${fresh.length} files: ${first} to ${last}`);
}

async function pipeline(): Promise<void> {
  await follow("bronze");
  await tellFiles();
  await follow("silver");
  await follow("gold");
}

await rm(home, { recursive: true, force: true });
await using spark = await SparkSession.builder()
  .config("spark.sql.warehouse.dir", `${home}/warehouse`)
  .getOrCreate();

spark.streams.addListener({ onQueryProgress: ({ progress }) => tell(progress) });

const days = await flightsByDay(spark, 16);
for (const [day, lines] of days.slice(0, 14).entries()) {
  await drop(places.landing, `flights-${String(day + 1).padStart(2, "0")}.json`, lines);
}
say(`14 files of flights lie in ${places.landing}`);
await pipeline();

say("\nTwo more files: one with a new field, one with cut lines and values of the wrong type");
await drop(places.landing, "flights-15.json", withAircraft(days[14] ?? []));
await drop(places.landing, "flights-16.json", withMishaps(days[15] ?? []));
try {
  await pipeline();
} catch (thrown) {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (!isError(cause, "UNKNOWN_FIELD_EXCEPTION")) throw thrown;
  say(`  bronze stopped, as Auto Loader does, and has learned the field:\n    ${cause.message}`);
  say("  started again:");
  await pipeline();
}

say("\nWhat could not be read was kept:");
await (
  await spark.sql(`
  SELECT count_if(_corrupt_record IS NOT NULL) AS bad_lines,
         count_if(_rescued_data IS NOT NULL)   AS rescued_values,
         count(aircraft)                       AS with_aircraft
  FROM ${tables.bronze}`)
).show();
const rescued = spark.table(tables.bronze).filter("_rescued_data IS NOT NULL");
await rescued.select("date", "delay", "origin", "_rescued_data").show(2, { truncate: false });

say("Gold, the worst hours:");
await spark.table(tables.gold).orderBy(spark.table(tables.gold).col("delay").desc()).show(10);

for (const name of Object.values(tables)) {
  say(`History of ${name}:`);
  const history = DeltaTable.forName(spark, name).history();
  await history
    .selectExpr("version", "timestamp", "operation", "operationMetrics['numOutputRows'] AS rows")
    .show();
}

const first = spark.read.option("versionAsOf", 1).table(tables.bronze);
const now = spark.table(tables.bronze);
say(
  `Time travel: bronze had ${await first.count()} rows at version 1 and has ${await now.count()} now`,
);

say(`
Look into it:
  npx millrace sql "SELECT * FROM delay_by_hour ORDER BY delay DESC LIMIT 5" --warehouse ${home}/warehouse
  npx millrace history flights_bronze --warehouse ${home}/warehouse
  npx millrace checkpoint inspect ${places.checkpoints}/silver`);
