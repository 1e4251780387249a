import { expect, test } from "vitest";
import { codeOf, schemaOf } from "../sql.ts";

test("times of two precisions become one of the greater", () => {
  expect(schemaOf("SELECT coalesce('1:00'::time(2), '2:00'::time(4)) AS a")).toBe("a time(4)");
  expect(schemaOf("SELECT CAST('1:00' AS TIME) AS a, CAST('1:00' AS TIME(0)) AS b")).toBe(
    "a time(6), b time(0)",
  );
  expect(codeOf("SELECT CAST('1:00' AS TIME(7))")).toBe("UNSUPPORTED_TIME_PRECISION");
});

test("what becomes a time, and what a time becomes", () => {
  const cast = (from: string, to: string): string => codeOf(`SELECT CAST(${from} AS ${to})`);
  const refused = "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION";
  for (const to of ["TINYINT", "BIGINT", "DECIMAL(9,4)", "STRING", "TIME(1)"]) {
    expect(cast("time'1:00'", to), to).toBe("no error");
  }
  for (const to of ["DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP"]) {
    expect(cast("time'1:00'", to), to).toBe(refused);
  }
  for (const from of ["1", "1.5", "date'2024-01-01'"]) expect(cast(from, "TIME")).toBe(refused);
});

test("a text is no time to a function that takes one", () => {
  const wrong = "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE";
  expect(codeOf("SELECT time_trunc('HOUR', '12:30')")).toBe(wrong);
  expect(codeOf("SELECT make_timestamp(date'2024-01-01', '0:0:0')")).toBe(wrong);
  expect(codeOf("SELECT make_timestamp(ts, time'0:0:0', 'UTC') FROM t")).toBe(wrong);
  expect(codeOf("SELECT try_to_time(1)")).toBe(wrong);
});

test("the time now has a precision that can be said", () => {
  expect(schemaOf("SELECT current_time, current_time(), current_time(2)")).toBe(
    "current_time(6) time(6), current_time(6) time(6), current_time(2) time(2)",
  );
  expect(codeOf("SELECT current_time(7)")).toBe("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE");
});

test("make_timestamp takes a date with or without a time, or the six parts, and no other number", () => {
  const counts = [1, 2, 3, 6, 7];
  for (const count of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
    const nulls = Array.from({ length: count }, () => "NULL").join(", ");
    expect(codeOf(`SELECT make_timestamp(${nulls})`), nulls).toBe(
      counts.includes(count) ? "no error" : "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
    );
  }
});
