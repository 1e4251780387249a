import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEngine } from "../../../../src/engine/duckdb/engine.ts";
import { loadDuck } from "../../../../src/engine/duckdb/module.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import * as types from "../../../../src/schema/type.ts";
import { VariantVal } from "../../../../src/schema/variant/variant.ts";
import { inputFile } from "../file.ts";

/** Files that Spark wrote, which say VARIANT. */
const spark = join("test", "golden", "table", "variant", "table");

let folder: string;
let spill: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "millrace-variant-"));
  spill = await mkdtemp(join(tmpdir(), "millrace-spill-"));
  engine = openEngine({ tempDirectory: spill });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  await rm(spill, { recursive: true });
});

/** A file that DuckDB writes of a query, its variants shredded as asked. */
async function written(name: string, query: string, options = ""): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet ${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

/** The column `v` of files, as texts; null is no text. */
async function read(
  paths: readonly string[],
  type: types.DataType = types.variant,
): Promise<unknown[]> {
  const schema = types.struct([types.field("v", type)]);
  const files = await Promise.all(
    paths.map(async (path) => inputFile(path, (await stat(path)).size)),
  );
  const output = schema.fields.map((field, at) => ({ ...field, id: at + 1 }));
  const input = { kind: "parquet", schema, files } as const;
  await using result = await engine.query(
    { kind: "input", input, output },
    { timeZone: "UTC", timestampMs: 0, seed: 0 },
  );
  const values: unknown[] = [];
  for (let chunk = await result.next(); chunk; chunk = await result.next()) {
    values.push(...(chunk.columns[0] ?? []));
  }
  return values.map((value) => shown(value));
}

function shown(value: unknown): unknown {
  if (value instanceof VariantVal) return String(value);
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Map) return [...value].map(([key, item]) => [key, shown(item)]);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

const values = `SELECT unnest([
  {'a': 1, 'b': 'x', 'c': 1.50::DECIMAL(4,2)}::VARIANT, {'a': 'no number', 'd': [1]}::VARIANT,
  {'b': NULL}::VARIANT, 5::VARIANT, [1, 2]::VARIANT, '{}'::JSON::VARIANT,
  {'a': 9007199254740993, 'c': 12.25::DECIMAL(9,3)}::VARIANT]) AS v, 'pad' AS other`;
const texts = [
  '{"a":1,"b":"x","c":1.5}',
  '{"a":"no number","d":[1]}',
  '{"b":null}',
  "5",
  "[1,2]",
  "{}",
  '{"a":9007199254740993,"c":12.25}',
];

test.each([
  ["nothing", ""],
  ["objects", ", SHREDDING {v: 'STRUCT(a BIGINT, b VARCHAR, c DECIMAL(4,2))'}"],
  ["whole numbers", ", SHREDDING {v: 'INTEGER'}"],
  ["arrays", ", SHREDDING {v: 'INTEGER[]'}"],
])("variants shredded as %s are put together", async (name, shredding) => {
  const path = await written(name.replace(" ", "-"), values, shredding);
  expect(await read([path])).toEqual(texts);
  expect(await readdir(spill)).toEqual([]);
});

test.each([
  ["DATE", "DATE '2024-01-01'", '"2024-01-01"'],
  ["TIMESTAMP", "TIMESTAMP '2024-01-01 00:00:00.5'", '"2024-01-01 00:00:00.5"'],
  ["TIMESTAMPTZ", "TIMESTAMPTZ '2024-01-01 00:00:00.5+00'", '"2024-01-01 00:00:00.5+00:00"'],
  ["BLOB", "'\\x00A'::BLOB", '"AEE="'],
  ["DOUBLE", "1e300::DOUBLE", "1.0E300"],
  ["FLOAT", "0.1::FLOAT", "0.1"],
  ["BOOLEAN", "true", "true"],
  ["VARCHAR", "'x'", '"x"'],
  ["TINYINT", "-5::TINYINT", "-5"],
  [
    "DECIMAL(38,2)",
    "1234567890123456789012345678901234.56::DECIMAL(38,2)",
    "1234567890123456789012345678901234.56",
  ],
  [
    "UUID",
    "'00112233-4455-6677-8899-aabbccddeeff'::UUID",
    '"00112233-4455-6677-8899-aabbccddeeff"',
  ],
])("a variant shredded as %s keeps its kind", async (type, value, text) => {
  const query = `SELECT unnest([${value}::VARIANT, 'other'::VARIANT]) AS v`;
  const path = await written(
    `scalar-${type.replace(/\W/g, "-")}`,
    query,
    `, SHREDDING {v: '${type}'}`,
  );
  expect(await read([path])).toEqual([text, '"other"']);
});

const both = "unhex('010000')";
const group = (hex: string): string => `{'value': unhex('${hex}'), 'metadata': ${both}}`;

test("a null and a variant that is null are two, in files that say VARIANT and that do not", async () => {
  const plain = await written(
    "plain",
    `SELECT unnest([${group("00")}, NULL, ${group("0c07")}]) AS v`,
  );
  const said = (await readdir(spark)).filter((name) => name.endsWith(".parquet")).sort();
  expect(await read([plain])).toEqual(["null", null, "7"]);
  const all = await read([...said.map((name) => join(spark, name)), plain]);
  expect(all.slice(-3)).toEqual(["null", null, "7"]);
  expect(all.filter((text) => text === null)).toHaveLength(2);
  expect(all.filter((text) => text === "null")).toHaveLength(2);
});

test("the schema of a file that says VARIANT has variants, of another the groups", async () => {
  const names = (await readdir(spark)).filter((name) => name.endsWith(".parquet"));
  const { schema } = await engine.parquetSchema({ path: join(spark, names[0] ?? "") });
  expect(schema).toEqual(
    types.struct([
      types.field("id", types.integer),
      types.field("v", types.variant),
      types.field("st", types.struct([types.field("v", types.variant)])),
      types.field("a", types.array(types.variant)),
    ]),
  );
  const plain = await written("group", `SELECT ${group("0c07")} AS v`);
  expect((await engine.parquetSchema({ path: plain })).schema.fields[0]?.type.type).toBe("struct");
});

test("variants are found in structs, arrays and maps", async () => {
  const part = `${group("0c07")}`;
  const query = `SELECT {'s': ${part}, 'a': [${part}, NULL], 'm': MAP {'k': ${part}}} AS v`;
  const type = types.struct([
    types.field("s", types.variant),
    types.field("a", types.array(types.variant)),
    types.field("m", types.map(types.string, types.variant)),
  ]);
  expect(await read([await written("nested", query)], type)).toEqual([
    { s: "7", a: ["7", null], m: [["k", "7"]] },
  ]);
});
