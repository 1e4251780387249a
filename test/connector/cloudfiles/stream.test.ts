import assert from "node:assert/strict";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { sourceSuite } from "../../../src/conformance/source.ts";
import { connector } from "../../../src/connector/cloudfiles/connector.ts";
import { write } from "../../../src/connector/registry.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema, toDdl } from "../../../src/schema/ddl.ts";
import type { StreamingDataset } from "../../../src/stream/dataset.ts";
import { openSession, query, type TestSession } from "../session.ts";

const byOptions = { kind: "options" } as const;

async function resolve(session: TestSession, options: Options = {}, schema?: string) {
  return connector.streamReader!({
    format: "cloudFiles",
    options: {
      "cloudfiles.format": "json",
      "cloudfiles.schemalocation": join(session.folder, "schema"),
      ...options,
    },
    paths: [join(session.folder, "in")],
    context: session.context,
    ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
  });
}

async function open(session: TestSession, options: Options = {}, schema?: string) {
  const dataset = await resolve(session, options, schema);
  return { dataset, source: await openSource(session, dataset, false) };
}

async function openSource(session: TestSession, dataset: StreamingDataset, atomic: boolean) {
  const checkpoint = await session.locate("checkpoint", "sources", "0");
  return dataset.open({ checkpoint, queryId: "q", hidden: [], atomic });
}

async function prepared(): Promise<TestSession> {
  const session = await openSession();
  await mkdir(join(session.folder, "in"));
  return session;
}

describe("laws", () => {
  sourceSuite({ test, assert }, async () => {
    const session = await prepared();
    let added = 0;
    return {
      engine: session.engine,
      limit: 1,
      open: async () =>
        (await open(session, { "cloudfiles.maxfilespertrigger": "1" }, "id INT")).source,
      async add() {
        added += 1;
        await session.file(`in/f${added}.json`, `{"id":${added}}\n`, 1000 + added);
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  });
});

describe("the schema", () => {
  test("is inferred as strings, with the rescued column, and kept", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"b":1.50,"a":{"x":1}}\n', 1);
    const dataset = await resolve(session);
    expect(toDdl(dataset.schema)).toBe("a STRING,b STRING,_rescued_data STRING");
    const text = await readFile(join(session.folder, "schema", "_schemas", "0"), "utf8");
    expect(text.split("\n")[0]).toBe("v1");
    expect(Object.keys(JSON.parse(text.slice(3)))).toEqual([
      "dataSchemaJson",
      "partitionSchemaJson",
    ]);
  });

  test("has types where they are asked for, hints, and the columns of folders", async () => {
    await using session = await prepared();
    await mkdir(join(session.folder, "in", "day=2026-01-02"));
    await session.file("in/day=2026-01-02/a.json", '{"id":1,"s":{"x":1},"ts":"2026-01-01"}\n', 1);
    const dataset = await resolve(session, {
      "cloudfiles.infercolumntypes": "true",
      "cloudfiles.schemahints": "ts TIMESTAMP, s.x INT, more MAP<STRING, INT>",
    });
    expect(toDdl(dataset.schema)).toBe(
      "id BIGINT,s STRUCT<x: INT>,ts TIMESTAMP,more MAP<STRING, INT>,day DATE,_rescued_data STRING",
    );
  });

  test("of an empty folder, or without a place for it, is an error", async () => {
    await using session = await prepared();
    await expect(resolve(session)).rejects.toMatchObject({
      code: "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE",
    });
    const request = { format: "cloudFiles", options: { "cloudfiles.format": "json" } };
    const paths = [join(session.folder, "in")];
    await expect(
      connector.streamReader!({ ...request, paths, context: session.context }),
    ).rejects.toMatchObject({ code: "CF_SCHEMA_LOCATION_MISSING" });
  });
});

describe("a new column", () => {
  test("fails the batch with the new schema written, and the restart reads the same files", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    let start: string | undefined;
    let end: string;
    {
      const { source } = await open(session);
      await using _ = source;
      start = (await source.latestOffset(undefined, byOptions))!;
      const batch = await source.input(undefined, start);
      expect(batch.rows).toBe(1);
      expect(await session.rows(batch.input)).toEqual([{ id: "1", _rescued_data: null }]);
      await session.file("in/b.json", '{"id":2,"extra":{"x":true}}\n{"id":3,"other":1}\n', 2);
      end = (await source.latestOffset(start, byOptions))!;
      await expect(source.input(start, end)).rejects.toMatchObject({
        code: "UNKNOWN_FIELD_EXCEPTION",
        parameters: { fields: "extra: STRING, other: STRING" },
      });
    }
    const { dataset, source } = await open(session);
    await using _ = source;
    expect(toDdl(dataset.schema)).toBe("id STRING,extra STRING,other STRING,_rescued_data STRING");
    expect(await session.rows((await source.input(start, end)).input)).toEqual([
      { id: "2", extra: '{"x":true}', other: null, _rescued_data: null },
      { id: "3", extra: null, other: "1", _rescued_data: null },
    ]);
    expect(await readdir(join(session.folder, "schema", "_schemas"))).toEqual(["0", "1"]);
  });

  test.each([
    ["json", '{"id":1}\n', '{"id":2}\n{"id":3,"extra":{"x":1}}\n{"id":4,"other":1}\n'],
    ["json", '{"id":1,"list":[]}\n', '{"id":2}\n{"id":3,"extra":1,"other":[]}\n'],
    ["csv", "id\n1\n", "id,extra,other\n2,x,y\n"],
  ])(
    "under an atomic sink stops the read, and failing makes the schema durable",
    async (format, first, second) => {
      await using session = await prepared();
      await session.file(`in/a.${format}`, first, 1);
      const options = { "cloudfiles.format": format, "cloudfiles.infercolumntypes": "true" };
      const source = await openSource(session, await resolve(session, options), true);
      await using _ = source;
      const start = (await source.latestOffset(undefined, byOptions))!;
      const known = await source.input(undefined, start);
      expect(known.rows).toBeUndefined();
      expect(await session.rows(known.input)).toHaveLength(1);
      await session.file(`in/b.${format}`, second, 2);
      const end = (await source.latestOffset(start, byOptions))!;
      const { input } = await source.input(start, end);
      const thrown = await session.rows(input).catch((failure: unknown) => failure);
      expect(thrown).toMatchObject({
        code: "UNKNOWN_FIELD_EXCEPTION",
        parameters: { path: `file://${session.folder}/in/b.${format}` },
      });
      await source.failed!(new Error("of another source"));
      expect(await readdir(join(session.folder, "schema", "_schemas"))).toEqual(["0"]);
      await expect(source.failed!(thrown)).rejects.toMatchObject({
        code: "UNKNOWN_FIELD_EXCEPTION",
        parameters: { fields: expect.stringMatching(/^extra: .+, other: .+$/) },
      });
      expect(await readdir(join(session.folder, "schema", "_schemas"))).toEqual(["0", "1"]);
    },
  );

  test("under an atomic sink is no name in another case, and no value of another type", async () => {
    await using session = await prepared();
    const options = { "cloudfiles.infercolumntypes": "true" };
    await session.file("in/a.json", '{"id":1}\n', 1);
    const dataset = await resolve(session, options);
    await session.file("in/b.json", '{"id":"x"}\n{"ID":2}\n', 2);
    const source = await openSource(session, dataset, true);
    await using _ = source;
    const end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows.map((row) => row["id"])).toEqual([1n, null, null]);
  });

  test("is rescued, or fails, or is passed over, as the mode says", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    await resolve(session);
    await session.file("in/b.json", '{"id":2,"extra":7}\n', 2);
    const read = async (options: Options) => {
      const { source } = await open(session, options);
      await using _ = source;
      const end = (await source.latestOffset(undefined, byOptions))!;
      return session.rows((await source.input(undefined, end)).input);
    };
    const rescued = await read({ "cloudfiles.schemaevolutionmode": "rescue" });
    expect(JSON.parse(rescued[1]!["_rescued_data"] as string)).toEqual({
      extra: 7,
      _file_path: `file://${session.folder}/in/b.json`,
    });
    await expect(
      read({ "cloudfiles.schemaevolutionmode": "failOnNewColumns" }),
    ).rejects.toMatchObject({ code: "UNKNOWN_FIELD_EXCEPTION" });
    expect(await readdir(join(session.folder, "schema", "_schemas"))).toEqual(["0"]);
    expect(await read({ "cloudfiles.schemaevolutionmode": "none" })).toHaveLength(2);
  });

  test("is not a value of another type, which is rescued", async () => {
    await using session = await prepared();
    const typed = { "cloudfiles.infercolumntypes": "true" };
    await session.file("in/a.json", '{"id":1,"s":{"x":1}}\n', 1);
    await resolve(session, typed);
    await session.file("in/b.json", '{"id":"no number","s":{"x":2}}\n', 2);
    const { source } = await open(session, typed);
    await using _ = source;
    const end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows[1]!["id"]).toBeNull();
    expect(JSON.parse(rows[1]!["_rescued_data"] as string)).toMatchObject({ id: "no number" });
  });
});

test("CSV files of other columns are read by their headers", async () => {
  await using session = await prepared();
  await session.file("in/a.csv", "id,k\n1,x\n", 1);
  const options = { "cloudfiles.format": "csv" };
  const { source } = await open(session, options);
  let end: string;
  {
    await using _ = source;
    end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows).toEqual([{ id: "1", k: "x", _rescued_data: null }]);
    await session.file("in/b.csv", "more,id\ny,2\n", 2);
    const next = (await source.latestOffset(end, byOptions))!;
    await expect(source.input(end, next)).rejects.toMatchObject({
      code: "UNKNOWN_FIELD_EXCEPTION",
      parameters: { fields: "more: STRING" },
    });
  }
  const again = (await open(session, options)).source;
  await using _ = again;
  const rows = await session.rows((await again.input(end, '{"logOffset":1}')).input);
  expect(rows).toEqual([{ id: "2", k: null, more: "y", _rescued_data: null }]);
});

test("Parquet files tell new columns by their footers", async () => {
  await using session = await prepared();
  const save = async (ddl: string, row: readonly bigint[]) => {
    const schema = parseSchema(ddl);
    const input = { kind: "rows", schema, rows: [row] } as const;
    await write({
      ...{ format: "parquet", options: {}, mode: "append", partitionBy: [], query },
      target: { name: "in", location: await session.locate("in") },
      relation: { kind: "input", input, output: columnsOf(schema) },
      context: session.context,
    });
  };
  await save("id BIGINT", [1n]);
  const options = { "cloudfiles.format": "parquet" };
  expect(toDdl((await resolve(session, options)).schema)).toBe("id BIGINT,_rescued_data STRING");
  await save("id BIGINT, more BIGINT", [2n, 3n]);
  const { source } = await open(session, options);
  await using _ = source;
  const end = (await source.latestOffset(undefined, byOptions))!;
  await expect(source.input(undefined, end)).rejects.toMatchObject({
    code: "UNKNOWN_FIELD_EXCEPTION",
    parameters: { fields: "more: BIGINT" },
  });
  const again = (await open(session, options)).source;
  await using __ = again;
  const rows = await session.rows((await again.input(undefined, end)).input);
  expect(rows.map((row) => row["more"])).toEqual([null, 3n]);
});

describe("options", () => {
  test("files that were there are passed over, also after a restart", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n', 1);
    const options = { "cloudfiles.includeexistingfiles": "false" };
    {
      const { source } = await open(session, options);
      await using _ = source;
      expect(await source.latestOffset(undefined, byOptions)).toBeUndefined();
    }
    await session.file("in/b.json", '{"id":2}\n', 2);
    const { source } = await open(session, options);
    await using _ = source;
    const end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows.map((row) => row["id"])).toEqual(["2"]);
  });

  test("files that came after a first start that found none are not passed over", async () => {
    await using session = await prepared();
    const options = { "cloudfiles.includeexistingfiles": "false" };
    for (const expected of [undefined, '{"logOffset":0}']) {
      const { source } = await open(session, options, "id STRING");
      await using _ = source;
      expect(await source.latestOffset(undefined, byOptions)).toBe(expected);
      await session.file("in/a.json", '{"id":1}\n', 1);
    }
  });

  test("a file written over comes again with allowOverwrites alone", async () => {
    for (const [allowOverwrites, more] of [
      ["true", true],
      ["false", false],
    ] as const) {
      await using session = await prepared();
      await session.file("in/a.json", '{"id":1}\n', 1);
      const { source } = await open(session, { "cloudfiles.allowoverwrites": allowOverwrites });
      await using _ = source;
      const end = await source.latestOffset(undefined, byOptions);
      await session.file("in/a.json", '{"id":2}\n', 2);
      expect((await source.latestOffset(end, byOptions)) !== end).toBe(more);
    }
  });

  test.each([
    [{ "cloudfiles.format": "hudi" }, "DATA_SOURCE_NOT_BUILT"],
    [{ "cloudfiles.format": "jsn" }, "DATA_SOURCE_NOT_FOUND"],
    [{ "cloudfiles.maxfiles": "1" }, "CF_UNKNOWN_OPTION_KEYS_ERROR"],
    [{ "cloudfiles.usenotifications": "true" }, "CF_INVALID_OPTION_VALUE"],
    [{ "cloudfiles.schemaevolutionmode": "x" }, "CF_INVALID_SCHEMA_EVOLUTION_MODE"],
  ])("%j is %s", async (options, code) => {
    await using session = await prepared();
    await expect(resolve(session, options as never)).rejects.toMatchObject({ code });
  });
});
