/** What is used of better-sqlite3. */
export interface SqliteModule {
  readonly default: new (path: string, options: { readonly timeout: number }) => SqliteClient;
}

export interface SqliteClient {
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export interface SqliteStatement {
  /** Whether it answers with rows. */
  readonly reader: boolean;
  raw(on: boolean): unknown;
  safeIntegers(on: boolean): unknown;
  columns(): readonly SqliteField[];
  all(): readonly unknown[];
  iterate(): IterableIterator<unknown>;
  run(...values: readonly unknown[]): unknown;
}

export interface SqliteField {
  readonly name: string;
  /** As the table declares it; null of an expression. */
  readonly type: string | null;
}
