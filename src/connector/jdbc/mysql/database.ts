import { isError } from "../../../error/error.ts";
import { importPeer } from "../../../storage/peer.ts";
import type { Connection, Database, DatabaseColumn, Loading, Raw, Reading } from "../database.ts";
import { failed, sqlStateOf } from "../failure.ts";
import { insertStatements } from "../insert.ts";
import type { AccessOptions } from "../option.ts";
import { tlsOf } from "../tls.ts";
import { decoderOf } from "../value.ts";
import type { MysqlClient, MysqlConfig, MysqlField, MysqlModule, MysqlQuery } from "./client.ts";
import { mysql } from "./dialect.ts";
import { mysqlColumn } from "./type.ts";

/**
 * A MySQL or MariaDB database, by mysql2. Rows go by statements of many rows: LOAD DATA LOCAL,
 * which is faster, leaves out rows that break a rule of the table, and says nothing.
 */
export function mysqlDatabase(options: AccessOptions): Database {
  const url = options.url.shown;
  return {
    dialect: mysql,
    url,
    connect: () => connect(options),
    missing: (thrown) =>
      ["ER_NO_SUCH_TABLE", "ER_BAD_TABLE_ERROR"].includes(sqlStateOf(thrown) ?? ""),
  };
}

async function connect(options: AccessOptions): Promise<Connection> {
  const { url, properties } = options;
  const { createConnection } = await importPeer<MysqlModule>(
    "mysql2",
    "jdbc:mysql: and jdbc:mariadb: URLs",
  );
  const client = createConnection(await configOf(options));
  const tinyIsBit = (properties["tinyint1isbit"] ?? "true").toLowerCase() !== "false";
  const connection = new MysqlConnection(client, url.shown, tinyIsBit);
  // What breaks an idle connection is told by the next use of it.
  client.on("error", () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      client.connect((thrown) => (thrown ? reject(thrown) : resolve()));
    }).catch((thrown) => {
      // One that was not let in answers no farewell.
      connection.end();
      throw thrown;
    });
    await connection.run(
      "SET time_zone = '+00:00', sql_mode = " +
        "CONCAT(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), ',STRICT_ALL_TABLES')",
    );
    if (options.queryTimeout > 0) await limitTime(connection, options.queryTimeout);
    return connection;
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw failed(thrown, url.shown, "connect");
  }
}

/** The two have it by other names: MariaDB in seconds, MySQL in milliseconds. */
async function limitTime(connection: Connection, seconds: number): Promise<void> {
  const [[version] = []] = await connection.run("SELECT version()");
  const maria = version?.includes("MariaDB") ?? false;
  await connection.run(
    maria ? `SET max_statement_time = ${seconds}` : `SET max_execution_time = ${seconds * 1000}`,
  );
}

/** A connection that does not come about within this is one that failed, ms. */
const connectMax = 30_000;

async function configOf(options: AccessOptions): Promise<MysqlConfig> {
  const { url, user, password, properties } = options;
  const mode = properties["sslmode"] ?? properties["usessl"];
  const ssl = await tlsOf(mode, properties["servercertificate"]);
  return {
    ...{ host: url.host, port: url.port, charset: "utf8mb4", connectTimeout: connectMax },
    ...(url.database === "" ? {} : { database: url.database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(ssl === false ? {} : { ssl }),
  };
}

const utf8 = new TextDecoder();

function queryOf(sql: string): MysqlQuery {
  return { sql, rowsAsArray: true, typeCast: (field) => field.buffer() };
}

type Bytes = Uint8Array | null;

class MysqlConnection implements Connection {
  readonly #client: MysqlClient;
  readonly #url: string;
  readonly #tinyIsBit: boolean;
  #reading = false;
  #ended = false;

  constructor(client: MysqlClient, url: string, tinyIsBit: boolean) {
    this.#client = client;
    this.#url = url;
    this.#tinyIsBit = tinyIsBit;
  }

  #query(sql: string): Promise<{ rows: unknown; fields: readonly MysqlField[] }> {
    return new Promise((resolve, reject) => {
      this.#client.query(queryOf(sql), (thrown, rows, fields) => {
        if (thrown) reject(failed(withoutRows(thrown), this.#url, sql));
        else resolve({ rows, fields });
      });
    });
  }

  async run(sql: string) {
    const { rows } = await this.#query(sql);
    // What is no query answers with one object.
    if (!Array.isArray(rows)) return [];
    return (rows as Bytes[][]).map((row) =>
      row.map((value) => (value === null ? null : utf8.decode(value))),
    );
  }

  async describe(select: string, ntz: boolean) {
    const { fields } = await this.#query(select);
    return fields.map((field) => mysqlColumn(field, { ntz, tinyIsBit: this.#tinyIsBit }));
  }

  async *read(select: string, { columns, size, timeZone }: Reading) {
    const decoders = columns.map((column) => decoderOf(column, timeZone));
    const raws = columns.map(rawOf);
    const stream = this.#client.query(queryOf(select)).stream({ highWaterMark: size });
    this.#reading = true;
    try {
      let rows: ReturnType<(typeof decoders)[number]>[][] = [];
      for await (const row of stream as AsyncIterable<Bytes[]>) {
        rows.push(decoders.map((decode, at) => decode(raws[at]!(row[at] ?? null))));
        if (rows.length < size) continue;
        yield rows;
        rows = [];
      }
      this.#reading = false;
      if (rows.length > 0) yield rows;
    } catch (thrown) {
      throw isError(thrown) ? thrown : failed(thrown, this.#url, select);
    }
  }

  async load(loading: Loading, chunks: Parameters<Connection["load"]>[1]) {
    for await (const statement of insertStatements(mysql, loading, chunks)) {
      await this.run(statement);
    }
  }

  /** At once, whatever it is doing. */
  end(): void {
    this.#ended = true;
    this.#client.destroy();
  }

  async [Symbol.asyncDispose]() {
    if (this.#ended) return;
    this.#ended = true;
    // It would wait for the rows of a read that nobody wants any more.
    if (this.#reading) return this.end();
    await new Promise<void>((resolve) => this.#client.end(() => resolve()));
  }
}

/** A driver's error has the whole statement with it. */
function withoutRows(thrown: Error): Error {
  return "sql" in thrown ? Object.assign(thrown, { sql: undefined }) : thrown;
}

function rawOf({ type, form }: DatabaseColumn): (value: Bytes) => Raw | null {
  if (type.type === "binary" || form === "bits") return (value) => value;
  return (value) => (value === null ? null : utf8.decode(value));
}
