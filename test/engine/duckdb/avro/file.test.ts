import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import avro from "avsc";
import { describe, expect, test } from "vitest";
import { resolveRead } from "../../../../src/connector/registry.ts";
import type { Options } from "../../../../src/plan/relation.ts";
import { parseSchema, toDdl } from "../../../../src/schema/ddl.ts";
import { packers } from "../../../avro.ts";
import { openSession, type TestSession } from "../../../connector/session.ts";

type Field = { readonly name: string; readonly type: unknown };
const record = (...fields: readonly Field[]) => ({ type: "record", name: "t", fields });

/** A file made by another library. */
async function avroFile(
  session: TestSession,
  rows: readonly unknown[],
  {
    fields,
    codec = "null",
    name = "in.avro",
  }: { fields: readonly Field[]; codec?: string; name?: string },
): Promise<string> {
  const known = avro.streams.BlockEncoder.defaultCodecs();
  const options = { codec, codecs: { ...known, ...(await packers()) } };
  const how = { ...options, blockSize: 4096 };
  // Given the schema and not a type of its own, the library keeps what it does not know of it.
  const schema = record(...fields) as unknown as avro.Type;
  const encoder = new avro.streams.BlockEncoder(schema, how as object);
  const path = join(session.folder, name);
  const file = encoder.pipe(createWriteStream(path));
  for (const row of rows) encoder.write(row);
  encoder.end();
  await once(file, "finish");
  return path;
}

async function read(
  session: TestSession,
  paths: readonly string[],
  { schema, ...options }: Options & { schema?: string } = {},
) {
  const dataset = await resolveRead({
    ...{ format: "avro", options, context: session.context, paths },
    ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
  });
  const columns = dataset.schema.fields;
  const rows = await session.rows(
    await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }),
  );
  return { ddl: toDdl(dataset.schema), rows };
}

const many = Array.from({ length: 5000 }, (_, id) => ({
  ...{ id, s: id % 3 === 0 ? null : `text number ${id}` },
  a: [{ k: "one", n: [id, id - 9] }, ...(id % 2 === 0 ? [{ k: "", n: [] }] : [])],
  m: { left: id / 7, right: -1 },
}));
const inner = record(
  { name: "k", type: "string" },
  { name: "n", type: { type: "array", items: "int" } },
);
const manyFields = [
  { name: "id", type: "long" },
  { name: "s", type: ["null", "string"] },
  { name: "a", type: { type: "array", items: { ...inner, name: "u" } } },
  { name: "m", type: { type: "map", values: "double" } },
];

describe("files of another library", () => {
  test.each(["null", "deflate", "snappy", "zstandard"])("packed by %s", async (codec) => {
    await using session = await openSession();
    const path = await avroFile(session, many, { fields: manyFields, codec });
    const { ddl, rows } = await read(session, [path]);
    expect(ddl).toBe(
      "id BIGINT,s STRING,a ARRAY<STRUCT<k: STRING, n: ARRAY<INT>>>,m MAP<STRING, DOUBLE>",
    );
    expect(rows).toEqual(
      many.map(({ id, s, a, m }) => ({
        ...{ id: BigInt(id), s, a },
        m: new Map(Object.entries(m)),
      })),
    );
    const some = await read(session, [path], { schema: "S STRING, nothing ARRAY<INT>" });
    expect(some.rows[1]).toEqual({ S: "text number 1", nothing: null });
    const dataset = await resolveRead({
      ...{ format: "avro", options: {}, context: session.context, paths: [path] },
    });
    const none = await dataset.scan!({ columns: [], conditions: [], timeZone: "UTC" });
    expect(await session.rows(none)).toHaveLength(5000);
  });

  test("packed by Spark in bzip2", async () => {
    const packed =
      "T2JqAQYWYXZyby5zY2hlbWHaAXsidHlwZSI6InJlY29yZCIsIm5hbWUiOiJ0b3BMZXZlbFJlY29yZCIsImZpZWxkcyI6" +
      "W3sibmFtZSI6ImlkIiwidHlwZSI6ImxvbmcifSx7Im5hbWUiOiJ2IiwidHlwZSI6InN0cmluZyJ9XX0wb3JnLmFwYWNo" +
      "ZS5zcGFyay52ZXJzaW9uCjQuMi4wFGF2cm8uY29kZWMKYnppcDIAjLQR3fya601hBaqTYX1O0AZeQlpoOTFBWSZTWdcn" +
      "DxYAAABIgFQAcAABACAAMQwBGTNQUlOTXi7kinChIa5OHiyMtBHd/JrrTWEFqpNhfU7Q";
    await using session = await openSession();
    const path = join(session.folder, "spark.avro");
    await writeFile(path, Buffer.from(packed, "base64"));
    const { rows } = await read(session, [path]);
    expect(rows).toEqual([0n, 1n, 2n].map((id) => ({ id, v: `v${id}` })));
  });

  test("a codec that is not built is refused by its name, whatever may be ignored", async () => {
    await using session = await openSession();
    const path = await avroFile(session, many, { fields: manyFields, codec: "xz" });
    const lenient = { ignorecorruptfiles: "true" };
    await expect(read(session, [path], lenient)).rejects.toThrow("UNSUPPORTED_TEXT_OPTION");
  });

  test("unions, enums, fixed bytes, decimals and times", async () => {
    await using session = await openSession();
    const fields = [
      { name: "u", type: ["null", "int", "string"] },
      { name: "w", type: ["int", "long"] },
      { name: "e", type: { type: "enum", name: "e", symbols: ["A", "B"] } },
      { name: "f", type: { type: "fixed", name: "f", size: 2 } },
      { name: "d", type: { type: "bytes", logicalType: "decimal", precision: 5, scale: 2 } },
      { name: "t", type: { type: "long", logicalType: "timestamp-millis" } },
    ];
    const bytes = Buffer.from([1, 255]);
    const rest = { e: "B", f: bytes, d: Buffer.from([255, 133]), t: -1 };
    const made = [
      { u: 7, w: { int: -3 }, ...rest },
      { u: "x", w: { long: 2 ** 40 }, ...rest },
      { u: null, w: { int: 0 }, ...rest },
    ];
    const path = await avroFile(session, made, { fields });
    const { rows } = await read(session, [path]);
    expect(rows.map(({ u, w }) => [u, w])).toEqual([
      [{ member0: 7, member1: null }, -3n],
      [{ member0: null, member1: "x" }, 2n ** 40n],
      [null, 0n],
    ]);
    expect(rows[0]).toMatchObject({ e: "B", f: new Uint8Array([1, 255]) });
    expect(String(rows[0]!["d"])).toBe("-1.23");
    expect(String(rows[0]!["t"])).toContain("1969-12-31T23:59:59.999");
  });
});

describe("another schema than the file's", () => {
  test("of Avro: new fields have their defaults, names their aliases, numbers grow", async () => {
    await using session = await openSession();
    const fields = [
      { name: "id", type: "int" },
      { name: "old", type: "string" },
    ];
    const path = await avroFile(session, [{ id: 1, old: "x" }], { fields });
    const avroschema = JSON.stringify(
      record(
        { name: "extra", type: { type: "array", items: "int" }, ...{ default: [1, 2] } },
        { name: "name", type: ["string", "null"], ...{ aliases: ["old"] } },
        { name: "id", type: ["null", "double"] },
      ),
    );
    const { ddl, rows } = await read(session, [path], { avroschema });
    expect(ddl).toBe("extra ARRAY<INT>,name STRING,id DOUBLE");
    expect(rows).toEqual([{ extra: [1, 2], name: "x", id: 1 }]);
    const missing = JSON.stringify(record({ name: "q", type: "int" }));
    await expect(read(session, [path], { avroschema: missing })).rejects.toThrow(
      "without a default",
    );
    await writeFile(join(session.folder, "s.avsc"), avroschema);
    const url = { avroschemaurl: join(session.folder, "s.avsc") };
    expect((await read(session, [path], url)).ddl).toBe(ddl);
  });

  test("of Spark: by name or place, and only what is surely the same", async () => {
    await using session = await openSession();
    const fields = [
      { name: "id", type: "int" },
      { name: "s", type: "string" },
    ];
    const path = await avroFile(session, [{ id: 1, s: "x" }], { fields });
    expect((await read(session, [path], { schema: "S STRING, ID BIGINT" })).rows).toEqual([
      { S: "x", ID: 1n },
    ]);
    const positional = { schema: "p INT, q STRING", positionalfieldmatching: "true" };
    expect((await read(session, [path], positional)).rows).toEqual([{ p: 1, q: "x" }]);
    await expect(read(session, [path], { schema: "id STRING" })).rejects.toThrow(
      "AVRO_INCOMPATIBLE_READ_TYPE",
    );
  });
});

describe("files that are no good", () => {
  test("are told, or passed over with what was read of them before", async () => {
    await using session = await openSession();
    const { readFile } = await import("node:fs/promises");
    const path = await avroFile(session, many, { fields: manyFields, codec: "snappy" });
    const whole = await readFile(path);
    const broken = join(session.folder, "broken.avro");
    for (const [bytes, reason] of [
      [whole.subarray(0, whole.length - 100), "it ends within a block"],
      [Buffer.concat([whole.subarray(0, -40), Buffer.alloc(40)]), "a block"],
      [Buffer.from("not avro at all"), "it is no Avro file"],
    ] as const) {
      await writeFile(broken, bytes);
      const schema = "id BIGINT";
      const failed = read(session, [broken], { schema });
      await expect(failed).rejects.toThrow("FAILED_READ_FILE.NO_HINT");
      await expect(read(session, [broken], { schema })).rejects.toThrow(reason);
      const lenient = { schema, ignorecorruptfiles: "true" };
      const { rows } = await read(session, [broken], lenient);
      expect(rows.length).toBeLessThan(many.length);
    }
    await expect(read(session, [broken])).rejects.toThrow("FAILED_READ_FILE.NO_HINT");
    const { rows } = await read(session, [broken, path], { ignorecorruptfiles: "true" });
    expect(rows).toHaveLength(many.length);
  });

  test("names without the ending are read unless the option says otherwise", async () => {
    await using session = await openSession();
    const fields = [{ name: "id", type: "int" }];
    await avroFile(session, [{ id: 1 }], { fields, name: "a.avro" });
    await avroFile(session, [{ id: 2 }], { fields, name: "b.data" });
    expect((await read(session, [session.folder])).rows).toHaveLength(2);
    const strict = { ignoreextension: "false" };
    expect((await read(session, [session.folder], strict)).rows).toEqual([{ id: 1 }]);
  });
});

test("old dates of Spark before 3.0 are rebased, and unknown ones as the option has it", async () => {
  await using session = await openSession();
  const fields = [{ name: "d", type: { type: "int", logicalType: "date" } }];
  const path = await avroFile(session, [{ d: -354_279 }], { fields });
  const shown = async (datetimerebasemode: string) =>
    String((await read(session, [path], { datetimerebasemode })).rows[0]!["d"]);
  expect(await shown("CORRECTED")).toBe("1000-01-07");
  expect(await shown("LEGACY")).toBe("1000-01-02");
  await expect(shown("EXCEPTION")).rejects.toThrow("READ_ANCIENT_DATETIME");
});
