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

test("a statement in a text is run, with values for its parameters", async () => {
  expect(await rows("EXECUTE IMMEDIATE 'SELECT ? + ? AS s, 1 AS t' USING 1, 2")).toEqual([[3, 1]]);
  expect(
    await rows("EXECUTE IMMEDIATE 'SELECT :b AS p, :a AS q' USING (1 AS a, concat('x', 'y') AS b)"),
  ).toEqual([["xy", 1]]);
  await rows("DECLARE text = 'CREATE TEMPORARY VIEW made AS SELECT 5 AS five'");
  await rows("EXECUTE IMMEDIATE text");
  expect(await rows("SELECT five FROM made")).toEqual([[5]]);
  await refused("UNBOUND_SQL_PARAMETER", "EXECUTE IMMEDIATE 'SELECT :a' USING 1 AS b");
  await refused("ALL_PARAMETERS_MUST_BE_NAMED", "EXECUTE IMMEDIATE 'SELECT :a' USING 1 AS a, 2");
  await refused("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", "EXECUTE IMMEDIATE CAST(NULL AS STRING)");
  await refused("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", "EXECUTE IMMEDIATE 1");
});

test("INTO puts the one row of a query into variables", async () => {
  await rows("DECLARE a INT", "DECLARE b STRING");
  await rows("EXECUTE IMMEDIATE 'SELECT 1, ?' INTO a, b USING 'x'");
  expect(await rows("SELECT a, b")).toEqual([[1, "x"]]);
  await refused("ROW_SUBQUERY_TOO_MANY_ROWS", "EXECUTE IMMEDIATE 'VALUES (1), (2)' INTO a");
  await refused("INVALID_STATEMENT_FOR_EXECUTE_INTO", "EXECUTE IMMEDIATE 'SET k = 1' INTO a");
});

test("IDENTIFIER takes any constant string", async () => {
  await rows("DECLARE c = 'one'", "CREATE TEMPORARY VIEW v AS SELECT 1 AS one_x");
  expect(await rows("SELECT IDENTIFIER(c || '_x') FROM IDENTIFIER('v')")).toEqual([[1]]);
  expect(await rows("SELECT IDENTIFIER('COAL' || 'ESCE')(NULL, 2)")).toEqual([[2]]);
  expect(await rows("SELECT * FROM IDENTIFIER(concat('ra', 'nge'))(1)")).toEqual([[0n]]);
  expect(
    await rows("EXECUTE IMMEDIATE 'SELECT IDENTIFIER(:p ''_x'') FROM v' USING 'one' AS p"),
  ).toEqual([[1]]);
  await refused("NOT_A_CONSTANT_STRING.NOT_CONSTANT", "SELECT IDENTIFIER(upper('a'))");
  await refused("NOT_A_CONSTANT_STRING.NULL", "SELECT IDENTIFIER(CAST(NULL AS STRING))");
  await refused("NOT_A_CONSTANT_STRING.WRONG_TYPE", "SELECT IDENTIFIER(1)");
  await refused("PARSE_EMPTY_STATEMENT", "SELECT IDENTIFIER('')");
});
