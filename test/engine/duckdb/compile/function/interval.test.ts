import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();
const legacy = answers({ legacyInterval: true });
const text = (sql: string): string => `CAST(${sql} AS STRING)`;

test.each([
  ["INTERVAL '1 02' DAY TO HOUR + INTERVAL 30 MINUTES", "INTERVAL '1 02:30' DAY TO MINUTE"],
  ["INTERVAL 1 YEAR - INTERVAL 13 MONTHS", "INTERVAL '-0-1' YEAR TO MONTH"],
  ["-INTERVAL '1.5' SECOND", "INTERVAL '-01.5' SECOND"],
  ["INTERVAL 5 MONTHS * 0.5", "INTERVAL '0-3' YEAR TO MONTH"],
  ["INTERVAL 5 MONTHS * -0.5D", "INTERVAL '-0-3' YEAR TO MONTH"],
  ["INTERVAL 5 MONTHS / 2", "INTERVAL '0-3' YEAR TO MONTH"],
  ["INTERVAL 1 SECOND / 3", "INTERVAL '0 00:00:00.333333' DAY TO SECOND"],
  ["INTERVAL 2 SECONDS / -3.0", "INTERVAL '-0 00:00:00.666667' DAY TO SECOND"],
  ["make_dt_interval(1, 12, 30, 1.001001)", "INTERVAL '1 12:30:01.001001' DAY TO SECOND"],
  ["make_ym_interval(-1, 1)", "INTERVAL '-0-11' YEAR TO MONTH"],
  [
    "make_interval(100, 11, 1, 1, 12, 30, 1.001001)",
    "100 years 11 months 8 days 12 hours 30 minutes 1.001001 seconds",
  ],
  ["make_dt_interval(NULL, 1)", "null"],
  ["abs(INTERVAL -'3' DAY)", "INTERVAL '3' DAY"],
  ["date'2024-03-01' - date'2024-02-01'", "INTERVAL '29' DAY"],
  ["CAST('12' AS INTERVAL MONTH)", "INTERVAL '12' MONTH"],
  ["try_divide(INTERVAL 2 YEARS, 0)", "null"],
  ["try_add(INTERVAL 106751991 DAYS, INTERVAL 3 DAYS)", "null"],
  ["try_multiply(INTERVAL 2147483647 MONTHS, 2)", "null"],
  ["try_cast('abc' AS INTERVAL DAY)", "null"],
  ["try_make_interval(2147483647)", "null"],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${text(sql)}`)).toBe(expected);
});

test.each([
  ["INTERVAL 106751991 DAYS + INTERVAL 3 DAYS", "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION"],
  [
    "-CAST('-178956970-8' AS INTERVAL YEAR TO MONTH)",
    "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION",
  ],
  ["INTERVAL 2 DAYS / 0", "INTERVAL_DIVIDED_BY_ZERO"],
  ["INTERVAL 2147483647 MONTHS * 2", "ARITHMETIC_OVERFLOW"],
  ["make_ym_interval(178956970, 8)", "ARITHMETIC_OVERFLOW"],
  ["CAST('1 day' AS INTERVAL DAY)", "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"],
])("%s is %s", async (sql, code) => {
  expect(await answer(`SELECT ${sql}`)).toBe(code);
});

test.each([
  ["extract(YEAR FROM -INTERVAL '2-1' YEAR TO MONTH)", "-2"],
  ["extract(MONTH FROM -INTERVAL '2-1' YEAR TO MONTH)", "-1"],
  ["extract(DAY FROM INTERVAL '123 12:34:56.789' DAY TO SECOND)", "123"],
  ["extract(HOUR FROM -INTERVAL '123 12:34:56.789' DAY TO SECOND)", "-12"],
  ["extract(SECOND FROM INTERVAL '123 12:34:56.789' DAY TO SECOND)", "56.789000"],
  ["extract(HOUR FROM make_interval(0, 0, 0, 1, 30))", "30"],
  ["INTERVAL 24 HOURS = INTERVAL 1 DAY, INTERVAL 13 MONTHS > INTERVAL 1 YEAR", "true true"],
  ["timestamp'2024-03-09 12:00:00' + INTERVAL 1 DAY", "2024-03-10T19:00:00.000000Z"],
  ["timestamp'2024-03-09 12:00:00' + INTERVAL 24 HOURS", "2024-03-10T19:00:00.000000Z"],
  ["timestamp'2024-01-31 12:00:00' + INTERVAL 1 MONTH", "2024-02-29T20:00:00.000000Z"],
  [
    "date'2024-01-31' + INTERVAL 1 MONTH, date'2024-01-31' - INTERVAL 1 DAY",
    "2024-02-29 2024-01-30",
  ],
])("%s is %s", async (sql, expected) => {
  expect(await answer(`SELECT ${sql}`)).toBe(expected);
});

test("intervals are summed, averaged, and sorted", async () => {
  const from = "FROM VALUES (INTERVAL 1 DAY), (INTERVAL 4 DAYS), (NULL) AS t(x)";
  const sums = ["sum(x)", "avg(x)", "min(x)", "median(x)", "percentile(x, 0.25)"].map(text);
  expect((await answer(`SELECT concat_ws('; ', ${sums.join(", ")}) ${from}`)).split("; ")).toEqual([
    "INTERVAL '5' DAY",
    "INTERVAL '2 12:00:00' DAY TO SECOND",
    "INTERVAL '1' DAY",
    "INTERVAL '2 12:00:00' DAY TO SECOND",
    "INTERVAL '1 18:00:00' DAY TO SECOND",
  ]);
  expect(
    await answer(
      "SELECT sum(x) FROM VALUES (INTERVAL 2147483647 MONTHS), (INTERVAL 1 MONTH) AS t(x)",
    ),
  ).toBe("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION");
});

test("legacy intervals keep months, days and microseconds apart", async () => {
  const shown = (sql: string): Promise<string> => legacy(`SELECT ${text(sql)}`);
  expect(await shown("INTERVAL 14 MONTHS 3 DAYS 90 SECONDS")).toBe(
    "1 years 2 months 3 days 1 minutes 30 seconds",
  );
  expect(await shown("INTERVAL 3 MONTHS 3 DAYS * 1.5")).toBe("4 months 4 days 12 hours");
  expect(await shown("date'2024-03-01' - date'2023-01-31'")).toBe("1 years 1 months 1 days");
});
