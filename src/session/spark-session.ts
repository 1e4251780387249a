import type { Table } from "apache-arrow";
import type { Conf } from "../execution/conf.ts";
import type { Execution } from "../execution/execution.ts";
import { coerceRow } from "../schema/coerce.ts";
import { inferSchema } from "../schema/infer.ts";
import type { Row, Shape, TypedStruct } from "../schema/row.ts";
import type { StructType } from "../schema/type.ts";
import type { StreamingQueries } from "../stream/queries.ts";
import { fromArrow } from "./arrow.ts";
import { SessionCatalog } from "./catalog.ts";
import { DataSourceRegistration } from "./data-source.ts";
import { DataFrame } from "./dataframe.ts";
import { type OptionValue, schemaOf } from "./option.ts";
import { DataFrameReader } from "./reader.ts";
import { DataStreamReader } from "./stream-reader.ts";

/** A row as a program gives it: `Date`, numbers for longs and plain objects are taken too. */
export type InputRow = Readonly<Record<string, unknown>> | readonly unknown[];

/** A schema, its DDL text, or the names of the columns. */
export type GivenSchema = StructType | string | readonly string[];

/** The configuration of a session that is to be made, or the one that is there. */
export class SessionBuilder {
  readonly #values: Record<string, string> = {};

  appName(name: string): this {
    return this.config("spark.app.name", name);
  }
  /** Accepted for the sake of programs that name one; the engine is in this process. */
  master(url: string): this {
    return this.config("spark.master", url);
  }
  config(key: string, value: OptionValue): this {
    this.#values[key] = String(value);
    return this;
  }
  /** The session of this process, with the configuration added; made if there is none. */
  async getOrCreate(): Promise<SparkSession> {
    if (active) {
      const session = await active.opening;
      for (const [key, value] of Object.entries(this.#values)) session.conf.set(key, value);
      return session;
    }
    const made: Active = { opening: this.create() };
    active = made;
    try {
      made.session = await made.opening;
      return made.session;
    } catch (thrown) {
      if (active === made) active = undefined;
      throw thrown;
    }
  }
  /** A session of its own, beside any other. */
  async create(): Promise<SparkSession> {
    const { openLocal } = await import("../execution/local/local.ts");
    return new SparkSession(await openLocal(this.#values));
  }
}

/** The session of this process: known as soon as it is asked for, there once it has opened. */
interface Active {
  readonly opening: Promise<SparkSession>;
  session?: SparkSession;
}

let active: Active | undefined;

/** Where everything starts. Stop it (or `await using`) to stop its queries and free the engine. */
export class SparkSession implements AsyncDisposable {
  readonly #execution: Execution;
  #stopped = false;

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  static builder(): SessionBuilder {
    return new SessionBuilder();
  }

  get conf(): Conf {
    return this.#execution.conf;
  }
  get read(): DataFrameReader {
    return new DataFrameReader(this.#execution);
  }
  get readStream(): DataStreamReader {
    return new DataStreamReader(this.#execution);
  }
  get streams(): StreamingQueries {
    return this.#execution.streams;
  }
  get catalog(): SessionCatalog {
    return new SessionCatalog(this.#execution);
  }
  get dataSource(): DataSourceRegistration {
    return new DataSourceRegistration(this.#execution);
  }
  get isStopped(): boolean {
    return this.#stopped;
  }
  /** For `DeltaTable` and the like. */
  get execution(): Execution {
    return this.#execution;
  }

  table(name: string): DataFrame {
    return this.read.table(name);
  }
  /** A query is returned to be run when asked; a command is run now, its answer returned. */
  async sql(text: string): Promise<DataFrame> {
    return new DataFrame(this.#execution, await this.#execution.sql(text));
  }
  /** Long ids from `start` (0) to `end`, exclusive. */
  range(start: number | bigint, end?: number | bigint, step: number | bigint = 1): DataFrame {
    const [from, to] = end === undefined ? [0n, BigInt(start)] : [BigInt(start), BigInt(end)];
    const plan = { kind: "range", start: from, end: to, step: BigInt(step) } as const;
    return new DataFrame(this.#execution, plan);
  }
  /**
   * Rows as objects or as arrays in column order, or an Arrow table. Without a schema, or with the
   * names of columns alone, the types are inferred from all rows.
   */
  createDataFrame<S extends Shape>(
    data: readonly InputRow[] | Table,
    schema: TypedStruct<S>,
  ): DataFrame<Row<TypedStruct<S>>>;
  createDataFrame(data: readonly InputRow[] | Table, schema?: GivenSchema): DataFrame;
  createDataFrame(data: readonly InputRow[] | Table, schema?: GivenSchema): DataFrame {
    const names = Array.isArray(schema) ? (schema as readonly string[]) : undefined;
    const typed = schema === undefined || names ? undefined : (schema as StructType | string);
    const wanted = typed === undefined ? undefined : schemaOf(typed, this.conf);
    const arrow = "batches" in data ? fromArrow(data) : undefined;
    const plain = arrow?.rows ?? (data as readonly InputRow[]);
    const rows = names ? plain.map((row) => named(row, names)) : plain;
    const given = wanted ?? arrow?.schema ?? inferSchema(rows);
    const values = rows.map((row) => coerceRow(row, given));
    return new DataFrame(this.#execution, { kind: "local", schema: given, rows: values });
  }

  /** Stops the queries at a step boundary, then the engine. Idempotent. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (active?.session === this) active = undefined;
    await this.#execution[Symbol.asyncDispose]();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** A row by position as one by name. */
function named(row: InputRow, names: readonly string[]): InputRow {
  if (!Array.isArray(row)) return row;
  return Object.fromEntries(names.map((name, index) => [name, row[index] as unknown]));
}
