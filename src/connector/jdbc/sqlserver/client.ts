/** What is used of mssql. */
export interface MssqlModule {
  readonly default: {
    readonly ConnectionPool: new (config: MssqlConfig) => MssqlPool;
  };
}

export interface MssqlConfig {
  readonly server: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly arrayRowMode: true;
  /** One connection, so that a transaction's statements meet. */
  readonly pool: { readonly min: 1; readonly max: 1 };
  readonly options: {
    readonly encrypt: boolean;
    readonly trustServerCertificate: boolean;
    readonly appName: string;
    /** Columns of a batch are told also when there are no rows. */
    readonly abortTransactionOnError: boolean;
  };
}

export interface MssqlPool {
  connect(): Promise<unknown>;
  close(): Promise<void>;
  request(): MssqlRequest;
  on(event: "error", listener: (thrown: Error) => void): unknown;
}

export interface MssqlRequest {
  stream: boolean;
  /** Sends a text as it is, in the session: temporary tables outlive it. */
  batch(sql: string): Promise<{ readonly recordset?: unknown }>;
  on(event: "row", listener: (row: unknown) => void): unknown;
  on(event: "error", listener: (thrown: Error) => void): unknown;
  on(event: "done", listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  cancel(): unknown;
}
