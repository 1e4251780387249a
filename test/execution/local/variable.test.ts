import { afterAll, beforeAll, expect, test } from "vitest";
import { SparkSession } from "../../../src/session/spark-session.ts";
import { answerOf } from "../../session/session.ts";

let spark: SparkSession;

beforeAll(async () => {
  spark = await SparkSession.builder().create();
});
afterAll(() => spark.stop());

const rows = (...statements: readonly string[]): Promise<unknown[]> => answerOf(spark, statements);

function refused(code: string, ...statements: readonly string[]) {
  return expect(rows(...statements)).rejects.toMatchObject({ code });
}

test("a variable has a type, a default and a value; a column of its name comes first", async () => {
  await rows("DECLARE x INT DEFAULT 5", "DECLARE VARIABLE y = 'a'", "DECLARE z STRUCT<f: INT>");
  expect(await rows("SELECT x, session.X AS x2, system.session.x AS x3, y, z.f")).toEqual([
    [5, 5, 5, "a", null],
  ]);
  expect(await rows("SELECT x FROM VALUES (2) AS t(x)")).toEqual([[2]]);
  expect(await rows("SELECT session.x FROM VALUES (2) AS t(x)")).toEqual([[5]]);
  const frame = await spark.sql("SELECT typeof(x), x + 1");
  expect((await frame.schema()).fields.map(({ name }) => name)).toEqual([
    "typeof(variablereference(system.session.x=5))",
    "(variablereference(system.session.x=5) + 1)",
  ]);
  await rows("DROP TEMPORARY VARIABLE x", "DROP TEMP VAR IF EXISTS x");
  await refused("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "SELECT x");
  await refused("VARIABLE_NOT_FOUND", "DROP TEMPORARY VARIABLE x");
});

test("SET computes all values from what was before, and casts them", async () => {
  await rows("DECLARE a, b INT DEFAULT 1", "SET VARIABLE a = 2, b = a + 10");
  expect(await rows("SELECT a, b")).toEqual([[2, 11]]);
  await rows("SET VAR (a, b) = (SELECT '7', max(id) FROM range(3))");
  expect(await rows("SELECT a, b")).toEqual([[7, 2]]);
  await rows("SET VAR (a, b) = (SELECT 1, 2 WHERE false)");
  expect(await rows("SELECT a, b")).toEqual([[null, null]]);
  await rows("SET VAR a = DEFAULT, b = 3", "SET VAR (b) = (SELECT DEFAULT FROM range(1))");
  expect(await rows("SELECT a, b")).toEqual([[1, 1]]);
  await rows("SET VAR (b) = (SELECT default FROM VALUES (4) AS t(default))");
  expect(await rows("SELECT b")).toEqual([[4]]);
  await refused("DUPLICATE_ASSIGNMENTS", "SET VAR a = 1, A = 2");
  await refused("ASSIGNMENT_ARITY_MISMATCH", "SET VAR (a, b) = (SELECT 1)");
  await refused("ROW_SUBQUERY_TOO_MANY_ROWS", "SET VAR (a) = (SELECT id FROM range(2))");
  await refused("CAST_INVALID_INPUT", "SET VAR a = 'x'");
  await refused("DEFAULT_PLACEMENT_INVALID", "SET VAR a = 1 + DEFAULT");
  await refused("UNSUPPORTED_FEATURE.SET_VARIABLE_USING_SET", "SET session.a = 1");
  expect(await rows("SELECT a, b")).toEqual([[1, 4]]);
});

test("a declaration that cannot be is refused, and leaves nothing behind", async () => {
  await rows("DECLARE once INT");
  await refused("VARIABLE_ALREADY_EXISTS", "DECLARE ONCE INT");
  await rows("DECLARE OR REPLACE once STRING DEFAULT current_database()");
  expect(await rows("SELECT once")).toEqual([["default"]]);
  await refused("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", "DECLARE p, q, P INT");
  await refused("UNRESOLVED_VARIABLE", "DECLARE builtin.p INT");
  await refused("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", "DECLARE p INT = (SELECT 1)");
  await refused("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", "DECLARE p");
  await refused("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "SELECT p");
});
