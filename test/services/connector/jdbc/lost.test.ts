import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, describe, expect, test } from "vitest";
import { columnsOf } from "../../../../src/analysis/expression.ts";
import type { ConnectorContext } from "../../../../src/connector/connector.ts";
import { jdbcSink } from "../../../../src/connector/jdbc/sink.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { field, long, string, struct } from "../../../../src/schema/type.ts";
import type { SinkBatch } from "../../../../src/stream/sink.ts";
import { drivers, type Place } from "./place.ts";

const schema = struct([field("id", long), field("name", string)]);
const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** What becomes of a connection when a client says a word on it: once in a proxy's life. */
interface Cut {
  readonly word: string;
  /** Whether the server hears of it. */
  readonly heard: boolean;
}

/** A proxy before a database that breaks one connection. */
async function proxied(url: string, { word, heard }: Cut) {
  const target = /\/\/([^:/]+):(\d+)\//.exec(url)!;
  let cuts = 0;
  const server = createServer((client) => {
    const database = connect(Number(target[2]), target[1]);
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database] as Socket[]) {
      socket.on("error", end);
      socket.on("close", end);
    }
    let cutting = false;
    client.on("data", (bytes: Buffer) => {
      const said = cuts === 0 && bytes.includes(word);
      if (said) cuts += 1;
      if (said && !heard) return end();
      cutting ||= said;
      database.write(bytes);
    });
    // The server has done it when it answers; the client does not hear.
    database.on("data", (bytes: Buffer) => (cutting ? end() : client.write(bytes)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  return {
    url: url.replace(/\/\/[^/]+\//, `//127.0.0.1:${port}/`),
    cuts: () => cuts,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

function batchOf(batchId: number, count: number): SinkBatch {
  const rows = Array.from({ length: count }, (_, at) => [BigInt(batchId * 1e6 + at), "x"]);
  return {
    ...{ batchId, queryId: "query", outputMode: "append" },
    relation: { kind: "input", input: { kind: "rows", schema, rows }, output: columnsOf(schema) },
    context: { timeZone: "UTC", timestampMs: 0, seed: batchId },
  };
}

const cuts: Readonly<Record<string, Cut>> = {
  "before its commit is heard": { word: "COMMIT", heard: false },
  "after its commit is heard": { word: "COMMIT", heard: true },
  "among its rows": { word: "2000500", heard: true },
  "at its beginning": { word: "millrace_stream_batches", heard: false },
};

for (const [name, find] of Object.entries(drivers)) {
  if (name === "SQLite" || name === "DuckDB") continue;
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`a connection to ${name} that breaks in a batch`, () => {
    const open = (url: string) =>
      jdbcSink({
        ...{ format: "jdbc", outputMode: "append", partitionBy: [], schema },
        options: { url, dbtable: "t" },
        context: { engine } as unknown as ConnectorContext,
      });
    const there = async (place: Place): Promise<readonly number[]> => {
      const [row] = await place.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM t");
      return row!.map(Number);
    };

    for (const [when, cut] of Object.entries(cuts)) {
      test(`${when}: the batch is there once`, async () => {
        await using place = (await find()) as Place;
        {
          await using first = await open(place.url);
          await first.addBatch(batchOf(0, 10));
        }
        await using proxy = await proxied(place.url, cut);
        await using sink = await open(proxy.url);
        await sink.addBatch(batchOf(1, 10));
        await sink.addBatch(batchOf(2, 2_000));
        await sink.addBatch(batchOf(3, 10));
        expect(proxy.cuts()).toBe(1);
        expect(await there(place)).toEqual([2_030, 2_030]);
      });
    }

    test("a backend that is killed between two batches is not noticed", async () => {
      await using place = (await find()) as Place;
      await using sink = await open(place.url);
      await sink.addBatch(batchOf(0, 10));
      await killOthers(place);
      await sink.addBatch(batchOf(1, 10));
      expect(await there(place)).toEqual([20, 20]);
    });

    test("a database that is gone is a connection that failed, by its own condition", async () => {
      await using place = (await find()) as Place;
      await using sink = await open(place.url.replace(/:\d+\//, ":1/"));
      await expect(sink.addBatch(batchOf(0, 1))).rejects.toMatchObject({
        code: "FAILED_JDBC.CONNECTION",
      });
    });
  });

  async function killOthers(place: Place): Promise<void> {
    if (name === "PostgreSQL") {
      await place.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
          "WHERE application_name = 'millrace'",
      );
      return;
    }
    const others = await place.rows(
      "SELECT id FROM information_schema.processlist " +
        "WHERE db = database() AND id <> connection_id()",
    );
    for (const [id] of others) await place.rows(`KILL ${id}`);
  }
}
