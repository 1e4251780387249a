import { expect, test } from "vitest";
import { answers } from "../answer.ts";

const answer = answers();

test("of one row a seed gives Spark's own numbers", async () => {
  expect(await answer("SELECT rand(0), random(0L), randn(0)")).toBe(
    "0.7604953758285915 0.7604953758285915 1.6034991609278433",
  );
  expect(await answer("SELECT rand(1 - 1) + rand(-5 + 5)")).toBe("1.520990751657183");
});

test("calls without a seed differ, those of one seed do not, row by row", async () => {
  const pairs = "count(DISTINCT a), count_if(a = b), count_if(c = d)";
  expect(
    await answer(
      `SELECT ${pairs} FROM (SELECT rand(3) a, rand(3) b, rand() c, rand() d FROM range(50))`,
    ),
  ).toBe("50 50 0");
});

test("a common table that is read twice has the same rows", async () => {
  const twice = "SELECT count(*) FROM (SELECT * FROM q UNION SELECT * FROM q)";
  expect(await answer(`WITH q AS (SELECT uuid(), rand() FROM range(5)) ${twice}`)).toBe("5");
  expect(
    await answer(
      "SELECT count(*) FROM (SELECT rand() FROM range(5) UNION SELECT rand() FROM range(5))",
    ),
  ).toBe("10");
});

test("an alias stands for the number that was drawn", async () => {
  expect(await answer("SELECT min(r = s) FROM (SELECT rand() AS r, r AS s FROM range(50))")).toBe(
    "true",
  );
});

test("each group draws, and ORDER BY draws for each row", async () => {
  const groups = "SELECT id % 7 AS k, rand() AS r FROM range(50) GROUP BY id % 7";
  expect(await answer(`SELECT count(DISTINCT r) FROM (${groups})`)).toBe("7");
  const shuffled = await answer("SELECT id FROM range(50) ORDER BY rand()");
  expect(shuffled).not.toBe(Array.from({ length: 50 }, (_, id) => id).join("; "));
  expect(shuffled.split("; ")).toHaveLength(50);
});
