import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import type { Canonical } from "./canonical.ts";
import { Child } from "./child.ts";

/** A table as another system reads it. */
export interface TableRead {
  readonly schema: unknown;
  readonly rows: readonly Canonical[];
}

/** What a query answers, with its schema as text; or the condition it ends with; or nobody knows. */
export type Attempt =
  | (TableRead & { readonly type: string })
  | { readonly error: string }
  | { readonly lost: string };

/** A streaming query for Spark to run into a Delta table. */
export interface SparkStream {
  readonly source: {
    readonly format: string;
    readonly path?: string;
    readonly schema?: string;
    readonly options?: Readonly<Record<string, string>>;
  };
  /** Columns of which each value is to come once. */
  readonly distinct?: readonly string[];
  readonly sink: string;
  readonly checkpoint: string;
  /** Stop after so many batches with rows; without it, at the end of what there is. */
  readonly batches?: number;
}

const [spark, readers] = [inject("spark"), inject("readers")];

/** Why tests that need Spark, or the other readers, are skipped; undefined where they are there. */
export const noSpark = "missing" in spark ? spark.missing : undefined;
export const noReaders = "missing" in readers ? readers.missing : undefined;

let sparkChild: Child | undefined;
let readerChild: Child | undefined;

/** The one Spark of the run. */
export const theSpark = {
  read: (path: string, options: Readonly<Record<string, string>> = {}): Promise<TableRead> =>
    askSpark({ read: path, options }),
  sql: (text: string): Promise<TableRead> => askSpark({ sql: text }),
  each: (texts: readonly string[]): Promise<readonly Attempt[]> => askSpark({ each: texts }),
  /** Statements that may use `spark`, `F` and `given`; `result` is answered. */
  python: <T>(text: string, given?: unknown): Promise<T> => askSpark({ python: text, given }),
  stream: (query: SparkStream): Promise<null> => askSpark({ stream: query }),
};

/** delta-rs, and DuckDB's own reader of Delta, of the run. */
export const theReaders = {
  read: (path: string, version?: number): Promise<{ rows: readonly Canonical[] }> =>
    askReaders({ read: path, version }),
  history: (path: string): Promise<readonly Record<string, unknown>[]> =>
    askReaders({ history: path }),
  /** Appends a table's rows to it once more; the version that made. */
  repeat: (path: string): Promise<number> => askReaders({ repeat: path }),
  /** Appends rows; the columns they lack are null. */
  append: (path: string, rows: readonly object[]): Promise<null> =>
    askReaders({ append: path, rows }),
  duckdb: (path: string): Promise<{ rows: readonly Canonical[] }> => askReaders({ duckdb: path }),
};

function askSpark<T>(question: object): Promise<T> {
  if ("missing" in spark) throw new Error(spark.missing);
  sparkChild ??= new Child(spark.python, ["-B", scriptPath("spark_server.py"), spark.jars]);
  return sparkChild.ask<T>(question);
}

function askReaders<T>(question: object): Promise<T> {
  if ("missing" in readers) throw new Error(readers.missing);
  readerChild ??= new Child(readers.python, ["-B", scriptPath("reader_server.py")]);
  return readerChild.ask<T>(question);
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
