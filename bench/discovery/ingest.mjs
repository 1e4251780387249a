// Small JSON files into a Delta table by cloudFiles, or counted by the engine's own reader.
const [how, landing, folder] = process.argv.slice(2);
if (how === "ours") {
  const { SparkSession } = await import("../../dist/index.js");
  const spark = await SparkSession.builder()
    .config("spark.sql.warehouse.dir", `${folder}/warehouse`)
    .create();
  const query = await spark.readStream
    .format("cloudFiles")
    .option("cloudFiles.format", "json")
    .schema("id LONG, device STRING, temp DOUBLE")
    .load(landing)
    .writeStream.option("checkpointLocation", `${folder}/checkpoint`)
    .trigger({ availableNow: true })
    .toTable("bronze");
  await query.awaitTermination();
  console.log(JSON.stringify({ rows: Number(await spark.table("bronze").count()) }));
  await spark.stop();
} else {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create()).connect();
  const columns = "{id: 'BIGINT', device: 'VARCHAR', temp: 'DOUBLE'}";
  await connection.run(
    `COPY (SELECT * FROM read_json('${landing}/*/*.json', columns = ${columns})) TO '${folder}/bare.parquet'`,
  );
  const result = await connection.runAndReadAll(`SELECT count(*) FROM '${folder}/bare.parquet'`);
  console.log(JSON.stringify({ rows: Number(result.getRows()[0][0]) }));
}
