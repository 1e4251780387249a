"""Kafka to Delta in Spark: spark.py JARS SERVERS TOPIC FOLDER [SECONDS]"""
import glob
import json
import os
import sys
import time

from pyspark.sql import SparkSession

jars, servers, topic, folder = sys.argv[1:5]
seconds = float(sys.argv[5]) if len(sys.argv) > 5 else None
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.jars", ",".join(sorted(glob.glob(jars + "/*.jar"))))
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.driver.memory", "2g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.streaming.numRecentProgressUpdates", "10000")
    .config("spark.ui.showConsoleProgress", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
process = spark._jvm.java.lang.ProcessHandle.current().pid()


def cpu():
    """Seconds of the JVM."""
    with open(f"/proc/{process}/stat") as stat:
        fields = stat.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


before = cpu()
began = time.time()
writer = (
    spark.readStream.format("kafka")
    .option("kafka.bootstrap.servers", servers)
    .option("subscribe", topic)
    .option("startingOffsets", "earliest" if seconds is None else "latest")
    .load()
    .writeStream.format("delta")
    .option("checkpointLocation", folder + "/checkpoint")
)
if seconds is None:
    query = writer.trigger(availableNow=True).start(folder + "/table")
    query.awaitTermination()
else:
    query = writer.start(folder + "/table")
    while not query.recentProgress:
        time.sleep(0.1)
    time.sleep(seconds)
    until = time.time() + 60
    while time.time() < until and sum(one.numInputRows > 0 for one in query.recentProgress) < 5:
        time.sleep(0.1)
    query.stop()
progress = [json.loads(one.json) for one in query.recentProgress]
answer = {
    "rows": sum(one["numInputRows"] for one in progress),
    "seconds": time.time() - began,
    "cpu": cpu(),
    "cpuOfQuery": cpu() - before,
    "times": [
        {
            "timestamp": one["timestamp"],
            "rows": one["numInputRows"],
            "ms": one["durationMs"]["triggerExecution"],
        }
        for one in progress
    ],
}
print(json.dumps(answer), flush=True)
os._exit(0)
