import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { columnsOf } from "../../../../src/analysis/expression.ts";
import { sinkSuite } from "../../../../src/conformance/sink.ts";
import type { ConnectorContext } from "../../../../src/connector/connector.ts";
import { jdbcSink } from "../../../../src/connector/jdbc/sink.ts";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import type { OutputMode } from "../../../../src/plan/command.ts";
import { double, field, long, string, struct } from "../../../../src/schema/type.ts";
import type { Value } from "../../../../src/schema/value.ts";
import type { Sink, SinkBatch } from "../../../../src/stream/sink.ts";
import { drivers, isMysql, type Place } from "./place.ts";

const schema = struct([field("id", long), field("name", string)]);
const engine = openEngine();
afterAll(() => engine[Symbol.asyncDispose]());

type Rows = readonly (readonly Value[])[];

/** A table whose name and columns need quotes. */
const odd = "T 'x' (1)";

function open(
  place: Place,
  outputMode: OutputMode = "append",
  more: Readonly<Record<string, string>> = {},
  columns = schema,
): Promise<Sink> {
  return jdbcSink({
    ...{ format: "jdbc", outputMode, partitionBy: [], schema: columns },
    options: { url: place.url, dbtable: place.quote(odd), ...more },
    context: { engine } as unknown as ConnectorContext,
  });
}

function batchOf(
  batchId: number,
  rows: Rows,
  { outputMode = "append" as OutputMode, queryId = "query", columns = schema } = {},
): SinkBatch {
  const input = { kind: "rows", schema: columns, rows } as const;
  return {
    ...{ batchId, queryId, outputMode },
    relation: { kind: "input", input, output: columnsOf(columns) },
    context: { timeZone: "UTC", timestampMs: 0, seed: batchId },
  };
}

async function there(place: Place): Promise<readonly string[]> {
  const table = place.quote(odd);
  const tables = await place.rows(`SELECT id, name FROM ${table}`).catch(() => []);
  return tables.map(([id, name]) => `${id}${name}`).sort();
}

for (const [name, find] of Object.entries(drivers)) {
  const found = await find();
  const missing = "missing" in found;
  if (!missing) await found[Symbol.asyncDispose]();

  describe.skipIf(missing)(`the sink of ${name}`, () => {
    const made = async (): Promise<Place> => (await find()) as Place;

    sinkSuite({ test, assert }, async () => {
      const place = await made();
      return {
        engine,
        open: () => open(place),
        rows: async () =>
          (await there(place)).map((text) => [
            BigInt(parseInt(text, 10)),
            text.replace(/^\d+/, ""),
          ]),
        [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
      };
    });

    test("each batch replaces the one before in mode complete", async () => {
      await using place = await made();
      await using sink = await open(place, "complete");
      const complete = { outputMode: "complete" } as const;
      await sink.addBatch(
        batchOf(
          0,
          [
            [1n, "a"],
            [2n, "b"],
          ],
          complete,
        ),
      );
      await sink.addBatch(batchOf(1, [[3n, "c"]], complete));
      await sink.addBatch(batchOf(1, [[3n, "c"]], complete));
      expect(await there(place)).toEqual(["3c"]);
    });

    test("rows take the place of those with their keys in mode update, null and all", async () => {
      await using place = await made();
      await using sink = await open(place, "update", { keycolumns: "NAME" });
      const update = { outputMode: "update" } as const;
      await sink.addBatch(
        batchOf(
          0,
          [
            [1n, "a"],
            [2n, "b"],
            [3n, null],
          ],
          update,
        ),
      );
      await sink.addBatch(
        batchOf(
          1,
          [
            [4n, "b"],
            [5n, null],
            [6n, "c"],
          ],
          update,
        ),
      );
      await sink.addBatch(batchOf(2, [[7n, "c"]], update));
      await sink.addBatch(batchOf(2, [[7n, "c"]], update));
      expect(await there(place)).toEqual(["1a", "4b", "5null", "7c"]);
    });

    test("a batch of update with one key twice is refused, and leaves nothing", async () => {
      await using place = await made();
      await using sink = await open(place, "update", { keycolumns: "id" });
      const update = { outputMode: "update" } as const;
      await sink.addBatch(batchOf(0, [[1n, "a"]], update));
      const twice = batchOf(
        1,
        [
          [1n, "b"],
          [2n, "c"],
          [2n, "d"],
        ],
        update,
      );
      await expect(sink.addBatch(twice)).rejects.toMatchObject({ code: "JDBC_DUPLICATE_KEY" });
      expect(await there(place)).toEqual(["1a"]);
      await sink.addBatch(batchOf(1, [[1n, "b"]], update));
      expect(await there(place)).toEqual(["1b"]);
    });

    test("a batch that fails in its middle leaves nothing, and may come again", async () => {
      await using place = await made();
      await using sink = await open(place);
      const many = Array.from({ length: 5_000 }, (_, id) => [BigInt(id), "x"] as const);
      await sink.addBatch(batchOf(0, [[-1n, "a"]]));
      const table = place.quote(odd);
      if (name === "PostgreSQL") await place.rows(`ALTER TABLE ${table} ADD CHECK (id < 4900)`);
      else if (isMysql(name))
        await place.rows(`ALTER TABLE ${table} MODIFY id SMALLINT CHECK (id < 4900)`);
      else await place.rows(`CREATE UNIQUE INDEX one ON ${table} (id)`);
      const bad = name === "SQLite" || name === "DuckDB" ? [...many, [0n, "x"] as const] : many;
      await expect(sink.addBatch(batchOf(1, bad))).rejects.toThrow();
      expect(await there(place)).toEqual(["-1a"]);
      await sink.addBatch(batchOf(1, [[2n, "b"]]));
      expect(await there(place)).toEqual(["-1a", "2b"]);
    });

    test("two queries into one table do not hide each other's batches", async () => {
      await using place = await made();
      await using sink = await open(place);
      await sink.addBatch(batchOf(0, [[1n, "a"]], { queryId: "o'ne" }));
      await sink.addBatch(batchOf(0, [[2n, "b"]], { queryId: "two" }));
      await sink.addBatch(batchOf(0, [[2n, "b"]], { queryId: "o'ne" }));
      expect(await there(place)).toEqual(["1a", "2b"]);
    });

    test("names and values made of quotes run nothing", async () => {
      await using place = await made();
      await place.rows("CREATE TABLE victim (id INTEGER)");
      const evil = `x'); DROP TABLE victim; -- "\`]\\`;
      const columns = struct([field("id", long), field(evil, string)]);
      const table = { dbtable: place.quote(evil), batchtable: place.quote(`b${evil}`) };
      await using sink = await open(place, "append", table, columns);
      await sink.addBatch(batchOf(0, [[1n, evil]], { columns, queryId: evil }));
      const [row] = await place.rows(`SELECT ${place.quote(evil)} FROM ${place.quote(evil)}`);
      expect(row).toEqual([evil]);
      expect(await place.rows("SELECT COUNT(*) FROM victim")).toHaveLength(1);
      for (const dbtable of [`${evil}`, "t; DROP TABLE victim", "t (id) VALUES (1); --", ""]) {
        await expect(open(place, "append", { dbtable })).rejects.toMatchObject({
          code: "INVALID_OPTION_VALUE",
        });
      }
      expect(await place.rows("SELECT COUNT(*) FROM victim")).toHaveLength(1);
    });

    test("a value that the database cannot hold is refused by name", async () => {
      await using place = await made();
      const columns = struct([field("d", double)]);
      const id = randomUUID();
      await using sink = await open(place, "append", { dbtable: place.quote(id) }, columns);
      const work = sink.addBatch(batchOf(0, [[Number.NaN]], { columns }));
      if (name === "PostgreSQL" || name === "DuckDB") {
        await work;
        const [row] = await place.rows(`SELECT d FROM ${place.quote(id)}`);
        expect(row).toEqual([Number.NaN]);
      } else await expect(work).rejects.toMatchObject({ code: "JDBC_VALUE_UNSUPPORTED" });
    });
  });
}
