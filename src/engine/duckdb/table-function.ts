import type { DuckDBConnection, DuckDBTableFunction } from "@duckdb/node-api";
import { type DataType, long } from "../../schema/type.ts";
import { loadDuck } from "./module.ts";
import { binding, logicalType, type Vector } from "./text/binding.ts";

/** One pass over the rows of a scan. */
export interface RowSource extends Disposable {
  /** Makes the next rows, at most a chunk of DuckDB's; 0 at the end. */
  next(): number;
  /** Puts a column of these rows into a vector. */
  flush(column: number, vector: Vector, rows: number): void;
}

export interface RowScan {
  /** Of the columns f0, f1, …; a BIGINT `ordinal` stands behind them. */
  readonly types: readonly DataType[];
  /**
   * Begins a pass, of which DuckDB wants some columns, by number. A number that no column has
   * stands for nothing but the count of rows.
   */
  start(wanted: readonly number[]): RowSource;
}

/** A scan as a FROM item of DuckDB. */
export interface ScanItem {
  /** Columns by position (f0, f1, …), then a BIGINT row ordinal. */
  readonly sql: string;
  /** What stopped the scan, if something did: DuckDB itself only reports its message. */
  failure(): Error | undefined;
  release(): Promise<void>;
}

interface Scan {
  readonly rows: RowScan;
  readonly open: Set<RowSource>;
  failure: Error | undefined;
}

interface Pass {
  readonly scan: Scan;
  readonly rows: RowSource;
  readonly wanted: readonly number[];
}

const scans = new Map<number, Scan>();
let lastScan = 0;
let functions = 0;
const names = new WeakMap<DuckDBConnection, string>();

/** Makes rows of ours readable on a connection, by one thread; each use of `sql` is a pass. */
export function registerScan(connection: DuckDBConnection, rows: RowScan): ScanItem {
  const id = ++lastScan;
  const scan: Scan = { rows, open: new Set(), failure: undefined };
  scans.set(id, scan);
  return {
    sql: `${functionOf(connection)}(${id})`,
    failure: () => scan.failure,
    release: async () => {
      scans.delete(id);
      for (const open of scan.open) open[Symbol.dispose]();
      scan.open.clear();
    },
  };
}

function functionOf(connection: DuckDBConnection): string {
  let name = names.get(connection);
  if (name === undefined) {
    name = `millrace_rows_${++functions}`;
    registerFunction(connection, name, new (loadDuck().DuckDBTableFunction)());
    names.set(connection, name);
  }
  return name;
}

/** The one table function of a connection: its argument names the scan. */
function registerFunction(
  connection: DuckDBConnection,
  name: string,
  own: DuckDBTableFunction,
): void {
  const duckdb = binding();
  const table = own.table_function;
  duckdb.table_function_set_name(table, name);
  duckdb.table_function_add_parameter(table, logicalType(long));
  duckdb.table_function_supports_projection_pushdown(table, true);
  duckdb.table_function_set_bind(table, (info) => {
    const id = Number(duckdb.get_int64(duckdb.bind_get_parameter(info, 0)));
    const scan = scans.get(id);
    if (scan === undefined) throw new Error(`scan ${id} was released`);
    scan.rows.types.forEach((type, index) => {
      duckdb.bind_add_result_column(info, `f${index}`, logicalType(type));
    });
    duckdb.bind_add_result_column(info, "ordinal", logicalType(long));
    duckdb.bind_set_bind_data(info, scan);
  });
  duckdb.table_function_set_init(table, (info) => {
    const scan = duckdb.init_get_bind_data(info) as Scan;
    const wanted = Array.from({ length: duckdb.init_get_column_count(info) }, (_, at) =>
      duckdb.init_get_column_index(info, at),
    );
    const rows = scan.rows.start(wanted);
    scan.open.add(rows);
    duckdb.init_set_max_threads(info, 1);
    duckdb.init_set_init_data(info, { scan, rows, wanted } satisfies Pass);
  });
  duckdb.table_function_set_function(table, (info, output) => {
    const { scan, rows, wanted } = duckdb.function_get_init_data(info) as Pass;
    try {
      const count = rows.next();
      if (count === 0) scan.open.delete(rows);
      wanted.forEach((column, at) => {
        rows.flush(column, duckdb.data_chunk_get_vector(output, at), count);
      });
      duckdb.data_chunk_set_size(output, count);
    } catch (thrown) {
      scan.failure = thrown as Error;
      rows[Symbol.dispose]();
      scan.open.delete(rows);
      throw thrown;
    }
  });
  connection.registerTableFunction(own);
}
