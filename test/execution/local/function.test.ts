import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SparkSession } from "../../../src/session/spark-session.ts";
import { answerOf } from "../../session/session.ts";

let warehouse: string;
let spark: SparkSession;

beforeAll(async () => {
  warehouse = await mkdtemp(join(tmpdir(), "millrace-function-test-"));
  spark = await open();
});
afterAll(async () => {
  await spark.stop();
  await rm(warehouse, { recursive: true, force: true });
});

function open(): Promise<SparkSession> {
  return SparkSession.builder().config("spark.sql.warehouse.dir", warehouse).create();
}

const rows = (...statements: readonly string[]): Promise<unknown[]> => answerOf(spark, statements);

function refused(code: string, ...statements: readonly string[]) {
  return expect(rows(...statements)).rejects.toMatchObject({ code });
}

test("a call is its body, arguments cast and in place of the parameters", async () => {
  await rows(
    "CREATE TEMPORARY FUNCTION area(a DOUBLE, b DOUBLE DEFAULT 2) RETURNS DOUBLE RETURN a * b",
  );
  const frame = await spark.sql("SELECT area('3', 4), area(3), area(b => 1, a => 5) AS named");
  expect((await frame.schema()).fields.map(({ name }) => name)).toEqual([
    "area(3, 4)",
    "area(3)",
    "named",
  ]);
  expect((await frame.collect()).map((row) => Object.values(row))).toEqual([[12, 6, 5]]);
  expect(
    await rows("SELECT area(sum(x), max(x)) FROM VALUES (1), (2) AS t(x) HAVING area(1) > 1"),
  ).toEqual([[6]]);
  await refused("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "SELECT area()");
  await refused("UNRECOGNIZED_PARAMETER_NAME", "SELECT area(c => 1)");
  await refused("REQUIRED_PARAMETER_NOT_FOUND", "SELECT area(b => 1)");
  await refused("UNEXPECTED_POSITIONAL_ARGUMENT", "SELECT area(a => 1, 2)");
  await refused("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "SELECT area(array(1))");
});

test("columns come before parameters, and a query of the body takes them from outside", async () => {
  await rows(
    "CREATE TEMPORARY VIEW one AS SELECT 1 AS x, 7 AS z",
    "CREATE TEMPORARY FUNCTION hidden(x INT) RETURNS INT RETURN (SELECT x FROM one)",
    "CREATE TEMPORARY FUNCTION plain(y INT) RETURNS INT RETURN (SELECT max(z + y + plain.y) FROM one)",
  );
  expect(await rows("SELECT hidden(42), plain(a) FROM VALUES (1), (2) AS t(a)")).toEqual([
    [1, 9],
    [1, 11],
  ]);
  await refused("UNSUPPORTED_EXPRESSION", "SELECT plain(max(a)) FROM VALUES (1) AS t(a)");
  await refused("UNSUPPORTED_EXPRESSION", "SELECT plain(cast(rand() AS INT))");
});

test("an argument that is random is not computed twice", async () => {
  await rows("CREATE TEMPORARY FUNCTION same(x DOUBLE) RETURNS BOOLEAN RETURN x = x");
  await refused("UNSUPPORTED_EXPRESSION", "SELECT same(rand())");
  expect(await rows("SELECT same(1)")).toEqual([[true]]);
});

test("a table function stands in FROM, its arguments those of the row beside it", async () => {
  await rows(
    "CREATE TEMPORARY FUNCTION upto(n INT) RETURNS TABLE (i BIGINT) RETURN SELECT id FROM range(5) WHERE id < n",
    "CREATE TEMPORARY FUNCTION both(a INT) RETURNS TABLE RETURN SELECT a AS x, a + 1 AS y",
  );
  expect(await rows("SELECT upto.i FROM upto(2)")).toEqual([[0n], [1n]]);
  expect(
    await rows("SELECT a, i FROM VALUES (1), (2) AS t(a), LATERAL upto(a) ORDER BY a, i"),
  ).toEqual([
    [1, 0n],
    [2, 0n],
    [2, 1n],
  ]);
  expect(await rows("SELECT b.p, b.q FROM both(3) AS b(p, q)")).toEqual([[3, 4]]);
  await refused("NOT_A_SCALAR_FUNCTION", "SELECT upto(1)");
  await refused("UNRESOLVABLE_TABLE_VALUED_FUNCTION", "SELECT * FROM no_such_function(1)");
  await refused(
    "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
    "CREATE TEMPORARY FUNCTION w() RETURNS TABLE (a INT) RETURN SELECT 1, 2",
  );
});

test("a persistent function is there in the next session, as it was made", async () => {
  await rows(
    "SET spark.sql.ansi.enabled = false",
    "CREATE FUNCTION number(s STRING DEFAULT '4') RETURNS INT RETURN CAST(s AS INT)",
    "SET spark.sql.ansi.enabled = true",
    "CREATE FUNCTION pairs(s STRUCT<a: ARRAY<INT>>) RETURN s.a[0]",
  );
  await spark.stop();
  spark = await open();
  const frame = await spark.sql("SELECT number('x') AS none, number()");
  expect((await frame.schema()).fields[1]?.name).toBe("main.default.number()");
  expect((await frame.collect()).map((row) => Object.values(row))).toEqual([[null, 4]]);
  expect(await rows("SELECT default.pairs(named_struct('a', array(8)))")).toEqual([[8]]);
  await refused("ROUTINE_ALREADY_EXISTS", "CREATE FUNCTION number() RETURN 1");
  await rows("CREATE FUNCTION IF NOT EXISTS number() RETURN 1");
  await rows("CREATE OR REPLACE FUNCTION number() RETURN 1");
  expect(await rows("SELECT number()")).toEqual([[1]]);
  await rows("DROP FUNCTION number", "DROP FUNCTION IF EXISTS number");
  await refused("ROUTINE_NOT_FOUND", "DROP FUNCTION number");
  await refused("UNRESOLVED_ROUTINE", "SELECT number()");
});

test("what cannot be called soundly cannot be made", async () => {
  await rows(
    "CREATE OR REPLACE TEMPORARY FUNCTION temp() RETURN 1",
    "CREATE OR REPLACE FUNCTION first_of(x INT) RETURN x",
    "CREATE OR REPLACE FUNCTION second_of(x INT) RETURN (SELECT first_of(x))",
    "CREATE OR REPLACE FUNCTION reads() RETURNS BIGINT READS SQL DATA RETURN 1",
  );
  const create = "CREATE OR REPLACE FUNCTION";
  await refused("CYCLIC_FUNCTION_REFERENCE", `${create} first_of(x INT) RETURN second_of(x)`);
  await refused("INVALID_TEMP_OBJ_REFERENCE", `${create} f() RETURN temp()`);
  await refused("INVALID_SQL_FUNCTION_DATA_ACCESS", `${create} f() CONTAINS SQL RETURN reads()`);
  await refused("DUPLICATE_ROUTINE_PARAMETER_NAMES", `${create} f(a INT, A INT) RETURN 1`);
  await refused("UNRESOLVED_COLUMN.WITH_SUGGESTION", `${create} f(a INT) RETURN b`);
  await refused(
    "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS",
    `${create} f(a INT) RETURN sum(a)`,
  );
  await refused(
    "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
    `${create} f(a INT DEFAULT 1, b INT) RETURN 1`,
  );
  await refused(
    "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION",
    `${create} f(a INT DEFAULT (SELECT 1)) RETURN 1`,
  );
  await refused("INVALID_TEMP_OBJ_QUALIFIER", "CREATE TEMPORARY FUNCTION a.b() RETURN 1");
});
