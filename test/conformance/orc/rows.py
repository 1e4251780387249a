"""Prints the rows of an ORC file as JSON lines, as ORC's own tool does. usage: rows.py FILE"""
import decimal
import datetime
import json
import math
import sys

import pyarrow as pa
from pyarrow import orc


def plain(value, of):
    if value is None:
        return "null"
    if pa.types.is_struct(of):
        return "{" + ",".join(json.dumps(f.name) + ":" + plain(value[f.name], f.type) for f in of) + "}"
    if pa.types.is_map(of):
        pairs = ('{"key":' + plain(k, of.key_type) + ',"value":' + plain(v, of.item_type) + "}" for k, v in value)
        return "[" + ",".join(pairs) + "]"
    if pa.types.is_list(of):
        return "[" + ",".join(plain(item, of.value_type) for item in value) + "]"
    if isinstance(value, bytes):
        return json.dumps(list(value))
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if pa.types.is_timestamp(of):
        nanos = value.value if hasattr(value, "value") else int(value)
        second, nano = divmod(nanos, 1_000_000_000)
        clock = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=second)
        return json.dumps(clock.strftime("%Y-%m-%d %H:%M:%S.") + (str(nano).zfill(9).rstrip("0") or "0"))
    if pa.types.is_date(of):
        if value < datetime.date(1582, 10, 15):
            raise ValueError("days before 1582-10-15 are of another calendar there")
        return json.dumps(str(value))
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return json.dumps(value)


def wide(of):
    """The type with numbers for instants, also within others."""
    if pa.types.is_timestamp(of):
        return pa.int64()
    if pa.types.is_struct(of):
        return pa.struct([(f.name, wide(f.type)) for f in of])
    if pa.types.is_map(of):
        return pa.map_(wide(of.key_type), wide(of.item_type))
    return pa.list_(wide(of.value_type)) if pa.types.is_list(of) else of


def refuse_unions(of):
    if pa.types.is_union(of):
        raise ValueError("its values do not tell which type of a union they are of")
    for at in range(of.num_fields):
        refuse_unions(of.field(at).type)


def texts(values, of):
    # The same as below, without a look at the type for each value.
    if pa.types.is_integer(of):
        return ["null" if value is None else str(value) for value in values]
    if pa.types.is_string(of):
        return ["null" if value is None else json.dumps(value) for value in values]
    return [plain(value, of) for value in values]


def show(batch):
    columns = []
    for field, column in zip(batch.schema, batch.columns):
        held = column if wide(field.type) == field.type else column.cast(wide(field.type))
        columns.append(texts(held.to_pylist(), field.type))
    names = [json.dumps(name) for name in batch.schema.names]
    for row in zip(*columns):
        sys.stdout.write("{" + ",".join(n + ":" + v for n, v in zip(names, row)) + "}\n")


file = orc.ORCFile(sys.argv[1])
for kept in file.schema:
    refuse_unions(kept.type)
for stripe in range(file.nstripes):
    rows = file.read_stripe(stripe)
    for start in range(0, rows.num_rows, 10_000):
        show(rows.slice(start, 10_000))
