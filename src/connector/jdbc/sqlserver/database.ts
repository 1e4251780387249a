import type { Chunk } from "../../../engine/engine.ts";
import { isError } from "../../../error/error.ts";
import type { Value } from "../../../schema/value.ts";
import { importPeer } from "../../../storage/peer.ts";
import type { Connection, Database, Loading, Raw, Reading } from "../database.ts";
import { failed } from "../failure.ts";
import { insertStatements } from "../insert.ts";
import type { AccessOptions } from "../option.ts";
import { quotedText } from "../standard.ts";
import { decoderOf } from "../value.ts";
import type { MssqlConfig, MssqlModule, MssqlPool } from "./client.ts";
import { sqlServer } from "./dialect.ts";
import { sqlServerColumn } from "./type.ts";

/** What SQL Server says where there is no such object. */
const noObject = 208;

/** Rows that one VALUES may have. */
const rowsMax = 1_000;

/**
 * A SQL Server database, by mssql. Rows go by statements of many rows: the driver's bulk load makes
 * binary numbers of decimals.
 */
export function sqlServerDatabase(options: AccessOptions): Database {
  const { shown } = options.url;
  return {
    dialect: sqlServer,
    url: shown,
    async connect() {
      const { default: mssql } = await importPeer<MssqlModule>("mssql", "jdbc:sqlserver: URLs");
      const pool = new mssql.ConnectionPool(configOf(options));
      // What breaks an idle connection is told by the next use of it.
      pool.on("error", () => {});
      try {
        await pool.connect();
        return new SqlServerConnection(pool, shown);
      } catch (thrown) {
        throw failed(thrown, shown, "connect");
      }
    },
    missing: (thrown) =>
      isError(thrown) && (thrown.cause as { readonly number?: unknown })?.number === noObject,
  };
}

/** A connection that does not come about within this is one that failed, ms. */
const connectMax = 30_000;

/** The options of the connection, by those of Microsoft's JDBC driver. */
export function configOf({
  url,
  user,
  password,
  properties,
  queryTimeout,
}: AccessOptions): MssqlConfig {
  const flag = (name: string): boolean => (properties[name] ?? "").toLowerCase() === "true";
  const given = url.database || properties["databasename"];
  return {
    ...{ server: url.host, port: url.port, connectionTimeout: connectMax, arrayRowMode: true },
    requestTimeout: queryTimeout * 1000,
    pool: { min: 1, max: 1 },
    ...(given ? { database: given } : {}),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    options: {
      encrypt: !["false", "no", "optional"].includes((properties["encrypt"] ?? "").toLowerCase()),
      trustServerCertificate: flag("trustservercertificate"),
      appName: properties["applicationname"] ?? "millrace",
      abortTransactionOnError: true,
    },
  };
}

class SqlServerConnection implements Connection {
  readonly #pool: MssqlPool;
  readonly #url: string;
  #ended = false;

  constructor(pool: MssqlPool, url: string) {
    this.#pool = pool;
    this.#url = url;
  }

  async run(sql: string) {
    try {
      const { recordset } = await this.#pool.request().batch(sql);
      if (!Array.isArray(recordset)) return [];
      return (recordset as unknown[][]).map((row) =>
        row.map((value) => (value === null ? null : String(value))),
      );
    } catch (thrown) {
      throw failed(thrown, this.#url, sql);
    }
  }

  async describe(select: string, ntz: boolean) {
    // Columns: is_hidden, column_ordinal, name, is_nullable, system_type_id, system_type_name, …;
    // the last is null of a type of the CLR, whose name is the 14th, user_type_name.
    const rows = await this.run(`EXEC sp_describe_first_result_set N${quotedText(select)}`);
    return rows.map((row) => sqlServerColumn(row[2] ?? "", row[5] ?? row[13] ?? "", ntz));
  }

  async *read(select: string, { columns, size, timeZone }: Reading) {
    const decoders = columns.map((column) => decoderOf(column, timeZone));
    const request = this.#pool.request();
    request.stream = true;
    const rows: Value[][] = [];
    let [ended, failure, wake] = [false, undefined as unknown, (): void => {}];
    const tell = (): void => wake();
    request.on("row", (row) => {
      try {
        const values = row as (Raw | null)[];
        rows.push(decoders.map((decode, at) => decode(values[at] ?? null)));
      } catch (thrown) {
        failure ??= thrown;
        request.cancel();
      }
      if (rows.length >= size) request.pause();
      tell();
    });
    request.on("error", (thrown) => {
      failure ??= failed(thrown, this.#url, select);
      tell();
    });
    request.on("done", () => {
      ended = true;
      tell();
    });
    request.batch(select).catch(() => {});
    try {
      for (;;) {
        if (failure !== undefined) throw failure;
        if (rows.length >= size || (ended && rows.length > 0)) {
          yield rows.splice(0, size);
          request.resume();
          continue;
        }
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      if (!ended) request.cancel();
    }
  }

  async load(loading: Loading, chunks: AsyncIterable<Chunk>) {
    const size = Math.min(loading.size, rowsMax);
    for await (const statement of insertStatements(sqlServer, { ...loading, size }, chunks)) {
      await this.run(statement);
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.#ended) return;
    this.#ended = true;
    await this.#pool.close().catch(() => {});
  }
}
