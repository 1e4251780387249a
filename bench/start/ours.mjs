import { SparkSession } from "../../dist/index.js";

const spark = await SparkSession.builder()
  .config("spark.sql.warehouse.dir", process.argv[2])
  .create();
await spark.createDataFrame([{ id: 1n, name: "Ada" }]).write.saveAsTable("first");
console.log(JSON.stringify({ at: performance.now() }));
await spark.stop();
