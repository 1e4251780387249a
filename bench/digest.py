"""Digests of Delta tables by an independent reader (delta-rs), to compare ours with Spark's.

usage: digest.py TABLE...    prints for each: rows, and a digest that no order of rows changes.
A row is its columns by name as canonical text: timestamps in UTC microseconds, doubles to twelve
significant digits (sums differ in the last ones), structs by their fields. Columns without any
value (rescued data) are left out. The digest is the sum
of the rows' MD5 sums modulo 2^64.
"""

import sys

import duckdb
from deltalake import DeltaTable


def text(column, kind):
    kind = str(kind)
    if kind.startswith("STRUCT"):
        parts = [text(f"{column}.{name}", part) for name, part in duckdb_struct(kind)]
        return "concat_ws('|', " + ", ".join(parts) + ")"
    if kind.startswith("TIMESTAMP"):
        return f"coalesce(epoch_us({column})::VARCHAR, '~')"
    if kind in ("DOUBLE", "FLOAT"):
        return f"coalesce(printf('%.12g', {column}), '~')"
    return f"coalesce({column}::VARCHAR, '~')"


def any_value(connection, name):
    return connection.execute(f'SELECT count("{name}") > 0 FROM rows').fetchone()[0]


def duckdb_struct(kind):
    return duckdb.type(kind).children


def digest(path):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    rows = DeltaTable(path).to_pyarrow_dataset()
    connection.register("rows", rows)
    columns = connection.execute("DESCRIBE SELECT * FROM rows").fetchall()
    columns = sorted((name, kind) for name, kind, *_ in columns if any_value(connection, name))
    line = ", ".join(text(f'"{name}"', kind) for name, kind in columns)
    return connection.execute(
        f"SELECT count(*), (sum(md5_number_lower(concat_ws(chr(1), {line}))::HUGEINT)"
        " % 18446744073709551616)::VARCHAR FROM rows"
    ).fetchone()


for table in sys.argv[1:]:
    print(table, *digest(table))
