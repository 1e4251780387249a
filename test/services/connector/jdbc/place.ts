import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { importPeer } from "../../../../src/storage/peer.ts";
import { countOf } from "../../full.ts";
import { demand } from "../../server/on-demand.ts";

type Row = readonly unknown[];

/** A database to try, asked by its own client and not by the product. */
export interface Place extends AsyncDisposable {
  readonly name: "PostgreSQL" | "MariaDB" | "MySQL" | "SQLite" | "DuckDB";
  readonly url: string;
  quote(name: string): string;
  /** Runs a statement; rows as the client gives them. */
  rows(sql: string): Promise<readonly Row[]>;
  /** The statements that the server has written down, where it does. */
  log?(): Promise<string>;
}

export type Found = Place | { readonly missing: string };

const double = (name: string): string => `"${name.replaceAll('"', '""')}"`;

interface Logged {
  readonly endpoint: string;
  readonly log: string;
}

/** Each a database that is empty, or why there is none. */
export const places: Readonly<Record<Place["name"], () => Promise<Found>>> = {
  PostgreSQL: postgres,
  MariaDB: () => mysql("MariaDB"),
  MySQL: () => mysql("MySQL"),
  SQLite: sqlite,
  DuckDB: duckdb,
};

/** A place of each driver: MariaDB, which has MySQL's, only where counts are full. */
export const drivers: typeof places = Object.fromEntries(
  Object.entries(places).filter(([name]) => countOf(1, 0) === 1 || name !== "MariaDB"),
) as typeof places;

/** Whether a place understands MySQL's SQL. */
export const isMysql = (name: string): boolean => name === "MariaDB" || name === "MySQL";

let databases = 0;
const fresh = (): string => `try_${process.pid}_${++databases}`;

async function postgres(): Promise<Found> {
  const server = await demand<Logged | { missing: string }>(inject("postgres"));
  if ("missing" in server) return server;
  interface Pg {
    readonly Client: new (config: object) => PgClient;
  }
  const { Client } = await importPeer<Pg>("pg", "tests");
  const [host, port] = server.endpoint.split(":");
  const client = new Client({ host, port: Number(port), user: "millrace", database: "postgres" });
  await client.connect();
  // A database would be copied, and its end waited for.
  const schema = fresh();
  await client.query(`CREATE SCHEMA ${schema}`);
  await client.query(`SET search_path TO ${schema}`);
  return {
    name: "PostgreSQL",
    url: `jdbc:postgresql://${server.endpoint}/postgres?user=millrace&currentSchema=${schema}`,
    quote: double,
    rows: async (sql) => (await client.query({ text: sql, rowMode: "array" })).rows ?? [],
    log: () => readFile(server.log, "utf8"),
    async [Symbol.asyncDispose]() {
      // Whatever still has a table of it open.
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace'",
      );
      await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.end();
    },
  };
}

interface PgClient {
  connect(): Promise<void>;
  query(query: string | object): Promise<{ readonly rows: readonly Row[] }>;
  end(): Promise<void>;
}

interface MysqlClient {
  query(query: string | object): Promise<readonly unknown[]>;
  end(): Promise<void>;
}

async function mysql(name: "MariaDB" | "MySQL"): Promise<Found> {
  const protocol = name === "MariaDB" ? "mariadb" : "mysql";
  const server = await demand<Logged | { missing: string }>(inject(protocol));
  if ("missing" in server) return server;
  interface Mysql {
    createConnection(config: object): { promise(): MysqlClient };
  }
  const { createConnection } = await importPeer<Mysql>("mysql2", "tests");
  const [host, port] = server.endpoint.split(":");
  const numbers = { supportBigNumbers: true, bigNumberStrings: true, dateStrings: true };
  const how = { host, port: Number(port), user: "root", ...numbers };
  const client = createConnection(how).promise();
  const database = fresh();
  await client.query(`CREATE DATABASE ${database}`);
  await client.query(`USE ${database}`);
  return {
    name,
    url: `jdbc:${protocol}://${server.endpoint}/${database}?user=root`,
    quote: (name) => `\`${name.replaceAll("`", "``")}\``,
    async rows(sql) {
      const [rows] = await client.query({ sql, rowsAsArray: true });
      return Array.isArray(rows) ? rows : [];
    },
    log: () => readFile(server.log, "utf8"),
    async [Symbol.asyncDispose]() {
      await client.query(`DROP DATABASE ${database}`);
      await client.end();
    },
  };
}

async function sqlite(): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-sqlite-"));
  const path = join(folder, "a b.db");
  interface Client {
    prepare(sql: string): {
      readonly reader: boolean;
      raw(): { all(): Row[] };
      run(): unknown;
    };
    close(): void;
  }
  try {
    interface Sqlite {
      readonly default: new (path: string) => Client;
    }
    const { default: Database } = await importPeer<Sqlite>("better-sqlite3", "tests");
    const client = new Database(path);
    return {
      name: "SQLite",
      url: `jdbc:sqlite:${path}`,
      quote: double,
      async rows(sql) {
        const statement = client.prepare(sql);
        if (statement.reader) return statement.raw().all();
        statement.run();
        return [];
      },
      async [Symbol.asyncDispose]() {
        client.close();
        await rm(folder, { recursive: true });
      },
    };
  } catch (thrown) {
    // Its binary is compiled, or fetched, by a script of its install.
    return { missing: `no SQLite: ${String(thrown).split("\n")[0]}` };
  }
}

async function duckdb(): Promise<Found> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const folder = await mkdtemp(join(tmpdir(), "millrace-duckdb-"));
  const path = join(folder, "a b.duckdb");
  // The file is whoever's opens it first: held open, it would be this process's alone.
  const rows = async (sql: string): Promise<readonly Row[]> => {
    const instance = await DuckDBInstance.fromCache(path);
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRows();
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  };
  return {
    name: "DuckDB",
    url: `jdbc:duckdb:${path}`,
    quote: double,
    rows,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
