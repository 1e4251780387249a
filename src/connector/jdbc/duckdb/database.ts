import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import { type Duck, loadDuck } from "../../../engine/duckdb/module.ts";
import { sqlType } from "../../../engine/duckdb/type.ts";
import { appendRows } from "../../../engine/duckdb/value/append.ts";
import { readVector } from "../../../engine/duckdb/value/read.ts";
import type { Chunk } from "../../../engine/engine.ts";
import { isError } from "../../../error/error.ts";
import { type StructType, string, struct, timestampNtz } from "../../../schema/type.ts";
import { LocalTimestamp, Timestamp, type Value } from "../../../schema/value.ts";
import { instantOf, zoneOf } from "../../../schema/zone.ts";
import type { Connection, Database, DatabaseColumn, Loading, Reading } from "../database.ts";
import { failed } from "../failure.ts";
import type { AccessOptions } from "../option.ts";
import { decoderOf } from "../value.ts";
import { duckdb } from "./dialect.ts";
import { duckdbColumn } from "./type.ts";

/** A DuckDB file, by the binding of the engine; its connections in this process share it. */
export function duckdbDatabase({ url }: AccessOptions): Database {
  return {
    dialect: duckdb,
    url: url.shown,
    async connect() {
      const duck = loadDuck();
      try {
        // Without settings: a program that has the file open has it so, and they must be the same.
        const instance = await duck.DuckDBInstance.fromCache(url.database);
        const connection = await instance.connect();
        await connection.run("SET TimeZone = 'UTC'");
        await connection.run("SET autoinstall_known_extensions = false");
        const close = (): void => {
          connection.closeSync();
          instance.closeSync();
        };
        return new DuckdbConnection(duck, connection, { url: url.shown, close });
      } catch (thrown) {
        throw failed(thrown, url.shown, "open the file");
      }
    },
    missing: (thrown) =>
      thrown instanceof Error && /Table with name .* does not exist/.test(thrown.message),
  };
}

const incoming = "millrace_incoming";

class DuckdbConnection implements Connection {
  readonly #duck: Duck;
  readonly #connection: DuckDBConnection;
  readonly #how: { readonly url: string; close(): void };
  #ended = false;

  constructor(duck: Duck, connection: DuckDBConnection, how: { url: string; close(): void }) {
    this.#duck = duck;
    this.#connection = connection;
    this.#how = how;
  }

  /** Prepared: a text of several statements is refused. */
  async #stream(sql: string): Promise<DuckDBResult> {
    try {
      const prepared = await this.#connection.prepare(sql);
      return await prepared.stream();
    } catch (thrown) {
      throw failed(thrown, this.#how.url, sql);
    }
  }

  async run(sql: string) {
    try {
      const prepared = await this.#connection.prepare(sql);
      const rows = (await prepared.runAndReadAll()).getRows();
      return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
    } catch (thrown) {
      throw failed(thrown, this.#how.url, sql);
    }
  }

  async describe(select: string, ntz: boolean) {
    const rows = await this.run(`DESCRIBE ${select}`);
    return rows.map(([name, type]) => duckdbColumn(name ?? "", type ?? "", ntz));
  }

  async *read(select: string, { columns, size, timeZone }: Reading) {
    const result = await this.#stream(select);
    const changes = columns.map((column) => changeOf(column, timeZone));
    let rows: Value[][] = [];
    try {
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const vectors = columns.map((column, at) =>
          readVector(chunk.getColumnVector(at), vectorType(column)).map(changes[at]!),
        );
        for (let row = 0; row < chunk.rowCount; row += 1) {
          rows.push(vectors.map((vector) => vector[row] ?? null));
        }
        if (rows.length < size) continue;
        yield rows;
        rows = [];
      }
    } catch (thrown) {
      throw isError(thrown) ? thrown : failed(thrown, this.#how.url, select);
    }
    if (rows.length > 0) yield rows;
  }

  async load({ table, columns }: Loading, chunks: AsyncIterable<Chunk>) {
    const schema: StructType = struct(columns);
    const types = columns.map(({ type }, at) => `k${at} ${sqlType(type)}`);
    const names = columns.map(({ name }) => duckdb.quote(name)).join(", ");
    await this.run(`CREATE OR REPLACE TEMP TABLE ${incoming} (${types.join(", ")})`);
    for await (const chunk of chunks) {
      const rows = Array.from({ length: chunk.rows }, (_, row) =>
        chunk.columns.map((values) => values[row] ?? null),
      );
      try {
        await appendRows(this.#duck, this.#connection, { table: incoming, schema, rows });
      } catch (thrown) {
        throw failed(thrown, this.#how.url, `append to ${table}`);
      }
    }
    await this.run(`INSERT INTO ${table} (${names}) SELECT * FROM ${incoming}`);
    await this.run(`DROP TABLE ${incoming}`);
  }

  async [Symbol.asyncDispose]() {
    if (this.#ended) return;
    this.#ended = true;
    this.#how.close();
  }
}

function vectorType({ type, form }: DatabaseColumn) {
  if (form === "time") return string;
  return form === "wall" && type.type === "timestamp" ? timestampNtz : type;
}

function changeOf(column: DatabaseColumn, timeZone: string): (value: Value) => Value {
  const decode = decoderOf(column, timeZone);
  if (column.form === "time") return (value) => decode(value === null ? null : String(value));
  if (column.form !== "wall" || column.type.type !== "timestamp") return (value) => value;
  const zone = zoneOf(timeZone) ?? zoneOf("UTC")!;
  return (value) =>
    value instanceof LocalTimestamp ? new Timestamp(instantOf(zone, value.micros)) : value;
}
