import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Options } from "../../../src/plan/relation.ts";
import { toDdl } from "../../../src/schema/ddl.ts";
import type { TestSession } from "../session.ts";
import { addFile, prepared, readAll, resolve } from "./source.ts";

const typed = { "cloudFiles.inferColumnTypes": "true" };
const csv = { "cloudFiles.format": "csv" };

async function ddl(session: TestSession, options: Options, given: object = {}): Promise<string> {
  return toDdl((await resolve(session, options, given)).schema).replace(
    ",_rescued_data STRING",
    "",
  );
}

describe("inference", () => {
  test("of JSON has strings, or types with inferColumnTypes", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"n":1,"o":{"x":true},"l":[1.5]}\n', 1);
    expect(await ddl(session, {})).toBe("l STRING,n STRING,o STRING");
    await rm(join(session.folder, "schema"), { recursive: true });
    expect(await ddl(session, typed)).toBe("l ARRAY<DOUBLE>,n BIGINT,o STRUCT<x: BOOLEAN>");
  });

  test("looks at the first files and bytes that the session says", async () => {
    const key = "spark.databricks.cloudFiles.schemaInference.sampleSize";
    for (const [name, value] of [
      ["numFiles", "1"],
      ["numBytes", "10b"],
    ] as const) {
      await using session = await prepared();
      session.conf.set(`${key}.${name}`, value);
      await session.file("in/a.json", '{"a":1}\n', 1);
      await session.file("in/b.json", '{"b":1}\n', 2);
      expect(await ddl(session, {})).toBe("a STRING");
    }
  });

  test("takes names that differ only in case for one, nested ones too", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1,"s":{"X":1}}\n{"ID":1.5,"s":{"x":"a"}}\n', 1);
    expect(await ddl(session, typed)).toBe("ID DOUBLE,s STRUCT<X: STRING>");
  });

  test("of timestamps in JSON is asked for by inferTimestamp", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"t":"2026-01-01 10:00:00"}\n', 1);
    expect(await ddl(session, { ...typed, inferTimestamp: "true" })).toBe("t TIMESTAMP");
  });

  test("of CSV merges headers, unless mergeSchema is false", async () => {
    await using session = await prepared();
    await session.file("in/a.csv", "id,k\n1,x\n", 1);
    await session.file("in/b.csv", "more,ID\n1.5,3000000000\n", 2);
    expect(await ddl(session, { ...csv, ...typed, mergeSchema: "false" })).toBe(
      "id DOUBLE,k STRING",
    );
    await rm(join(session.folder, "schema"), { recursive: true });
    expect(await ddl(session, { ...csv, ...typed })).toBe("id BIGINT,k STRING,more DOUBLE");
    const rows = await readAll(session, { ...csv, ...typed, readerCaseSensitive: "false" });
    expect(rows).toEqual([
      { id: 1n, k: "x", more: null, _rescued_data: null },
      { id: 3_000_000_000n, k: null, more: 1.5, _rescued_data: null },
    ]);
  });

  test("is what expects headers in CSV: a schema that is given does not", async () => {
    await using session = await prepared();
    await session.file("in/a.csv", "1,x\n", 1);
    expect(await readAll(session, csv, { schema: "id INT, k STRING" })).toEqual([
      { id: 1, k: "x" },
    ]);
  });

  test("of Parquet takes the wider type, and rescues what fits none", async () => {
    await using session = await prepared();
    const parquet = { "cloudFiles.format": "parquet" };
    await addFile(session, "parquet", ["a INT", [[1]]]);
    await addFile(session, "parquet", ["a BIGINT, b STRING", [[2n, "x"]]]);
    expect(await ddl(session, parquet)).toMatch(/^a BIGINT,b STRING$|^b STRING,a BIGINT$/);
    const rows = await readAll(session, parquet);
    expect(rows.map(({ a }) => a).sort()).toEqual([1n, 2n]);
  });

  test("of Parquet and Avro takes one file alone, where mergeSchema is false", async () => {
    for (const format of ["parquet", "avro"]) {
      await using session = await prepared();
      const options = { "cloudFiles.format": format };
      await addFile(session, format, ["a INT", [[1]]]);
      await addFile(session, format, ["b STRING", [["x"]]]);
      expect(await ddl(session, { ...options, mergeSchema: "false" })).toMatch(
        /^(a INT|b STRING)$/,
      );
      await rm(join(session.folder, "schema"), { recursive: true });
      expect(await ddl(session, options)).toMatch(/^(a INT,b STRING|b STRING,a INT)$/);
    }
  });

  test("of text and binary files is the format's own", async () => {
    await using session = await prepared();
    await session.file("in/a.txt", "line\n", 1);
    const text = { "cloudFiles.format": "text" };
    expect(await ddl(session, text)).toBe("value STRING");
    expect(await readAll(session, text)).toEqual([{ value: "line" }]);
    const binary = { "cloudFiles.format": "binaryFile" };
    expect(await ddl(session, binary)).toBe(
      "path STRING,modificationTime TIMESTAMP,length BIGINT,content BINARY",
    );
  });

  test("needs files, and a place unless a schema is given", async () => {
    await using session = await prepared();
    await expect(resolve(session)).rejects.toMatchObject({
      code: "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE",
    });
    expect(await ddl(session, {}, { schema: "id INT" })).toBe("id INT");
  });

  test("is the same over another store, kept in the schema location there", async () => {
    await using session = await prepared();
    const { store } = await session.context.locate("memory:///");
    await store.put("/in/day=1/a.json", Buffer.from('{"id":1}'));
    const options = { ...typed, "cloudFiles.schemaLocation": "memory:///schema" };
    const path = "memory:///in";
    expect(await ddl(session, options, { path })).toBe("id BIGINT,day INT");
    expect(await store.stat("/schema/_schemas/0")).toBeDefined();
    const rows = await readAll(session, options, { path });
    expect(rows).toEqual([{ id: 1n, day: 1, _rescued_data: null }]);
  });
});

describe("hints", () => {
  test("type columns, members, elements, keys and values, and add what is not there", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"a":{"b":1},"l":[{"x":1}],"n":"1","m":{"k":1}}\n', 1);
    const hints = [
      "a.b INT",
      "l.element.x DECIMAL(10,2)",
      "m MAP<STRING, STRUCT<y: INT>>",
      "m.value.z BOOLEAN",
      "n DATE",
      "tags MAP<STRING, STRING>",
    ];
    const options = { ...typed, "cloudFiles.schemaHints": hints.join(", ") };
    expect(await ddl(session, options)).toBe(
      "a STRUCT<b: INT>,l ARRAY<STRUCT<x: DECIMAL(10,2)>>,m MAP<STRING, STRUCT<y: INT, z: BOOLEAN>>," +
        "n DATE,tags MAP<STRING, STRING>",
    );
  });

  test("make a column a variant", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"v":{"x":[1]}}\n', 1);
    const rows = await readAll(session, { "cloudFiles.schemaHints": "v VARIANT" });
    expect(String(rows[0]!["v"])).toBe('{"x":[1]}');
  });

  test("are not looked at where a schema is given", async () => {
    await using session = await prepared();
    const options = { "cloudFiles.schemaHints": "id STRING" };
    expect(await ddl(session, options, { schema: "id INT" })).toBe("id INT");
  });
});

describe("columns of folders", () => {
  async function landed(): Promise<TestSession> {
    const session = await prepared();
    for (const folder of ["day=2026-01-02/k=1", "day=2026-01-03/k=x"]) {
      await mkdir(join(session.folder, "in", folder), { recursive: true });
      await session.file(`in/${folder}/a.json`, '{"id":1}\n', 1);
    }
    return session;
  }

  test.each([
    [{ ...typed }, "id BIGINT,day DATE,k STRING"],
    [{}, "id STRING,day STRING,k STRING"],
    [{ "cloudFiles.partitionColumns": "" }, "id STRING"],
    [{ ...typed, "cloudFiles.partitionColumns": "day" }, "id BIGINT,day DATE"],
    [{ "cloudFiles.partitionColumns": "k, other" }, "id STRING,k STRING,other STRING"],
    [{ "cloudFiles.schemaHints": "day DATE" }, "id STRING,day DATE,k STRING"],
  ])("%j: %s", async (options: Options, expected) => {
    await using session = await landed();
    expect(await ddl(session, options)).toBe(expected);
    const rows = await readAll(session, options);
    expect(rows).toHaveLength(2);
  });
});

test("every version of the schema is a file, v1 and a line of JSON", async () => {
  await using session = await prepared();
  await session.file("in/a.json", '{"id":1}\n', 1);
  await readAll(session, typed);
  await session.file("in/b.json", '{"id":2,"more":true}\n', 2);
  await rm(join(session.folder, "checkpoint"), { recursive: true });
  await expect(readAll(session, typed)).rejects.toMatchObject({ code: "UNKNOWN_FIELD_EXCEPTION" });
  const texts = await Promise.all(
    ["0", "1"].map((name) => readFile(join(session.folder, "schema/_schemas", name), "utf8")),
  );
  const [first, second] = texts.map((text) => {
    expect(text.startsWith("v1\n")).toBe(true);
    return JSON.parse(JSON.parse(text.slice(3)).dataSchemaJson).fields as { name: string }[];
  });
  expect(first!.map(({ name }) => name)).toEqual(["id"]);
  expect(second!.map(({ name }) => name)).toEqual(["id", "more"]);
});

test("a mode without evolution has no rescued column, unless rescuedDataColumn names one", async () => {
  await using session = await prepared();
  await session.file("in/a.json", '{"id":1}\n', 1);
  const all = async (options: Options) => toDdl((await resolve(session, options)).schema);
  expect(await all({})).toBe("id STRING,_rescued_data STRING");
  expect(await all({ rescuedDataColumn: "saved" })).toBe("id STRING,saved STRING");
  expect(await all({ rescuedDataColumn: "" })).toBe("id STRING");
  const none = { "cloudFiles.schemaEvolutionMode": "none" };
  expect(await all(none)).toBe("id STRING");
  expect(await all({ ...none, rescuedDataColumn: "saved" })).toBe("id STRING,saved STRING");
});

test("names in another case are rescued, or taken with readerCaseSensitive false", async () => {
  await using session = await prepared();
  await session.file("in/a.json", '{"id":1}\n', 1);
  await resolve(session, typed);
  await session.file("in/b.json", '{"ID":2}\n', 2);
  const rows = await readAll(session, typed);
  expect(rows.map(({ id }) => id)).toEqual([1n, null]);
  await rm(join(session.folder, "checkpoint"), { recursive: true });
  const folded = await readAll(session, { ...typed, readerCaseSensitive: "false" });
  expect(folded.map(({ id }) => id)).toEqual([1n, 2n]);
});
