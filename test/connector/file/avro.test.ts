import { readdir } from "node:fs/promises";
import { join } from "node:path";
import avro from "avsc";
import { describe, expect, test } from "vitest";
import { columnsOf } from "../../../src/analysis/expression.ts";
import { resolveRead, write } from "../../../src/connector/registry.ts";
import type { Options } from "../../../src/plan/relation.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";
import type { Row, Value } from "../../../src/schema/value.ts";
import { CalendarDate, Decimal, Timestamp } from "../../../src/schema/value.ts";
import { unpackers } from "../../avro.ts";
import { openSession, query, type TestSession } from "../session.ts";

interface Writing {
  readonly schema: string;
  readonly options?: Options;
  readonly partitionBy?: readonly string[];
}

async function save(session: TestSession, rows: readonly (readonly Value[])[], writing: Writing) {
  const schema = parseSchema(writing.schema);
  const input = { kind: "rows", schema, rows } as const;
  await write({
    ...{ format: "avro", options: writing.options ?? {}, mode: "overwrite", query },
    ...{ partitionBy: writing.partitionBy ?? [], context: session.context },
    target: { name: "out", location: await session.locate("out") },
    relation: { kind: "input", input, output: columnsOf(schema) },
  });
  const names = await readdir(join(session.folder, "out"), { recursive: true });
  return names
    .filter((name) => name.endsWith(".avro"))
    .map((name) => join(session.folder, "out", name));
}

async function witness(path: string): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  const decoder = avro.createFileDecoder(path, {
    codecs: { ...avro.streams.BlockDecoder.defaultCodecs(), ...(await unpackers()) },
  } as object);
  for await (const row of decoder) rows.push(row);
  return rows;
}

async function back(session: TestSession): Promise<readonly Row[]> {
  const dataset = await resolveRead({
    ...{ format: "avro", options: {}, context: session.context },
    paths: [join(session.folder, "out")],
  });
  const columns = dataset.schema.fields;
  return session.rows(await dataset.scan!({ columns, conditions: [], timeZone: "UTC" }));
}

const wide =
  "id INT, l BIGINT, d DOUBLE, s STRING, b BINARY, dt DATE, t TIMESTAMP, n DECIMAL(20,2), " +
  "a ARRAY<STRUCT<x: INT, y: STRING>>, m MAP<STRING, BIGINT>";
const values: readonly Value[] = [
  ...[1, -(2n ** 62n), 0.1, "é", new Uint8Array([0, 255]), new CalendarDate(-1)],
  ...[new Timestamp(1_500_000n), new Decimal(-12_345_678_901_234_567n, 2)],
  ...[[{ x: 1, y: null }, null], new Map<Value, Value>([["k", null]])],
];
const nulls = values.map(() => null);

describe("what is written", () => {
  test.each([
    ["snappy", ".snappy.avro"],
    ["deflate", ".deflate.avro"],
    ["zstandard", ".zstandard.avro"],
    ["uncompressed", "-c000.avro"],
  ])("in %s can be read by another library and by us", async (compression, ending) => {
    await using session = await openSession();
    const rows = Array.from({ length: 3000 }, (_, id) => [id, ...values.slice(1)]);
    const [path] = await save(session, [...rows, nulls], {
      schema: wide,
      options: { compression },
    });
    expect(path!.endsWith(ending)).toBe(true);
    const own = await back(session);
    expect(own.map((row) => Object.values(row))).toEqual([...rows, nulls]);
    const plain = { schema: "id INT, s STRING", options: { compression } };
    const [other] = await save(
      session,
      [...rows.map((row) => [row[0]!, "é"]), [null, null]],
      plain,
    );
    const seen = await witness(other!);
    expect(seen).toHaveLength(3001);
    expect([seen[2999], seen[3000]]).toEqual([
      { id: 2999, s: "é" },
      { id: null, s: null },
    ]);
  });

  test("has the schema and the names of Spark", async () => {
    await using session = await openSession();
    const options = { recordname: "r", recordnamespace: "n" };
    const [path] = await save(session, [[7, "x"]], { schema: "id INT, s STRING", options });
    expect(path).toMatch(/part-00000-[-0-9a-f]{36}-c000\.snappy\.avro$/);
    expect(await witness(path!)).toEqual([{ id: 7, s: "x" }]);
  });

  test("goes into the folders of its partitions, and is there without rows", async () => {
    await using session = await openSession();
    const partitionBy = ["p"];
    const rows = [
      [1, "a"],
      [2, "b"],
    ];
    const paths = await save(session, rows, { schema: "id INT, p STRING", partitionBy });
    expect(paths.map((path) => path.split("/").at(-2)).sort()).toEqual(["p=a", "p=b"]);
    await using empty = await openSession();
    await save(empty, [], { schema: "id INT" });
    expect(await back(empty)).toEqual([]);
  });
});

describe("a schema of the user's", () => {
  const schemaOf = (type: unknown) =>
    JSON.stringify({ type: "record", name: "r", fields: [{ name: "x", type }] });

  test.each([
    ["STRING", { type: "enum", name: "e", symbols: ["A", "B"] }, "B", "B"],
    ["BINARY", { type: "fixed", name: "f", size: 2 }, new Uint8Array([1, 2]), Buffer.from([1, 2])],
    ["TIMESTAMP", ["null", "long"], new Timestamp(-1n), -1],
    [
      "STRUCT<member0: INT, member1: STRING>",
      ["int", "string"],
      { member0: null, member1: "x" },
      "x",
    ],
  ])("%s as %j", async (type, as, value, expected) => {
    await using session = await openSession();
    const options = { avroschema: schemaOf(as) };
    const [path] = await save(session, [[value as Value]], { schema: `x ${type}`, options });
    expect(await witness(path!)).toEqual([{ x: expected }]);
  });

  test.each([
    ["STRING", "int", "x", "AVRO_INCOMPATIBLE_SCHEMA"],
    ["INT", "int", null, "AVRO_CANNOT_WRITE_NULL_FIELD"],
    ["STRING", { type: "enum", name: "e", symbols: ["A"] }, "B", "none of the symbols"],
  ])("%s as %j of %s is refused", async (type, as, value, problem) => {
    await using session = await openSession();
    const options = { avroschema: schemaOf(as) };
    const saved = save(session, [[value]], { schema: `x ${type}`, options });
    await expect(saved).rejects.toThrow(problem);
  });
});

test("what Avro cannot hold is refused before a row is read", async () => {
  await using session = await openSession();
  const named = save(session, [], { schema: "`a b` INT" });
  await expect(named).rejects.toThrow("INVALID_COLUMN_NAME_AS_PATH");
  const keyed = save(session, [], { schema: "m MAP<INT, INT>" });
  await expect(keyed).rejects.toThrow("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
  const packed = save(session, [], { schema: "id INT", options: { compression: "xz" } });
  await expect(packed).rejects.toThrow("UNSUPPORTED_WRITE_OPTION");
});
