import { expect, test } from "vitest";
import { codeOf } from "./sql.ts";

const grouped = (selected: string, by: string): string =>
  codeOf(`SELECT ${selected}, count(*) FROM t GROUP BY ${by}`);

test("two analyses of one subquery are the same, of different ones are not", () => {
  const rows = "VALUES (1), (2) v(x)";
  expect(grouped("a IN (SELECT id FROM range(9))", "a IN (SELECT id FROM range(9))")).toBe(
    "no error",
  );
  const own = "(SELECT max(id) FROM range(9) WHERE id < t.a)";
  expect(grouped(`${own} + 1`, own)).toBe("no error");
  expect(grouped(own.replace("max", "min"), own)).toBe("MISSING_AGGREGATION");
  expect(grouped("a IN (SELECT id FROM range(8))", "a IN (SELECT id FROM range(9))")).toBe(
    "MISSING_AGGREGATION",
  );
  expect(grouped(`a IN (SELECT x FROM ${rows})`, `a IN (SELECT x FROM ${rows})`)).toBe(
    "MISSING_AGGREGATION",
  );
});
