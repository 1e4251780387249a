import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();
const some = "(VALUES (1), (NULL)) AS s(b)";
const pairs = "(VALUES (2, 3.0)) AS s(c, d)";

test.each([
  ["SELECT a IN (SELECT b FROM s1) FROM (VALUES (1), (2)) AS t(a)", "true; false"],
  ["SELECT a NOT IN (SELECT b FROM s1) FROM (VALUES (1), (2)) AS t(a)", "false; false"],
  ["SELECT NOT (a < 0 OR a IN (SELECT b FROM s1)) FROM (VALUES (2)) AS t(a)", "false"],
  ["SELECT a FROM (VALUES (1), (2)) AS t(a) WHERE a NOT IN (SELECT b FROM s1)", ""],
])("IN and NOT IN are false where they are not known: %s", async (sql, rows) => {
  expect(await answer(sql.replace("s1", some))).toBe(rows);
});

test("NOT IN of several columns is true where one of them differs", async () => {
  const sql = `SELECT b FROM (VALUES (CAST(NULL AS INT), 1.0), (NULL, 3.0)) AS t(a, b)
    WHERE (a, b) NOT IN (SELECT * FROM ${pairs})`;
  expect(await answer(sql)).toBe("1.0");
});
