"""Writes what Spark reads from the XML of cases.json into spark.json.

usage: python record.py, with a Python that has pyspark 4.2. An answer has the inferred schema and the
rows as JSON, or the name of the condition Spark fails with.
"""
import json
import os
import re
import tempfile

from pyspark.sql import SparkSession

here = os.path.dirname(os.path.abspath(__file__))
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
session.sparkContext.setLogLevel("OFF")


def condition(problem):
    names = re.findall(r"\[([A-Z][A-Z0-9_.]+)\]", str(problem))
    return {"error": names[0] if names else str(problem)[:200]}


def answer(case, path):
    reader = session.read.format("xml").options(**case.get("options", {}))
    if "schema" in case:
        reader = reader.schema(case["schema"])
    try:
        frame = reader.load(path)
        schema = frame.schema.simpleString()
        rows = frame.selectExpr(
            "to_json(struct(*), map('ignoreNullFields', 'false')) AS row"
        ).collect()
        return {"schema": schema, "rows": [row[0] for row in rows]}
    except Exception as problem:
        return condition(problem)


with open(f"{here}/cases.json", encoding="utf-8") as source:
    cases = json.load(source)
answers = {}
with tempfile.TemporaryDirectory() as folder:
    for index, case in enumerate(cases):
        path = f"{folder}/{index}.xml"
        with open(path, "w", encoding=case.get("encoding", "utf-8"), newline="") as out:
            out.write(case["xml"])
        answers[case["name"]] = answer(case, path)
with open(f"{here}/spark.json", "w", encoding="utf-8") as out:
    lines = [
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in answers.items()
    ]
    out.write("{\n" + ",\n".join(lines) + "\n}\n")
