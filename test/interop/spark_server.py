"""Spark with Delta, asked by JSON lines. usage: spark_server.py JARS"""
import datetime
import glob
import os
import sys
import time

from canonical import TOLD, Pairs, canonical, serve
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

# Small work on few cores: the second compiler and parallel collection cost more than they give.
JAVA = "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
CONF = {
    "spark.jars": ",".join(sorted(glob.glob(sys.argv[1] + "/*.jar"))),
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timeType.enabled": "true",
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
}
builder = SparkSession.builder.master("local[2]").appName("interop")
for key, value in CONF.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")


# Exact for every year Python has, and apart from each other, which the local times are not.
EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=datetime.timezone.utc)


def instant(self, micros):
    return None if micros is None else EPOCH_UTC + datetime.timedelta(microseconds=micros)


def local_time(self, micros):
    return None if micros is None else EPOCH + datetime.timedelta(microseconds=micros)


T.TimestampType.fromInternal = instant
T.TimestampNTZType.fromInternal = local_time


def plain(value, of):
    """A collected value with its maps told from its structs."""
    if value is None:
        return None
    if isinstance(of, T.StructType):
        return {field.name: plain(value[i], field.dataType) for i, field in enumerate(of.fields)}
    if isinstance(of, T.ArrayType):
        return [plain(item, of.elementType) for item in value]
    if isinstance(of, T.MapType):
        return Pairs(
            (plain(key, of.keyType), plain(item, of.valueType)) for key, item in value.items()
        )
    return value


def table(frame):
    rows = [canonical(plain(row, frame.schema)) for row in frame.collect()]
    return {"schema": frame.schema.jsonValue(), "rows": rows}


def source(ask):
    reader = spark.readStream.format(ask["format"]).options(**ask.get("options", {}))
    if "schema" in ask:
        reader = reader.schema(ask["schema"])
    return reader.load(ask["path"]) if "path" in ask else reader.load()


def stream(ask):
    """Runs a query to the end of what there is, or until it has had `batches` with rows."""
    frame = source(ask["source"])
    if "distinct" in ask:
        frame = frame.dropDuplicates(ask["distinct"])
    writer = frame.writeStream.format("delta").option("checkpointLocation", ask["checkpoint"])
    batches = ask.get("batches")
    if batches is None:
        query = writer.trigger(availableNow=True).start(ask["sink"])
        query.awaitTermination()
    else:
        query = writer.trigger(processingTime="1 second").start(ask["sink"])
        while sum(1 for one in query.recentProgress if one.numInputRows) < batches:
            if not query.isActive:
                query.awaitTermination()
            time.sleep(0.1)
        query.stop()


def python(ask):
    scope = {"spark": spark, "F": F, "given": ask.get("given"), "result": None}
    exec(ask["python"], scope)
    return canonical(scope["result"])


def each(texts):
    """What each query answers, or the condition it ends with. Small queries: nothing is compiled."""
    settings = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    for key, value in settings.items():
        spark.conf.set(key, value)
    try:
        return [attempt(text) for text in texts]
    finally:
        for key in settings:
            spark.conf.unset(key)


def attempt(text):
    try:
        frame = spark.sql(text)
        return {"type": frame.schema.simpleString(), **table(frame)}
    except PySparkException as failure:
        return {"error": failure.getCondition() or str(failure)[:TOLD]}
    except (OverflowError, ValueError) as failure:
        # Python has no such moment: what Spark answered is not known.
        return {"lost": str(failure)[:TOLD]}


def answer(ask):
    if "sql" in ask:
        return table(spark.sql(ask["sql"]))
    if "each" in ask:
        return each(ask["each"])
    if "read" in ask:
        return table(spark.read.format("delta").options(**ask.get("options", {})).load(ask["read"]))
    if "stream" in ask:
        return stream(ask["stream"])
    return python(ask)


serve(answer)
os._exit(0)
