"""Writes what Spark reads from the odd lines: <cases>.spark.json for each <cases>.json.

usage: python record.py <folder that holds spark_session.py>, with a Python that has pyspark 4.2.
Each odd line is a file of three lines: a good one, the odd one, the good one again.
"""
import json
import os
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
from spark_session import spark  # noqa: E402

here = os.path.dirname(os.path.abspath(__file__))
session = spark("odd lines", mem="2g")
JSON_SCHEMA = (
    "s STRING, i INT, l BIGINT, d DOUBLE, b BOOLEAN, ts TIMESTAMP, dt DATE, dec DECIMAL(10,2), "
    "st STRUCT<x: INT, y: STRING>, ar ARRAY<INT>, m MAP<STRING, INT>, _corrupt_record STRING"
)
CSV_SCHEMA = (
    "s STRING, i INT, d DOUBLE, dt DATE, ts TIMESTAMP, b BOOLEAN, _corrupt_record STRING"
)


def texts(frame):
    """Each row as a list of texts: what `CAST AS STRING` and `to_json` say, exact enough."""
    columns = []
    for field in frame.schema.fields:
        kind = field.dataType.typeName()
        if kind in ("struct", "array", "map"):
            columns.append(f"to_json(`{field.name}`, map('ignoreNullFields', 'false'))")
        else:
            columns.append(f"CAST(`{field.name}` AS STRING)")
    return [list(row) for row in frame.selectExpr(*columns).collect()]


def record(name, schema, read):
    with open(f"{here}/{name}.json", encoding="utf-8") as source:
        cases = json.load(source)
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        # One folder, one read: the file's name says which line it was.
        for index, line in enumerate(cases["lines"]):
            with open(f"{folder}/{index:04d}.txt", "w", encoding="utf-8", newline="") as out:
                out.write("\n".join([cases["good"], line, cases["good"]]) + "\n")
        for index in range(len(cases["lines"])):
            answers.append(texts(read(f"{folder}/{index:04d}.txt", schema)))
            inferred = session.read.format(name).option("inferSchema", "true")
            try:
                schema_text = inferred.load(f"{folder}/{index:04d}.txt").schema.simpleString()
            except Exception as problem:  # the condition's name is the answer
                schema_text = str(problem).split("]")[0] + "]"
            cases.setdefault("inferred", []).append(schema_text)
    with open(f"{here}/{name}.spark.json", "w", encoding="utf-8") as out:
        rows = [json.dumps(answer, ensure_ascii=False) for answer in answers]
        kinds = [json.dumps(kind, ensure_ascii=False) for kind in cases["inferred"]]
        out.write('{"rows": [\n' + ",\n".join(rows) + '\n],\n"inferred": [\n')
        out.write(",\n".join(kinds) + "\n]}\n")


record("json", JSON_SCHEMA, lambda path, schema: session.read.schema(schema).json(path))
record("csv", CSV_SCHEMA, lambda path, schema: session.read.schema(schema).csv(path))


def record_options():
    """Each case of option.json: a whole file read with options."""
    with open(f"{here}/option.json", encoding="utf-8") as source:
        cases = json.load(source)
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        for index, case in enumerate(cases):
            path = f"{folder}/{index:04d}.txt"
            with open(path, "w", encoding="utf-8", newline="") as out:
                out.write(case["text"])
            reader = session.read.schema(case["schema"]).format(case["format"])
            answers.append(texts(reader.options(**case["options"]).load(path)))
    with open(f"{here}/option.spark.json", "w", encoding="utf-8") as out:
        rows = [json.dumps(answer, ensure_ascii=False) for answer in answers]
        out.write("[\n" + ",\n".join(rows) + "\n]\n")


record_options()
session.stop()
