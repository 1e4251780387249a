import type { Readable } from "node:stream";

/** What is used of mysql2. */
export interface MysqlModule {
  createConnection(config: MysqlConfig): MysqlClient;
}

export interface MysqlConfig {
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly charset: string;
  readonly connectTimeout: number;
  readonly ssl?: { readonly rejectUnauthorized: boolean; readonly ca?: string };
}

export interface MysqlQuery {
  readonly sql: string;
  readonly rowsAsArray: true;
  /** What of a value's bytes is made: nothing. */
  readonly typeCast: (field: { buffer(): Uint8Array | null }) => unknown;
}

export interface MysqlClient {
  connect(done: (thrown: Error | null) => void): void;
  query(
    query: MysqlQuery,
    done: (thrown: Error | null, rows: unknown, fields: readonly MysqlField[]) => void,
  ): unknown;
  query(query: MysqlQuery): { stream(options: { readonly highWaterMark: number }): Readable };
  on(event: "error", listener: (thrown: Error) => void): unknown;
  end(done: () => void): void;
  destroy(): void;
}

/** A column as the protocol describes it. */
export interface MysqlField {
  readonly name: string;
  readonly columnType?: number;
  readonly flags: number | readonly string[];
  readonly characterSet?: number;
  readonly columnLength?: number;
  readonly decimals?: number;
}
