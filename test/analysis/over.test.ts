import { expect, test } from "vitest";
import { codeOf, schemaOf } from "./sql.ts";

const over = (clause: string): string => `SELECT count(*) OVER (${clause}) AS n FROM t`;

test.each([
  [
    "ORDER BY b RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING",
    "SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
  ],
  ["ORDER BY a ROWS 1.5 PRECEDING", "SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE"],
  ["ORDER BY ts RANGE 1 PRECEDING", "RANGE_FRAME_INVALID_TYPE"],
  ["ORDER BY a, b RANGE 1 PRECEDING", "RANGE_FRAME_MULTI_ORDER"],
  ["PARTITION BY a RANGE 1 PRECEDING", "RANGE_FRAME_WITHOUT_ORDER"],
])("OVER (%s) is refused", (clause, code) => {
  expect(codeOf(over(clause))).toBe(`DATATYPE_MISMATCH.${code}`);
});

test("a key moves by a number of its kind, a moment by an interval", () => {
  expect(schemaOf(over("ORDER BY d RANGE 1 PRECEDING"))).toBe("n bigint");
  expect(schemaOf(over("ORDER BY ts RANGE INTERVAL 1 HOUR PRECEDING"))).toBe("n bigint");
});

test("an offset before is printed as Spark counts it: negated, where it is cast to the key", () => {
  const nameOf = (key: string, offset: string): string =>
    schemaOf(`SELECT count(*) OVER (ORDER BY ${key} RANGE BETWEEN ${offset} PRECEDING
      AND CURRENT ROW) FROM t`);
  expect(nameOf("a", "2")).toContain("RANGE BETWEEN 2 PRECEDING AND");
  expect(nameOf("d", "2")).toContain("RANGE BETWEEN (- 2) FOLLOWING AND");
  expect(nameOf("CAST(a AS DOUBLE)", "'inf'")).toContain("RANGE BETWEEN inf PRECEDING AND");
  expect(nameOf("CAST(a AS FLOAT)", "'inf'")).toContain("RANGE BETWEEN (- inf) FOLLOWING AND");
});

test("a median orders its values itself: its window is a whole partition", () => {
  const median = (clause: string): string => codeOf(`SELECT median(a) OVER (${clause}) FROM t`);
  expect(median("ORDER BY a")).toBe("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC");
  expect(median("ROWS BETWEEN 1 PRECEDING AND CURRENT ROW")).toBe(
    "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
  );
  const whole = "PARTITION BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
  expect(median(whole)).toBe("no error");
});
