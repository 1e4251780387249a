import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { resolveRead, write } from "../../../src/connector/registry.ts";
import type { SaveMode } from "../../../src/plan/command.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema, toDdl } from "../../../src/schema/ddl.ts";
import { openSession, query, type TestSession } from "../session.ts";

interface Reading {
  readonly format?: string;
  readonly options?: Options;
  readonly schema?: string;
}

async function read(session: TestSession, paths: readonly string[], reading: Reading = {}) {
  const { format = "json", options = {}, schema } = reading;
  const dataset = await resolveRead({
    ...{ format, options, context: session.context },
    paths: paths.map((path) => join(session.folder, path)),
    ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
  });
  const columns = [...dataset.schema.fields, ...dataset.hidden];
  const rows = await session.rows(
    await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }),
  );
  return { ddl: toDdl(dataset.schema), rows };
}

async function names(session: TestSession, paths: readonly string[], reading: Reading = {}) {
  const { rows } = await read(session, paths, { schema: "id INT", ...reading });
  return rows.map((row) => (row["_metadata"] as { file_name: string }).file_name).sort();
}

async function tree(session: TestSession, ...files: readonly string[]) {
  for (const [index, file] of files.entries()) {
    await mkdir(join(session.folder, file, ".."), { recursive: true });
    await session.file(file, '{"id":1}\n', 1000 + index);
  }
}

describe("some of the columns", () => {
  async function some(session: TestSession, wanted: readonly string[], options: Options = {}) {
    const dataset = await resolveRead({
      ...{ format: "csv", options, context: session.context },
      paths: [join(session.folder, "in.csv")],
      schema: parseSchema("a INT, b STRING, c INT, bad STRING, more STRING"),
    });
    const columns = dataset.schema.fields.filter(({ name }) => wanted.includes(name));
    return session.rows(
      await dataset.scan!({ columns: columns.reverse(), conditions: [], timeZone: "UTC" }),
    );
  }

  test("of CSV are found by their place, and the others are not looked at", async () => {
    await using session = await openSession();
    await session.file("in.csv", 'x,"p,q",1\n2,r,3\n4,s\n', 1);
    expect(await some(session, ["b"])).toEqual([{ b: "p,q" }, { b: "r" }, { b: "s" }]);
    const strict = { mode: "FAILFAST" };
    expect(await some(session, ["c", "b"], strict)).toMatchObject([
      { c: 1 },
      { c: 3 },
      { c: null },
    ]);
    await expect(some(session, ["a"], strict)).rejects.toThrow("MALFORMED_RECORD_IN_PARSING");
  });

  test("do not make the others bad or unknown", async () => {
    await using session = await openSession();
    await session.file("in.csv", "a,b,c,z\n1,r,3,\nx,s,4,5\n", 1);
    const header = { header: "true" };
    const rescued = { ...header, rescueddatacolumn: "more" };
    expect(await some(session, ["c", "more"], rescued)).toMatchObject([
      { c: 3, more: null },
      { c: 4, more: expect.stringContaining('{"a":"x","z":"5"') },
    ]);
    const corrupt = { ...header, columnnameofcorruptrecord: "bad" };
    expect(await some(session, ["b", "bad"], corrupt)).toEqual([
      { b: "r", bad: null },
      { b: "s", bad: "x,s,4,5" },
    ]);
  });
});

describe("which files", () => {
  test("hidden ones and those of folders below are not read, unless asked", async () => {
    await using session = await openSession();
    await tree(session, "in/a.json", "in/_b.json", "in/.c.json", "in/sub/d.json", "in/_x/e.json");
    expect(await names(session, ["in"])).toEqual(["a.json"]);
    const options = { recursivefilelookup: "true" };
    expect(await names(session, ["in"], { options })).toEqual(["a.json", "d.json"]);
  });

  test("globs choose folders and files; a filter chooses names; times choose", async () => {
    await using session = await openSession();
    await tree(session, "in/a1/x.json", "in/a2/y.json", "in/b1/z.json", "in/b1/z.txt");
    expect(await names(session, ["in/a*"])).toEqual(["x.json", "y.json"]);
    expect(await names(session, ["in/{a1,b?}/*.json"])).toEqual(["x.json", "z.json"]);
    expect(await names(session, ["in/b1"], { options: { pathglobfilter: "*.txt" } })).toEqual([
      "z.txt",
    ]);
    const options = { modifiedafter: "1970-01-01T00:16:40", modifiedbefore: "1970-01-01T00:16:42" };
    expect(await names(session, ["in/a*"], { options })).toEqual(["y.json"]);
  });

  test("a path that is not there is an error", async () => {
    await using session = await openSession();
    await expect(names(session, ["nowhere"])).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  });
});

describe("partition folders", () => {
  test("give columns of the types that fit their values", async () => {
    await using session = await openSession();
    await tree(
      session,
      "in/n=1/d=2026-01-02/s=a%3Ab/f.json",
      "in/n=3000000000/d=2026-01-03/s=__HIVE_DEFAULT_PARTITION__/g.json",
    );
    const { ddl, rows } = await read(session, ["in"], { schema: "id INT" });
    expect(ddl).toBe("id INT,n BIGINT,d DATE,s STRING");
    expect(rows.map((row) => [row["n"], String(row["d"]), row["s"]])).toEqual([
      [1n, "2026-01-02", "a:b"],
      [3000000000n, "2026-01-03", null],
    ]);
  });

  test("of other names at one level are an error", async () => {
    await using session = await openSession();
    await tree(session, "in/a=1/f.json", "in/b=1/f.json");
    await expect(read(session, ["in"], { schema: "id INT" })).rejects.toMatchObject({
      code: "CONFLICTING_PARTITION_COLUMN_NAMES",
    });
  });
});

describe("parquet", () => {
  const schema = parseSchema("id BIGINT, k STRING");

  async function save(session: TestSession, mode: SaveMode, id: bigint) {
    await write({
      ...{ format: "parquet", options: {}, mode, partitionBy: ["k"], query },
      target: { name: "out", location: await session.locate("out") },
      relation: {
        kind: "input",
        input: { kind: "rows", schema, rows: [[id, "a b"]] },
        output: columnsOf(schema),
      },
      context: session.context,
    });
  }

  test("is written into folders and read back, in each mode", async () => {
    await using session = await openSession();
    const ids = async () => {
      const { ddl, rows } = await read(session, ["out"], { format: "parquet" });
      expect(ddl).toBe("id BIGINT,k STRING");
      return rows.map((row) => [row["id"], row["k"]]);
    };
    await save(session, "errorifexists", 1n);
    await expect(save(session, "errorifexists", 2n)).rejects.toMatchObject({
      code: "PATH_ALREADY_EXISTS",
    });
    await save(session, "ignore", 3n);
    expect(await ids()).toEqual([[1n, "a b"]]);
    await save(session, "append", 4n);
    expect((await ids()).map(([id]) => id).sort()).toEqual([1n, 4n]);
    await save(session, "overwrite", 5n);
    expect(await ids()).toEqual([[5n, "a b"]]);
    expect((await readdir(join(session.folder, "out"))).sort()).toEqual(["_SUCCESS", "k=a b"]);
  });

  test("without files has no schema", async () => {
    await using session = await openSession();
    await mkdir(join(session.folder, "out"));
    await expect(read(session, ["out"], { format: "parquet" })).rejects.toMatchObject({
      code: "UNABLE_TO_INFER_SCHEMA",
    });
  });
});

test("text and binary files have schemas of their own", async () => {
  await using session = await openSession();
  await session.file("a.txt", "one\ntwo\n", 1);
  const text = await read(session, ["a.txt"], { format: "text" });
  expect(text.rows.map((row) => row["value"])).toEqual(["one", "two"]);
  const binary = await read(session, ["a.txt"], { format: "binaryFile" });
  expect(binary.rows[0]).toMatchObject({ length: 8n });
});

test("binary files are of one schema, and no longer than the setting allows", async () => {
  await using session = await openSession();
  await session.file("long.bin", "123456789", 1);
  await session.file("short.bin", "1234", 1);
  const key = "spark.sql.sources.binaryFile.maxLength";
  const conf = (name: string) => (name === key ? "5" : session.context.conf(name));
  const format = { format: "binaryFile", options: {} };
  const dataset = await resolveRead({
    ...{ ...format, context: { ...session.context, conf } },
    paths: [session.folder],
  });
  const rows = async (...names: string[]) => {
    const columns = dataset.schema.fields.filter(({ name }) => names.includes(name));
    return session.rows(await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }));
  };
  expect((await rows("length")).map(({ length }) => length)).toEqual([9n, 4n]);
  await expect(rows("length", "content")).rejects.toThrow(
    /FAILED_READ_FILE.NO_HINT.*long.bin: Its length is 9, which exceeds.*maxLength.*5/,
  );
  await expect(read(session, ["."], { ...format, schema: "length INT" })).rejects.toThrow(
    /BINARY_FILE_DATA_SOURCE_SCHEMA.*got struct<length:int>/,
  );
});

test("a file without a byte is none, as in Spark", async () => {
  await using session = await openSession();
  await session.file("a.txt", "x", 1);
  await session.file("b.txt", "", 1);
  for (const [format, options] of [
    ["text", { wholetext: "true" }],
    ["binaryFile", {}],
  ] as const) {
    const { rows } = await read(session, ["a.txt", "b.txt"], { format, options });
    expect(rows.length).toBe(1);
  }
});

test("whole JSON records are a variant where singleVariantColumn names one", async () => {
  await using session = await openSession();
  await session.file("a.json", '{"id":1,"list":[true]}\n', 1);
  const { ddl, rows } = await read(session, ["a.json"], { options: { singlevariantcolumn: "v" } });
  expect(ddl).toBe("v VARIANT");
  expect(rows.map(({ v }) => String(v))).toEqual(['{"id":1,"list":[true]}']);
});
