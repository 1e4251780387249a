"""Writes into spark.json what Spark reads from a folder of odd CSV, JSON, text, Parquet, ORC files.

usage: TZ=UTC python record.py <folder> [<file for the rows themselves>], with a Python that has
pyspark 4.2. Of each read there are the schema, the number of rows and a digest of the rows as JSON,
sorted; or the name of the condition Spark fails with.
"""
import hashlib
import json
import os
import re
import sys

from pyspark.sql import SparkSession

here = os.path.dirname(os.path.abspath(__file__))
folder = sys.argv[1]
builder = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
session = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
session.sparkContext.setLogLevel("OFF")

READS = {
    ".csv": [{}, {"header": "true"}, {"header": "true", "inferSchema": "true"}],
    ".tsv": [{"header": "true", "sep": "\t", "inferSchema": "true"}],
    ".json": [{}, {"multiLine": "true"}],
    ".txt": [{}, {"wholetext": "true"}],
    ".parquet": [{}],
    ".parq": [{}],
    ".orc": [{}],
}
FORMATS = {".tsv": "csv", ".txt": "text", ".parq": "parquet"}
REBASED = [
    {"datetimeRebaseMode": mode, "int96RebaseMode": mode} for mode in ("LEGACY", "EXCEPTION")
]


def reads():
    for name in sorted(os.listdir(folder)):
        ending = os.path.splitext(name)[1]
        for options in READS.get(ending, []):
            yield name, FORMATS.get(ending, ending[1:]), options
        if name.startswith("before_1582") and ending == ".parquet":
            for options in REBASED:
                yield name, "parquet", options
    yield "text-partitioned", "text", {}


def answer(name, form, options):
    try:
        frame = session.read.format(form).options(**options).load(f"{folder}/{name}")
        schema = frame.schema.simpleString()
        if not frame.columns:
            return {"schema": schema, "rows": frame.count()}, []
        shown = "to_json(struct(*), map('ignoreNullFields', 'false')) AS row"
        rows = sorted(row[0] for row in frame.selectExpr(shown).collect())
        digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]
        return {"schema": schema, "rows": len(rows), "digest": digest}, rows
    except Exception as problem:
        names = re.findall(r"\[([A-Z][A-Z0-9_.]+)\]", str(problem))
        return {"error": names[-1] if names else "UNKNOWN"}, str(problem)[:600]


answers = []
texts = []
for name, form, options in reads():
    found, rows = answer(name, form, options)
    read = {"file": name, "format": form, "options": options}
    answers.append({**read, **found})
    texts.append({**read, **found, "text": rows})
with open(f"{here}/spark.json", "w", encoding="utf-8") as out:
    lines = [json.dumps(one, ensure_ascii=False) for one in answers]
    out.write("[\n" + ",\n".join(lines) + "\n]\n")
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(texts, out, ensure_ascii=False)
