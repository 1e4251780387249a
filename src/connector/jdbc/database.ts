import type { TypedOrder } from "../../analysis/typed.ts";
import type { Chunk } from "../../engine/engine.ts";
import type { DataType, StructField } from "../../schema/type.ts";
import type { Value } from "../../schema/value.ts";
import type { Isolation } from "./option.ts";

/** A column of a query as Spark reads it. */
export interface DatabaseColumn {
  readonly name: string;
  readonly type: DataType;
  /** How the driver gives its values, where their text is not that of the type. */
  readonly form?: Form;
  /** Characters of a CHAR, to which Spark fills texts up with blanks; bits of a BIT. */
  readonly size?: number;
  /**
   * What of its comparisons with a constant the database may decide: all of them, or equality
   * alone, which lets through more than Spark's. Absent: none.
   */
  readonly compares?: "exactly" | "equality";
}

/** What a type of a database is read as. */
export type ColumnRead = Omit<DatabaseColumn, "name">;

/**
 * `time`: a time of day. `year`: a number. `bits`: a number as its bytes. `hex`: bytes as `\x0a`.
 * `list`: an array as Postgres writes it. `era`: a date or time that may be infinite or BC.
 * `millis`: a time that may be a number of milliseconds. `wall`: an instant as a wall clock.
 * `utc`: an instant as the clock of UTC.
 */
export type Form = "time" | "year" | "bits" | "hex" | "list" | "era" | "millis" | "wall" | "utc";

/** What a driver gives for a value that is not null. */
export type Raw = string | Uint8Array | number | bigint;

/** How a read goes. */
export interface Reading {
  readonly columns: readonly DatabaseColumn[];
  /** Rows a part, at most. */
  readonly size: number;
  /** In which times without a zone are. */
  readonly timeZone: string;
}

/** Where rows go. */
export interface Loading {
  /** As statements take it. */
  readonly table: string;
  /** In the order of the rows' values: names as the table has them, types as the values do. */
  readonly columns: readonly StructField[];
  /** Rows a statement, where rows go by statements. */
  readonly size: number;
  readonly timeZone: string;
}

/** One connection to a database: of one user at a time. Its errors are conditions of `jdbc`. */
export interface Connection extends AsyncDisposable {
  /** Runs one statement; what it answers, for small answers, as texts. */
  run(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** The columns of a SELECT, none of whose rows are looked at. */
  describe(select: string, ntz: boolean): Promise<readonly DatabaseColumn[]>;
  read(select: string, reading: Reading): AsyncIterable<readonly (readonly Value[])[]>;
  /** Adds rows, by the fastest way there is that loses nothing of them. */
  load(loading: Loading, chunks: AsyncIterable<Chunk>): Promise<void>;
}

/** What a database understands: text made of text. */
export interface Dialect {
  /** For messages. */
  readonly name: string;
  /** Whether tables are made and dropped within a transaction. */
  readonly transactionalDdl: boolean;
  /** Whether it has hints in comments. */
  readonly hints: boolean;
  quote(name: string): string;
  /** A SELECT's column list by a column, exactly as the column has it. */
  selected(column: DatabaseColumn): string;
  /** The type of a column that is made for a type; undefined if there is none. */
  columnType(type: DataType): string | undefined;
  /** A value in a statement; undefined where it has no text that means just it. */
  literal(value: Value, type: DataType, timeZone: string): string | undefined;
  /** A column that compares exactly, as a value whose order and equality are Spark's. */
  exact(column: DatabaseColumn): string;
  /** A key of ORDER BY. */
  ordered(key: string, how: Pick<TypedOrder, "direction" | "nulls">): string;
  /** The limit that is none, of databases that have no OFFSET without one. */
  readonly all: string | undefined;
  /** The function that counts rows, however many there are. */
  readonly count: string;
  select(parts: SelectParts): string;
  begin(isolation: Isolation): readonly string[];
  truncate(table: string, cascade: boolean): string;
  comment(table: string, text: string): string | undefined;
  /** An empty table like some columns of another one, gone with the connection. */
  stage(table: string, columns: readonly string[], of: string): string;
  /** Its name in statements. */
  stageName(name: string): string;
  dropStage(table: string): string;
  /** Sets the columns of the rows of `table` that a row of `stage` matches. */
  update(parts: UpdateParts): string;
  /** An index that finds rows by these columns; undefined where there is none of such columns. */
  index(table: string, columns: readonly StructField[]): string | undefined;
  /** Makes the table of batches where it is absent. */
  createBatches(table: string): string;
  /** Adds a query's row where it is absent. */
  addBatch(table: string, id: string): string;
  /** The batch of a query's row, which is locked until the transaction ends. */
  lockBatch(table: string, id: string): string;
}

export interface SelectParts {
  readonly prefix: string;
  readonly hint: string;
  readonly columns: string;
  readonly from: string;
  /** Conditions that all must hold. */
  readonly where: readonly string[];
  /** See `exact`. */
  readonly groups?: readonly string[];
  /** See `ordered`. */
  readonly order?: readonly string[];
  readonly limit?: number | undefined;
  readonly offset?: number;
}

export interface UpdateParts {
  readonly table: string;
  readonly stage: string;
  /** Over `t` and `s`. */
  readonly on: string;
  /** Quoted names. */
  readonly columns: readonly string[];
}

/** A database at a place. */
export interface Database {
  readonly dialect: Dialect;
  /** For messages: without secrets. */
  readonly url: string;
  /** `timeZone`: of the session, for what the database makes of its clock. */
  connect(timeZone: string): Promise<Connection>;
  /** Whether an error says that a table is not there. */
  missing(thrown: unknown): boolean;
}
