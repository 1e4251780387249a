import { expect, test } from "vitest";
import { codeOf, schemaOf } from "../sql.ts";

test.each([
  ["INTERVAL 2 YEARS + INTERVAL 3 YEARS", "interval year"],
  ["INTERVAL 2 YEARS + INTERVAL 3 MONTHS", "interval year to month"],
  ["INTERVAL 2 DAYS - INTERVAL 3 MINUTES", "interval day to minute"],
  ["coalesce(INTERVAL 2 HOURS, INTERVAL 3 SECONDS)", "interval hour to second"],
  ["INTERVAL 2 YEARS * 3", "interval year to month"],
  ["INTERVAL 2 DAYS / 3", "interval day to second"],
  ["NULL + INTERVAL 2 DAYS", "interval day"],
  ["sum(INTERVAL 2 DAYS)", "interval day"],
  ["avg(INTERVAL 2 DAYS)", "interval day to second"],
  ["median(INTERVAL 2 YEARS)", "interval year to month"],
  ["date'2024-01-02' - date'2024-01-01'", "interval day"],
  ["make_dt_interval(1)", "interval day to second"],
  ["make_interval(1)", "interval"],
  ["extract(HOUR FROM make_interval(1))", "bigint"],
  ["extract(HOUR FROM INTERVAL 5 HOURS)", "tinyint"],
])("%s is of the type %s", (sql, type) => {
  expect(schemaOf(`SELECT ${sql} AS x`)).toBe(`x ${type}`);
});

test.each([
  [
    "date'2024-01-01' + INTERVAL 2 DAYS",
    "date_add(DATE '2024-01-01', extractansiintervaldays(INTERVAL '2' DAY)) date",
  ],
  [
    "date'2024-01-01' - INTERVAL 2 DAYS",
    "date_add(DATE '2024-01-01', (- extractansiintervaldays(INTERVAL '2' DAY))) date",
  ],
  ["INTERVAL 3 HOURS + date'2024-01-01'", "DATE '2024-01-01' + INTERVAL '03' HOUR timestamp"],
  ["date'2024-01-01' - INTERVAL 3 MONTHS", "DATE '2024-01-01' - INTERVAL '3' MONTH date"],
  ["'2024-01-01' - INTERVAL 3 HOURS", "2024-01-01 - INTERVAL '03' HOUR string"],
  ["2 * INTERVAL 3 HOURS", "(INTERVAL '03' HOUR * 2) interval day to second"],
  [
    "make_interval(1) * 2",
    "multiply_interval(make_interval(1, 0, 0, 0, 0, 0, 0.000000), 2) interval",
  ],
])("%s is named as Spark names it", (sql, shown) => {
  expect(schemaOf(`SELECT ${sql}`)).toBe(shown);
});

test.each([
  ["extract(DAY FROM INTERVAL 2 MONTHS)", "INVALID_EXTRACT_FIELD"],
  ["extract(MONTH FROM INTERVAL 2 YEARS)", "INVALID_EXTRACT_FIELD"],
  ["date_part(a, INTERVAL 2 YEARS)", "NON_FOLDABLE_ARGUMENT"],
  ["INTERVAL 1 YEAR + INTERVAL 1 SECOND", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["INTERVAL 1 SECOND + 1", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["CAST(1.5D AS INTERVAL DAY)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ["CAST(INTERVAL 1 YEAR AS INTERVAL DAY)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ["CAST(INTERVAL 1 YEAR AS INTERVAL)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"],
  ["CAST(1 AS BINARY)", "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION"],
])("%s is %s", (sql, code) => {
  expect(codeOf(`SELECT ${sql} FROM t`)).toBe(code);
});

test("a session with the legacy intervals has those alone", () => {
  const legacy = { conf: { legacyInterval: true } };
  expect(schemaOf("SELECT date'2024-01-02' - date'2024-01-01' AS x", legacy)).toBe("x interval");
  expect(schemaOf("SELECT ts - ts AS x FROM t", legacy)).toBe("x interval");
});
