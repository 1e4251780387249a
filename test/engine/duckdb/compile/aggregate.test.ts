import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

test("FILTER holds for the first and last value of a window", async () => {
  const over = "OVER (PARTITION BY g ORDER BY x)";
  const rows = "FROM VALUES (1, 1, 1), (1, 2, null), (1, 3, 4) t(g, x, y)";
  expect(await answer(`SELECT first_value(x) FILTER (WHERE x > 1) ${over} ${rows}`)).toBe(
    "null; 2; 2",
  );
  expect(await answer(`SELECT last_value(y) FILTER (WHERE x < 3) ${over} ${rows}`)).toBe(
    "1; null; null",
  );
  expect(await answer(`SELECT last_value(y, true) FILTER (WHERE x < 3) ${over} ${rows}`)).toBe(
    "1; 1; 1",
  );
});

test("DISTINCT holds for percentiles and moments", async () => {
  const both = (name: string, more = ""): Promise<string> =>
    answer(
      `SELECT ${name}(DISTINCT x${more}), ${name}(x${more}) FROM VALUES (1), (1), (1), (2), (6) t(x)`,
    );
  expect(await both("percentile_approx", ", 0.5")).toBe("2 1");
  const [distinct, all] = (await both("skewness")).split(" ").map(Number);
  expect(distinct).toBeCloseTo(0.5951700641, 8);
  expect(all).toBeCloseTo(1.362792753, 8);
});

test("HAVING and ORDER BY may ask of a group in a subquery", async () => {
  const grouped = "FROM VALUES (1), (1), (2) t(a) GROUP BY a";
  expect(await answer(`SELECT count(*) ${grouped} HAVING (SELECT a = 1)`)).toBe("2");
  expect(await answer(`SELECT a AS b, count(*) ${grouped} HAVING (SELECT a = 2)`)).toBe("2 1");
  expect(await answer(`SELECT count(*) ${grouped} ORDER BY (SELECT -a)`)).toBe("1; 2");
});

test("a subquery of HAVING may ask for aggregates of its groups, in conditions", async () => {
  const rows = "FROM VALUES (1, 1), (1, 2), (2, 5) t(a, b) GROUP BY a";
  const greater = "EXISTS (SELECT 1 FROM VALUES (3) s(c) WHERE c < max(t.b) AND c > t.a)";
  expect(await answer(`SELECT a ${rows} HAVING ${greater}`)).toBe("2");
  expect(await answer(`SELECT a, sum(b) ${rows} HAVING max(b) = (SELECT 2 WHERE max(b) < 5)`)).toBe(
    "1 3",
  );
  const deep = `(SELECT true FROM VALUES (1, 2) s(c, d) WHERE d = max(t.b) GROUP BY c
    HAVING c IN (SELECT e FROM VALUES (1) r(e) WHERE max(s.d) = 2))`;
  expect(await answer(`SELECT a ${rows} HAVING ${deep}`)).toBe("1");
});

test("a subquery of HAVING means a grouped column where grouping sets are, and any in aggregates", async () => {
  const rows = "FROM VALUES (1, 1), (1, 2), (2, 5) t(a, b) GROUP BY GROUPING SETS ((a), ())";
  const total = "EXISTS (SELECT 1 FROM VALUES (5) s(c) WHERE c = sum(t.b) - t.a + 2)";
  expect(await answer(`SELECT a, sum(b) ${rows} HAVING ${total}`)).toBe("2 5");
  const all = "EXISTS (SELECT 1 FROM VALUES (8) s(c) WHERE c = sum(t.b) AND t.a IS NULL)";
  expect(await answer(`SELECT a, sum(b) ${rows} HAVING ${all}`)).toBe("null 8");
});

test("HAVING of a subquery may name a column from around it", async () => {
  const inner = "SELECT min(d) FROM VALUES (1, 5), (2, 6) s(c, d) GROUP BY c HAVING c > t.a";
  expect(
    await answer(`SELECT a FROM VALUES (1, 6), (2, 6), (1, 5) t(a, b) WHERE b IN (${inner})`),
  ).toBe("1");
});

test("a lateral subquery may pass a column of the left on", async () => {
  expect(await answer("SELECT * FROM VALUES (1), (2) t(a), LATERAL (SELECT a)")).toBe("1 1; 2 2");
  expect(
    await answer(
      "SELECT t.a, s.a + s.b FROM VALUES (1), (2) t(a), LATERAL (SELECT a, a * 2 AS b) s",
    ),
  ).toBe("1 3; 2 6");
});

test("HAVING without GROUP BY makes one group of all rows", async () => {
  expect(await answer("SELECT 1 FROM range(10) HAVING true")).toBe("1");
  expect(await answer("SELECT 1 FROM range(10) HAVING false")).toBe("");
  expect(await answer("SELECT id FROM range(10) HAVING id > 0")).toBe("MISSING_GROUP_BY");
});

test("the skewness and kurtosis of values that are all the same are null", async () => {
  const rows = "FROM VALUES (3), (3) t(x)";
  expect(await answer(`SELECT skewness(x), kurtosis(x) ${rows}`)).toBe("null null");
  expect(await answer(`SELECT skewness(x), kurtosis(x) ${rows} LIMIT 0`)).toBe("");
});

test("listagg joins bytes as bytes, and a null separator is none", async () => {
  const rows = "VALUES (X'DEAD'), (X'BEEF') AS t(b)";
  expect(await answer(`SELECT length(listagg(b, X'42')) FROM ${rows}`)).toBe("5");
  expect(await answer("SELECT length(listagg(a, NULL)) FROM VALUES ('a'), ('b') AS t(a)")).toBe(
    "2",
  );
});

test("a sum beyond 38 digits is out of range, not a number of 39", async () => {
  const nines = `${"9".repeat(38)}BD`;
  expect(await answer(`SELECT sum(x) FROM VALUES (${nines}), (1BD) t(x)`)).toBe(
    "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
  );
  expect(await answer(`SELECT try_sum(x) FROM VALUES (${nines}), (1BD) t(x)`)).toBe("null");
  expect(await answer(`SELECT sum(x) FROM VALUES (${nines}), (0BD) t(x)`)).toBe("9".repeat(38));
});

test("a correlation is one quotient over one root, of the pairs that are whole", async () => {
  const rows = "FROM VALUES (5, 2, 1), (5, 3, 1), (7, 4, 1), (null, 9, 1), (9, null, 1) t(x, y, z)";
  expect(await answer(`SELECT corr(x, y), regr_r2(x, y) ${rows}`)).toBe(
    "0.8660254037844385 0.7499999999999997",
  );
  expect(await answer(`SELECT regr_r2(x, z), regr_r2(z, y) ${rows}`)).toBe("null 1");
  expect(await answer(`SELECT corr(x, y) ${rows} LIMIT 0`)).toBe("");
  expect(await answer(`SELECT corr(x, y) FILTER (WHERE x > 5) ${rows}`)).toBe("null");
});
