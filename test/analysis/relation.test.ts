import { expect, test } from "vitest";
import { outputOf } from "../../src/analysis/typed.ts";
import { typed } from "./sql.ts";

test("a WITH within a WITH means its own names", () => {
  const sql = "WITH c AS (SELECT 1 AS x) SELECT * FROM (WITH c AS (SELECT 2 AS y) SELECT * FROM c)";
  expect(outputOf(typed(sql)).map((column) => column.name)).toEqual(["y"]);
  const plain = "WITH c AS (SELECT 1 AS x), d AS (SELECT * FROM c) SELECT * FROM d";
  expect(outputOf(typed(plain)).map((column) => column.name)).toEqual(["x"]);
});
