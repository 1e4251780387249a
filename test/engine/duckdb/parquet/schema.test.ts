import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadDuck } from "../../../../src/engine/duckdb/module.ts";
import { id, localFooter, structsOf } from "../../../../src/engine/duckdb/parquet/footer.ts";
import {
  elementIn,
  elementOf,
  markedSchemaOf,
  schemaColumns,
  schemaOf,
} from "../../../../src/engine/duckdb/parquet/schema.ts";
import { SparkSession } from "../../../../src/index.ts";
import { formatDataType } from "../../../../src/schema/ddl.ts";

/** Written by Spark 4.2 with `spark.sql.parquet.writeLegacyFormat`. */
const legacy = fileURLToPath(
  new URL("../../../golden/parquet/legacylist.parquet", import.meta.url),
);

let session: SparkSession;
beforeAll(async () => {
  session = await SparkSession.builder().getOrCreate();
});
afterAll(() => session.stop());

test("structs of one field in lists of two levels are what Spark reads", async () => {
  const frame = session.read.parquet(legacy);
  expect(formatDataType(await frame.schema())).toBe(
    "struct<a:array<struct<x:int>>,b:array<struct<y:array<struct<z:string>>>>,c:array<int>," +
      "d:array<struct<x:int,w:int>>,e:array<array<struct<x:int>>>,f:map<string,array<struct<x:int>>>>",
  );
  expect(await frame.selectExpr("to_json(struct(*)) AS row").collect()).toEqual([
    {
      row:
        '{"a":[{"x":1},{}],"b":[{"y":[{"z":"q"}]}],"c":[1,2],"d":[{"x":1,"w":2}],' +
        '"e":[[{"x":1}]],"f":{"k":[{"x":1}]}}',
    },
  ]);
});

test("with a schema of the user's too: other types, and members that are not there", async () => {
  const schema = "a array<struct<x: long>>, b array<struct<other: int>>, d array<struct<w: int>>";
  const frame = session.read.schema(schema).parquet(legacy);
  const rows = await frame.selectExpr("to_json(struct(*)) AS row", "size(b) AS n").collect();
  expect(rows).toEqual([{ row: '{"a":[{"x":1},{}],"b":[{}],"d":[{"w":2}]}', n: 1 }]);
});

/** Rows of DuckDB's `parquet_schema`: name, repetition, children, converted, type. */
function elements(...rows: (readonly [string, string, number, (string | null)?, string?])[]) {
  return rows.map(([name, repetition, children, converted = null, type = null]) =>
    elementOf([name, type, repetition, children, converted, 0, 0, null, null]),
  );
}

test("only Parquet's rules say that a repeated group is an element", () => {
  const list = (repeated: string) =>
    schemaOf(
      elements(
        ...([
          ["root", "REQUIRED", 1],
          ["l", "OPTIONAL", 1, "LIST"],
        ] as const),
        ...([
          [repeated, "REPEATED", 1],
          ["x", "OPTIONAL", 0, null, "INT32"],
        ] as const),
      ),
    );
  expect(formatDataType(list("list"))).toBe("struct<l:array<int>>");
  expect(formatDataType(list("array"))).toBe("struct<l:array<struct<x:int>>>");
  expect(formatDataType(list("l_tuple"))).toBe("struct<l:array<struct<x:int>>>");
  expect(formatDataType(list("other_tuple"))).toBe("struct<l:array<int>>");
});

test("a column without a type of Spark's is in the way only where all are asked for", () => {
  const file = elements(
    ["root", "REQUIRED", 3],
    ["e", "REQUIRED", 1, "ENUM"],
    ["x", "OPTIONAL", 0, null, "INT32"],
    ["i", "OPTIONAL", 0, "INTERVAL", "FIXED_LEN_BYTE_ARRAY"],
    ["n", "OPTIONAL", 0, null, "INT64"],
  );
  expect(() => schemaOf(file)).toThrow(/PARQUET_TYPE_NOT_RECOGNIZED.*ENUM of the column e/);
  expect(formatDataType(markedSchemaOf(file))).toBe("struct<e:void,i:void,n:bigint>");
});

test("a footer's elements say what the engine tells of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-schema-"));
  const instance = await loadDuck().DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const own = join(folder, "types.parquet");
  await connection.run(`COPY (SELECT
    true AS a, 1::TINYINT AS b, 2::SMALLINT AS c, 3::INTEGER AS d, 4::BIGINT AS e, 5::UTINYINT AS f,
    6::UINTEGER AS g, 7::UBIGINT AS h, 1.5::FLOAT AS i, 2.5::DOUBLE AS j, 1.25::DECIMAL(9, 2) AS k,
    1::DECIMAL(38, 10) AS l, 'x' AS m, 'x'::BLOB AS n, DATE '2020-01-02' AS o,
    TIMESTAMP '2020-01-02 03:04:05' AS p, TIMESTAMPTZ '2020-01-02 03:04:05Z' AS q, [1, 2] AS r,
    MAP {'k': [{'x': 1}]} AS s, {'y': 'z', 'w': {'v': 1}} AS t, '{}'::JSON AS u
  ) TO '${own}' (FORMAT parquet)`);
  for (const path of [own, legacy]) {
    const sql = `SELECT ${schemaColumns} FROM parquet_schema('${path}')`;
    const told = (await connection.runAndReadAll(sql)).getRows().map(elementOf);
    const footer = await localFooter(path);
    const found = structsOf(footer!.metadata, id.file.schema).map(elementIn);
    expect(found).toHaveLength(told.length);
    expect(schemaOf(found)).toEqual(schemaOf(told));
  }
  instance.closeSync();
  rmSync(folder, { recursive: true });
});
