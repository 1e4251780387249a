"""delta-rs (and DuckDB's delta extension), asked by JSON lines."""
import glob
import os

import pyarrow as pa
from canonical import Pairs, canonical, serve
from deltalake import DeltaTable, QueryBuilder, write_deltalake


def plain(value, of):
    """A Python value of Arrow's with maps apart from lists."""
    if value is None:
        return None
    if pa.types.is_map(of):
        return Pairs((plain(key, of.key_type), plain(item, of.item_type)) for key, item in value)
    if pa.types.is_struct(of):
        return {field.name: plain(value[field.name], field.type) for field in of}
    if pa.types.is_list(of) or pa.types.is_large_list(of) or pa.types.is_list_view(of):
        return [plain(item, of.value_type) for item in value]
    return value


def rows(table):
    """Row by row, so that struct columns keep the order of their fields."""
    columns = [
        [plain(value, field.type) for value in table.column(i).to_pylist()]
        for i, field in enumerate(table.schema)
    ]
    names = table.schema.names
    return [canonical(dict(zip(names, row))) for row in zip(*columns)]


def scan(table):
    return pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t"))


def read(ask):
    table = DeltaTable(ask["read"], version=ask.get("version"))
    return {"rows": rows(scan(table)), "version": table.version()}


def history(ask):
    return DeltaTable(ask["history"]).history()


def repeat(ask):
    """Appends the rows of a table to it once more."""
    table = DeltaTable(ask["repeat"])
    write_deltalake(table, scan(table), mode="append")
    return DeltaTable(ask["repeat"]).version()


def append(ask):
    """Appends rows given as objects; what they lack is null."""
    table = DeltaTable(ask["append"])
    wanted = pa.schema(table.schema().to_arrow())
    rows = pa.Table.from_pylist([{f.name: row.get(f.name) for f in wanted} for row in ask["rows"]])
    write_deltalake(table, rows.cast(wanted), mode="append")


def duckdb_read(ask):
    import duckdb
    import duckdb_extension_delta

    folder = os.path.dirname(duckdb_extension_delta.__file__)
    (extension,) = glob.glob(folder + "/extensions/*/**/*.duckdb_extension", recursive=True)
    connection = duckdb.connect()
    connection.execute(f"LOAD '{extension}'")
    result = connection.execute("SELECT * FROM delta_scan(?)", [ask["duckdb"]]).to_arrow_table()
    return {"rows": rows(result)}


VERBS = {
    "read": read,
    "history": history,
    "repeat": repeat,
    "append": append,
    "duckdb": duckdb_read,
}


def answer(ask):
    for verb, run in VERBS.items():
        if verb in ask:
            return run(ask)
    raise ValueError(f"nothing is asked: {ask}")


serve(answer)
