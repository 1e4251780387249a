"""Writes into `table` beside it a Delta table whose files count days in the calendar of Java 7.

usage: python record.py <folder of Delta's jars>, with a Python that has pyspark 4.2.
"""
import glob
import os
import shutil
import sys

from pyspark.sql import SparkSession

table = os.path.join(os.path.dirname(os.path.abspath(__file__)), "table")
shutil.rmtree(table, ignore_errors=True)
parquet = "spark.sql.parquet."
configuration = {
    "spark.ui.enabled": "false",
    "spark.jars": ",".join(glob.glob(f"{sys.argv[1]}/delta*.jar")),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "America/Los_Angeles",
    f"{parquet}datetimeRebaseModeInWrite": "LEGACY",
    f"{parquet}int96RebaseModeInWrite": "LEGACY",
    f"{parquet}outputTimestampType": "TIMESTAMP_MICROS",
}
builder = SparkSession.builder.master("local[1]")
for key, value in configuration.items():
    builder = builder.config(key, value)
session = builder.getOrCreate()


def add(id, day, time):
    select = f"SELECT {id} AS id, d, ts, named_struct('d', d) AS s, array(d) AS a"
    frame = session.sql(f"{select} FROM VALUES (DATE'{day}', TIMESTAMP'{time}') AS v(d, ts)")
    writer = frame.coalesce(1).write.format("delta").mode("append")
    writer.option("delta.enableChangeDataFeed", "true").save(table)


add(1, "1001-01-01", "1001-01-01 01:02:03.123456")
add(2, "2020-02-03", "2020-02-03 04:05:06.5")
session.conf.set(f"{parquet}outputTimestampType", "INT96")
add(3, "1582-10-15", "1880-01-01 00:00:00")
session.sql(f"UPDATE delta.`{table}` SET d = DATE'1200-05-06' WHERE id = 3")
