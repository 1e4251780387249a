import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toDdl } from "../../../src/schema/ddl.ts";
import { addFile, byOptions, open, prepared, readAll, resolve } from "./source.ts";

const typed = { "cloudFiles.inferColumnTypes": "true" };

function rescued(row: { readonly [name: string]: unknown } | undefined): unknown {
  const text = row?.["_rescued_data"];
  return text === null ? null : JSON.parse(text as string);
}

describe("what has no place in nested columns", () => {
  test("is rescued in its own shape, and the rest of them is kept", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"s":{"x":1,"d":{"y":1}}}\n', 1);
    await resolve(session, typed);
    await session.file("in/b.json", '{"s":{"x":"no","d":{"y":2,"z":3},"X":4}}\n', 2);
    const mode = { "cloudFiles.schemaEvolutionMode": "rescue" };
    const rows = await readAll(session, { ...typed, ...mode });
    expect(rows[1]!["s"]).toEqual({ x: null, d: { y: 2n } });
    expect(rescued(rows[1])).toEqual({
      s: { x: "no", d: { z: 3 }, X: 4 },
      _file_path: `file://${session.folder}/in/b.json`,
    });
  });

  test("becomes a member, also of a struct in an array or a map", async () => {
    await using session = await prepared();
    const hints = { "cloudFiles.schemaHints": "m MAP<STRING, STRUCT<x: BIGINT>>" };
    const options = { ...typed, ...hints };
    await session.file("in/a.json", '{"list":[{"x":1}],"m":{"k":{"x":1}},"s":{"x":1}}\n', 1);
    await resolve(session, options);
    const more = '{"list":[{"x":2},{"y":3}],"m":{"k":{"y":1}},"s":{"x":1,"y":{"z":1}}}\n';
    await session.file("in/b.json", more, 2);
    await expect(readAll(session, options)).rejects.toMatchObject({
      code: "UNKNOWN_FIELD_EXCEPTION",
      parameters: { fields: expect.stringContaining("list.element.y: BIGINT") },
    });
    const dataset = await resolve(session, options);
    expect(toDdl(dataset.schema)).toContain("list ARRAY<STRUCT<x: BIGINT, y: BIGINT>>");
    expect(toDdl(dataset.schema)).toContain("s STRUCT<x: BIGINT, y: STRUCT<z: BIGINT>>");
  });

  test("says no path where the session does not want it", async () => {
    await using session = await prepared();
    session.conf.set("spark.databricks.sql.rescuedDataColumn.filePath.enabled", "false");
    await session.file("in/a.json", '{"id":1}\n', 1);
    await resolve(session, typed);
    await session.file("in/b.json", '{"id":"x"}\n', 2);
    expect(rescued((await readAll(session, typed))[1])).toEqual({ id: "x" });
  });
});

describe.each(["parquet", "avro", "orc"])("files of %s", (format) => {
  const own = { "cloudFiles.format": format };
  const rescue = { ...own, "cloudFiles.schemaEvolutionMode": "rescue" };

  test("that differ have what is new, of another type or in another case rescued", async () => {
    await using session = await prepared();
    await addFile(session, format, [
      "id BIGINT, s STRUCT<x: INT, y: STRING>",
      [[1n, { x: 1, y: "a" }]],
    ]);
    await resolve(session, rescue);
    await addFile(session, format, [
      "id INT, s STRUCT<x: STRING, z: INT>, more DOUBLE, S2 INT",
      [
        [2, { x: "q", z: 3 }, 1.5, null],
        [3, null, null, null],
      ],
    ]);
    await addFile(session, format, ["ID BIGINT", [[4n]]]);
    const rows = await readAll(session, rescue, { hidden: ["_metadata"] });
    const seen = rows.map((row) => [row["id"], row["s"], rescued(row)]);
    const at = { _file_path: expect.stringMatching(/^file:.*\/in\//) };
    expect(seen.slice(0, 1)).toEqual([[1n, { x: 1, y: "a" }, null]]);
    expect(seen).toContainEqual([
      2n,
      { x: null, y: null },
      { s: { x: "q", z: 3 }, more: 1.5, ...at },
    ]);
    expect(seen).toContainEqual([3n, null, null]);
    expect(seen).toContainEqual([null, null, { ID: 4, ...at }]);
    expect(rows.every((row) => (row["_metadata"] as { file_path: string }).file_path)).toBe(true);
  });

  test("evolve by their footers, in structs too", async () => {
    await using session = await prepared();
    await addFile(session, format, ["s STRUCT<x: INT>", [[{ x: 1 }]]]);
    await resolve(session, own);
    await addFile(session, format, ["s STRUCT<x: INT, y: INT>", [[{ x: 2, y: 3 }]]]);
    await expect(readAll(session, own)).rejects.toMatchObject({
      parameters: { fields: "s.y: INT" },
    });
    const rows = await readAll(session, own);
    expect(rows.map((row) => row["s"])).toContainEqual({ x: 2, y: 3 });
  });

  test("widen the types that Delta widens, and no others", async () => {
    await using session = await prepared();
    const widening = {
      ...own,
      "cloudFiles.schemaEvolutionMode": "addNewColumnsWithTypeWidening",
    };
    await addFile(session, format, ["a INT, b FLOAT, c DECIMAL(5,2), d INT", [[1, 1.5, null, 1]]]);
    await resolve(session, widening);
    await addFile(session, format, [
      "a BIGINT, b DOUBLE, c DECIMAL(10,4), d STRING",
      [[2n ** 40n, 0.1, null, "x"]],
    ]);
    await expect(readAll(session, widening)).rejects.toMatchObject({
      code: "UNKNOWN_FIELD_EXCEPTION",
      parameters: { fields: "a: BIGINT, b: DOUBLE, c: DECIMAL(10,4)" },
    });
    const rows = await readAll(session, widening);
    expect(rows.map((row) => [row["a"], row["d"], rescued(row)])).toEqual([
      [1n, 1, null],
      [2n ** 40n, null, { d: "x", _file_path: expect.anything() }],
    ]);
  });

  test("that cannot be read are passed over where the options say so", async () => {
    await using session = await prepared();
    await addFile(session, format, ["id INT", [[1]]]);
    await resolve(session, own);
    await session.file("in/z.parquet", "no parquet", 9_999_999_999);
    await expect(readAll(session, own)).rejects.toMatchObject({
      code: expect.stringMatching(/^FAILED_READ_FILE/),
    });
    expect(await readAll(session, { ...own, ignoreCorruptFiles: "true" })).toHaveLength(1);
    const bad = join(session.folder, "bad");
    expect(await readAll(session, { ...own, badRecordsPath: bad })).toHaveLength(1);
    const [time] = await readdir(bad);
    const [part] = await readdir(join(bad, time!, "bad_files"));
    const text = await readFile(join(bad, time!, "bad_files", part!), "utf8");
    expect(JSON.parse(text)).toEqual({
      path: `file://${session.folder}/in/z.parquet`,
      reason: expect.any(String),
    });
  });
});

describe("values of text that need a wider type", () => {
  test.each([
    ["json", '{"n":1}\n', '{"n":99999999999999999999}\n', "n: DECIMAL(20,0)"],
    ["csv", "n\n1\n", "n\n3000000000\n", "n: BIGINT"],
    ["csv", "n\n1\n", "n\n1.5\n", "n: DOUBLE"],
  ])("%s %j, %j", async (format, first, second, fields) => {
    await using session = await prepared();
    const options = {
      ...typed,
      "cloudFiles.format": format,
      "cloudFiles.schemaEvolutionMode": "addNewColumnsWithTypeWidening",
    };
    await session.file(`in/a.${format}`, first, 1);
    await resolve(session, options);
    await session.file(`in/b.${format}`, second, 2);
    await expect(readAll(session, options)).rejects.toMatchObject({ parameters: { fields } });
    const rows = await readAll(session, options);
    expect(rows.map((row) => row["_rescued_data"])).toEqual([null, null]);
  });

  test("are rescued where a hint holds the type", async () => {
    await using session = await prepared();
    const options = {
      ...typed,
      "cloudFiles.format": "csv",
      "cloudFiles.schemaHints": "n INT",
      "cloudFiles.schemaEvolutionMode": "addNewColumnsWithTypeWidening",
    };
    await session.file("in/a.csv", "n\n1\n", 1);
    await resolve(session, options);
    await session.file("in/b.csv", "n\n3000000000\n", 2);
    const rows = await readAll(session, options);
    expect(rows.map(({ n }) => n)).toEqual([1, null]);
    expect(rescued(rows[1])).toMatchObject({ n: "3000000000" });
  });

  test("and have no such type are rescued", async () => {
    await using session = await prepared();
    const options = {
      ...typed,
      "cloudFiles.schemaEvolutionMode": "addNewColumnsWithTypeWidening",
    };
    await session.file("in/a.json", '{"n":1}\n', 1);
    await resolve(session, options);
    await session.file("in/b.json", '{"n":"x"}\n{"n":1.5}\n', 2);
    const rows = await readAll(session, options, { atomic: true });
    expect(rows.map((row) => row["n"])).toEqual([1n, null, null]);
  });
});

describe("bad records", () => {
  test("of JSON and CSV lie under badRecordsPath, and not among the rows", async () => {
    for (const [format, text, schema, record] of [
      ["json", '{"id":1}\n{"id":\n', "id INT", '{"id":'],
      ["csv", "1\nx\n", "id INT", "x"],
    ] as const) {
      await using session = await prepared();
      await session.file(`in/a.${format}`, text, 1);
      const bad = join(session.folder, "bad");
      const options = { "cloudFiles.format": format, badRecordsPath: bad };
      expect(await readAll(session, options, { schema })).toEqual([{ id: 1 }]);
      const [time] = await readdir(bad);
      expect(time).toMatch(/^\d{8}T\d{6}$/);
      const [part] = await readdir(join(bad, time!, "bad_records"));
      const lines = (await readFile(join(bad, time!, "bad_records", part!), "utf8")).trim();
      expect(JSON.parse(lines)).toEqual({
        path: `file://${session.folder}/in/a.${format}`,
        record,
        reason: expect.any(String),
      });
    }
  });

  test("with a rescued column are only those that are no records", async () => {
    await using session = await prepared();
    const bad = join(session.folder, "bad");
    await session.file("in/a.json", '{"id":1}\n', 1);
    const options = { ...typed, badRecordsPath: bad };
    await resolve(session, options);
    await session.file("in/b.json", '{"id":"x"}\n[1\n', 2);
    expect(await readAll(session, options)).toHaveLength(2);
    expect(await readdir(bad)).toHaveLength(1);
  });

  test("stand in _corrupt_record where the schema has it", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1}\n{"id"\n', 1);
    const schema = "id INT, _corrupt_record STRING";
    const rows = await readAll(session, {}, { schema });
    expect(rows).toEqual([
      { id: 1, _corrupt_record: null },
      { id: null, _corrupt_record: '{"id"' },
    ]);
    const named = { columnNameOfCorruptRecord: "bad" };
    const again = await readAll(session, named, { schema: "id INT, bad STRING" });
    expect(again[1]).toEqual({ id: null, bad: '{"id"' });
  });
});

describe("singleVariantColumn", () => {
  test("takes whole records, without a place for a schema", async () => {
    await using session = await prepared();
    await session.file("in/a.json", '{"id":1,"s":{"x":[true,null]}}\n[1]\nno\n', 1);
    const options = { singleVariantColumn: "v" };
    const dataset = await resolve(session, options);
    expect(toDdl(dataset.schema)).toBe("v VARIANT");
    await using source = await open(session, dataset);
    const end = (await source.latestOffset(undefined, byOptions))!;
    const rows = await session.rows((await source.input(undefined, end)).input);
    expect(rows.map(({ v }) => (v === null ? null : String(v)))).toEqual([
      '{"id":1,"s":{"x":[true,null]}}',
      "[1]",
      null,
    ]);
    expect(await readdir(session.folder)).not.toContain("schema");
  });

  test.each(["parquet", "avro", "orc"])("takes all columns of %s files", async (format) => {
    await using session = await prepared();
    await addFile(session, format, ["id INT, s STRUCT<x: DOUBLE>", [[1, { x: 1.5 }]]]);
    await addFile(session, format, ["other STRING", [["a"]]]);
    const options = { "cloudFiles.format": format, singleVariantColumn: "v" };
    const rows = await readAll(session, options);
    const texts = rows.map(({ v }) => String(v));
    expect([...texts].sort()).toEqual(['{"id":1,"s":{"x":1.5}}', '{"other":"a"}']);
  });

  test("of another type in the schema is an error", async () => {
    await using session = await prepared();
    const options = { singleVariantColumn: "v" };
    await expect(resolve(session, options, { schema: "v STRING" })).rejects.toMatchObject({
      code: "CF_INVALID_OPTION_VALUE",
    });
  });
});

describe("files of XML", () => {
  const xml = { "cloudFiles.format": "xml", rowTag: "r" };

  test("are strings, evolve, and have what does not fit rescued", async () => {
    await using session = await prepared();
    await session.file("in/a.xml", "<d><r><id>1</id><s><x>1</x></s></r></d>", 1);
    expect(toDdl((await resolve(session, xml)).schema)).toBe(
      "id STRING,s STRUCT<x: STRING>,_rescued_data STRING",
    );
    const second = "<d><r><id>2</id><more>x</more><s><y>1</y></s></r></d>";
    await session.file("in/b.xml", second, 2);
    await expect(readAll(session, xml)).rejects.toMatchObject({
      code: "UNKNOWN_FIELD_EXCEPTION",
      parameters: { fields: "s.y: STRING, more: STRING" },
    });
    const rows = await readAll(session, xml);
    expect(rows.map(({ id, more, s }) => [id, more, s])).toEqual([
      ["1", null, { x: "1", y: null }],
      ["2", "x", { x: null, y: "1" }],
    ]);
  });

  test("have types where they are asked for", async () => {
    await using session = await prepared();
    await session.file("in/a.xml", "<d><r><id>1</id><s><x>1</x></s></r></d>", 1);
    const options = { ...xml, ...typed, "cloudFiles.schemaEvolutionMode": "rescue" };
    await resolve(session, options);
    await session.file("in/b.xml", "<d><r><id>x</id><s><x>2</x><y>3</y></s></r></d>", 2);
    const rows = await readAll(session, options);
    expect(rows.map(({ id }) => id)).toEqual([1n, null]);
    expect(rescued(rows[1])).toMatchObject({ id: "x", s: { y: "3" } });
    expect(rows[1]!["s"]).toEqual({ x: 2n });
  });

  test("that are none lie under badRecordsPath", async () => {
    await using session = await prepared();
    await session.file("in/a.xml", "<d><r><id>1</id></r><r><id>x</id></r></d>", 1);
    const options = { ...xml, badRecordsPath: join(session.folder, "bad") };
    expect(await readAll(session, options, { schema: "id INT" })).toEqual([{ id: 1 }]);
    expect(await readdir(join(session.folder, "bad"))).toHaveLength(1);
  });
});
