# The same files by Spark's own file source.
import json
import sys

from pyspark.sql import SparkSession

landing, folder = sys.argv[1:]
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
query = (
    spark.readStream.schema("id LONG, device STRING, temp DOUBLE")
    .option("recursiveFileLookup", "true").option("maxFilesPerTrigger", "1000").json(landing)
    .writeStream.format("parquet").option("path", f"{folder}/sink")
    .option("checkpointLocation", f"{folder}/checkpoint").trigger(availableNow=True).start()
)
query.awaitTermination()
print(json.dumps({"rows": spark.read.parquet(f"{folder}/sink").count()}))
