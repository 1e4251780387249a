import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isError } from "../../../error/error.ts";
import { zoneOf } from "../../../schema/zone.ts";
import { importPeer } from "../../../storage/peer.ts";
import type { Connection, Database, Loading, Reading } from "../database.ts";
import { failed, sqlStateOf } from "../failure.ts";
import type { AccessOptions } from "../option.ts";
import { quotedText } from "../standard.ts";
import { tlsOf } from "../tls.ts";
import { decoderOf } from "../value.ts";
import type { CopyModule, PgClient, PgConfig, PgModule, PgResult } from "./client.ts";
import { CopyReader, copyText } from "./copy.ts";
import { postgres } from "./dialect.ts";
import { postgresColumn } from "./type.ts";

const purpose = "jdbc:postgresql: URLs";

/** A PostgreSQL database, by pg; rows come and go by COPY. */
export function postgresDatabase(options: AccessOptions): Database {
  const url = options.url.shown;
  return {
    dialect: postgres,
    url,
    connect: (timeZone) => connect(options, timeZone),
    // No such table, no such schema.
    missing: (thrown) => ["42P01", "3F000"].includes(sqlStateOf(thrown) ?? ""),
  };
}

async function connect(options: AccessOptions, timeZone: string): Promise<Connection> {
  const { Client } = await importPeer<PgModule>("pg", purpose);
  const copy = await importPeer<CopyModule>("pg-copy-streams", purpose);
  const client = new Client(await configOf(options));
  const connection = new PostgresConnection(client, copy, options.url.shown);
  // What breaks an idle connection is told by the next use of it.
  client.on("error", () => {});
  try {
    await client.connect();
    for (const setting of settings(options, timeZone)) await connection.run(setting);
    return connection;
  } catch (thrown) {
    await connection[Symbol.asyncDispose]();
    throw isError(thrown) ? thrown : failed(thrown, options.url.shown, "connect");
  }
}

/** A connection that does not come about within this is one that failed, ms. */
const connectMax = 30_000;

async function configOf(options: AccessOptions): Promise<PgConfig> {
  const { url, user, password, properties } = options;
  const ssl = await tlsOf(properties["sslmode"] ?? properties["ssl"], properties["sslrootcert"]);
  return {
    ...{ host: url.host, port: url.port, ssl, keepAlive: true },
    application_name: properties["applicationname"] ?? "millrace",
    connectionTimeoutMillis: connectMax,
    ...(url.database === "" ? {} : { database: url.database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

/** Texts of values are those that are read here, whatever the server is set to. */
function settings({ properties, queryTimeout }: AccessOptions, timeZone: string): string[] {
  const zone = zoneOf(timeZone);
  const named =
    zone?.kind === "offset"
      ? `INTERVAL '${zone.seconds} seconds' HOUR TO MINUTE`
      : quotedText(zone?.id ?? timeZone);
  const path = properties["currentschema"];
  return [
    "SET datestyle TO ISO, YMD",
    "SET bytea_output TO hex",
    "SET extra_float_digits TO 1",
    "SET standard_conforming_strings TO on",
    "SET client_encoding TO 'UTF8'",
    `SET TIME ZONE ${named}`,
    `SET statement_timeout TO ${queryTimeout * 1000}`,
    ...(path === undefined
      ? []
      : [`SET search_path TO ${path.split(",").map((one) => postgres.quote(one.trim()))}`]),
  ];
}

const asText = { getTypeParser: () => (text: string) => text };

class PostgresConnection implements Connection {
  readonly #client: PgClient;
  readonly #copy: CopyModule;
  readonly #url: string;
  #ended = false;

  constructor(client: PgClient, copy: CopyModule, url: string) {
    this.#client = client;
    this.#copy = copy;
    this.#url = url;
  }

  async #query(text: string): Promise<PgResult> {
    const how = { rowMode: "array", queryMode: "extended", types: asText } as const;
    try {
      return await this.#client.query({ text, ...how });
    } catch (thrown) {
      throw failed(thrown, this.#url, text);
    }
  }

  async run(sql: string) {
    return (await this.#query(sql)).rows;
  }

  async describe(select: string, ntz: boolean) {
    const { fields } = await this.#query(select);
    if (fields.length === 0) return [];
    const ids = [...new Set(fields.map((field) => field.dataTypeID))].join(", ");
    const types = await this.run(`SELECT oid, typname FROM pg_type WHERE oid IN (${ids})`);
    const names = new Map(types.map(([id, name]) => [id ?? "", name ?? ""]));
    const tables = [...new Set(fields.map((field) => field.tableID))].join(", ");
    const dimensions = await this.run(
      "SELECT attrelid, attnum, attndims FROM pg_attribute " +
        `WHERE attrelid IN (${tables}) AND attndims > 1`,
    );
    return fields.map((field) => {
      const { name, dataTypeID, dataTypeModifier: modifier, tableID, columnID } = field;
      const deep = dimensions.find(
        ([table, column]) => table === String(tableID) && column === String(columnID),
      );
      const typeName = names.get(String(dataTypeID)) ?? "";
      return postgresColumn({ name, typeName, modifier, dimensions: Number(deep?.[2] ?? 1) }, ntz);
    });
  }

  async *read(select: string, { columns, size, timeZone }: Reading) {
    const decoders = columns.map((column) => decoderOf(column, timeZone));
    const reader = new CopyReader();
    const sql = `COPY (${select}) TO STDOUT`;
    const stream = this.#client.query(this.#copy.to(sql));
    try {
      let rows: (string | null)[][] = [];
      for await (const bytes of stream as AsyncIterable<Uint8Array>) {
        rows.push(...reader.push(bytes));
        if (rows.length < size) continue;
        for (let at = 0; at < rows.length; at += size) {
          yield rows.slice(at, at + size).map((row) => valuesOf(row, decoders));
        }
        rows = [];
      }
      if (rows.length > 0) yield rows.map((row) => valuesOf(row, decoders));
    } catch (thrown) {
      throw isError(thrown) ? thrown : failed(thrown, this.#url, sql);
    }
  }

  async load({ table, columns }: Loading, chunks: Parameters<Connection["load"]>[1]) {
    const types = columns.map(({ type }) => type);
    const names = columns.map(({ name }) => postgres.quote(name)).join(", ");
    const sql = `COPY ${table} (${names}) FROM STDIN`;
    let source: unknown;
    async function* texts(): AsyncIterable<Buffer> {
      try {
        for await (const chunk of chunks) {
          if (chunk.rows > 0) yield Buffer.from(copyText(chunk, types));
        }
      } catch (thrown) {
        source = thrown;
        throw thrown;
      }
    }
    try {
      await pipeline(Readable.from(texts()), this.#client.query(this.#copy.from(sql)));
    } catch (thrown) {
      throw source ?? failed(thrown, this.#url, sql);
    }
  }

  async [Symbol.asyncDispose]() {
    if (this.#ended) return;
    this.#ended = true;
    await this.#client.end().catch(() => {});
  }
}

function valuesOf(
  row: readonly (string | null)[],
  decoders: readonly ReturnType<typeof decoderOf>[],
) {
  return decoders.map((decode, at) => decode(row[at] ?? null));
}
