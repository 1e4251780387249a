import type { Readable, Writable } from "node:stream";

/** What is used of pg. */
export interface PgModule {
  readonly Client: new (config: PgConfig) => PgClient;
}

export interface PgConfig {
  readonly host: string;
  readonly port: number;
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  readonly ssl?: false | { readonly rejectUnauthorized: boolean; readonly ca?: string };
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
}

export interface PgClient {
  connect(): Promise<unknown>;
  /** Of a stream of pg-copy-streams: it is sent, and is itself the answer. */
  query<T extends Readable | Writable>(stream: T): T;
  query(config: PgQuery): Promise<PgResult>;
  end(): Promise<void>;
  on(event: "error", listener: (thrown: Error) => void): unknown;
}

export interface PgQuery {
  readonly text: string;
  readonly rowMode: "array";
  /** By the extended protocol, which takes one statement alone. */
  readonly queryMode: "extended";
  /** What of a value's text is made: nothing. */
  readonly types: { getTypeParser(oid: number): (text: string) => string };
}

export interface PgResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly fields: readonly PgField[];
}

export interface PgField {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
  readonly tableID: number;
  readonly columnID: number;
}

/** What is used of pg-copy-streams. */
export interface CopyModule {
  to(text: string): Readable;
  from(text: string): Writable;
}
