import type { Chunk } from "../../../engine/engine.ts";
import { error, isError } from "../../../error/error.ts";
import { formatLocalTimestamp } from "../../../schema/time.ts";
import type { DataType } from "../../../schema/type.ts";
import { LocalTimestamp, Timestamp, type Value } from "../../../schema/value.ts";
import { importPeer } from "../../../storage/peer.ts";
import type { Connection, Database, Loading, Raw, Reading } from "../database.ts";
import { failed } from "../failure.ts";
import type { AccessOptions } from "../option.ts";
import { decoderOf } from "../value.ts";
import type { SqliteClient, SqliteModule, SqliteStatement } from "./client.ts";
import { sqlite } from "./dialect.ts";
import { sqliteColumn } from "./type.ts";

/** How long another writer is waited for, ms. */
const busyMax = 30_000;

/** A SQLite database in a file, by better-sqlite3: in this process, and at once. */
export function sqliteDatabase({ url }: AccessOptions): Database {
  return {
    dialect: sqlite,
    url: url.shown,
    async connect() {
      const { default: Client } = await importPeer<SqliteModule>(
        "better-sqlite3",
        "jdbc:sqlite: URLs",
      );
      try {
        return new SqliteConnection(new Client(url.database, { timeout: busyMax }), url.shown);
      } catch (thrown) {
        throw failed(thrown, url.shown, "open the file");
      }
    },
    missing: (thrown) => thrown instanceof Error && /no such table/.test(thrown.message),
  };
}

class SqliteConnection implements Connection {
  readonly #client: SqliteClient;
  readonly #url: string;
  #ended = false;

  constructor(client: SqliteClient, url: string) {
    this.#client = client;
    this.#url = url;
  }

  #do<T>(sql: string, work: (statement: SqliteStatement) => T): T {
    try {
      return work(this.#client.prepare(sql));
    } catch (thrown) {
      throw failed(thrown, this.#url, sql);
    }
  }

  async run(sql: string) {
    return this.#do(sql, (statement) => {
      if (!statement.reader) {
        statement.run();
        return [];
      }
      return rowsOf(statement).map((row) =>
        row.map((value) => (value === null ? null : String(value))),
      );
    });
  }

  async describe(select: string, ntz: boolean) {
    return this.#do(select, (statement) => {
      const fields = statement.columns();
      const bare = fields.some(({ type }) => type === null);
      // Only a value tells of an expression what it is.
      const sample = bare ? this.#client.prepare(select.replace(/ WHERE 1=0$/, " LIMIT 1")) : null;
      const [row = []] = sample === null ? [] : rowsOf(sample);
      return fields.map((field, at) => sqliteColumn(field, row[at], ntz));
    });
  }

  async *read(select: string, { columns, size, timeZone }: Reading) {
    const decoders = columns.map((column) => decoderOf(column, timeZone));
    try {
      const statement = this.#client.prepare(select);
      statement.raw(true);
      statement.safeIntegers(true);
      let rows: Value[][] = [];
      for (const row of statement.iterate() as IterableIterator<(Raw | null)[]>) {
        rows.push(decoders.map((decode, at) => decode(row[at] ?? null)));
        if (rows.length < size) continue;
        yield rows;
        rows = [];
      }
      if (rows.length > 0) yield rows;
    } catch (thrown) {
      throw isError(thrown) ? thrown : failed(thrown, this.#url, select);
    }
  }

  async load({ table, columns }: Loading, chunks: AsyncIterable<Chunk>) {
    const names = columns.map(({ name }) => sqlite.quote(name)).join(", ");
    const marks = columns.map(() => "?").join(", ");
    const sql = `INSERT INTO ${table} (${names}) VALUES (${marks})`;
    const insert = this.#do(sql, (statement) => statement);
    const fields = columns.map(({ name, type }) => ({ name, type }));
    for await (const chunk of chunks) {
      try {
        for (let row = 0; row < chunk.rows; row += 1) {
          const values = fields.map((field, at) => bound(chunk.columns[at]?.[row] ?? null, field));
          insert.run(...values);
        }
      } catch (thrown) {
        throw failed(thrown, this.#url, sql);
      }
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.#ended) return;
    this.#ended = true;
    this.#client.close();
  }
}

function rowsOf(statement: SqliteStatement): readonly (readonly unknown[])[] {
  statement.raw(true);
  statement.safeIntegers(true);
  return statement.all() as readonly (readonly unknown[])[];
}

/** A value as SQLite holds it: times and decimals are texts. */
function bound(value: Value, { name, type }: { readonly name: string; readonly type: DataType }) {
  if (value === null || typeof value === "string" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") {
    if (type.type !== "double" && type.type !== "float") return BigInt(value);
    if (!Number.isNaN(value)) return value;
    throw error("JDBC_VALUE_UNSUPPORTED", { database: sqlite.name, value: "NaN", column: name });
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Timestamp) return `${formatLocalTimestamp(value.micros)}Z`;
  if (value instanceof LocalTimestamp) return formatLocalTimestamp(value.micros);
  return String(value);
}
