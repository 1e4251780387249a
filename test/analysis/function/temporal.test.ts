import { expect, test } from "vitest";
import { codeOf, schemaOf } from "../sql.ts";

const legacy = { conf: { ansi: false } };

test("a bare NULL is an interval where it is added, and a moment where it is subtracted", () => {
  expect(schemaOf("SELECT date'2024-01-01' + NULL, NULL + timestamp_ntz'2024-01-01'")).toBe(
    "DATE '2024-01-01' + NULL timestamp, TIMESTAMP_NTZ '2024-01-01 00:00:00' + NULL timestamp_ntz",
  );
  expect(schemaOf("SELECT time'12:30' + NULL, NULL + time'12:30'")).toBe(
    "TIME '12:30:00' + NULL time(6), TIME '12:30:00' + NULL time(6)",
  );
  expect(schemaOf("SELECT ts - NULL, NULL - ts FROM t")).toMatch(
    /^\(ts - NULL\) interval .*, \(NULL - ts\) interval /,
  );
});

test("whole days are added to a date, no wider than an integer", () => {
  expect(schemaOf("SELECT date'2024-01-01' + 7S, 7 + date'2024-01-01'")).toBe(
    "date_add(DATE '2024-01-01', 7) date, date_add(DATE '2024-01-01', 7) date",
  );
  expect(schemaOf("SELECT date'2024-01-01' - 7Y")).toBe("date_sub(DATE '2024-01-01', 7) date");
  for (const days of ["1L", "1.5", "1E0", "'1'"]) {
    const code = codeOf(`SELECT date'2024-01-01' + ${days}`);
    expect(code, days).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  }
  expect(schemaOf("SELECT date_add('2024-01-01', '1')")).toBe("date_add(2024-01-01, 1) date");
  expect(codeOf("SELECT date_add('2024-01-01', b) FROM t", legacy)).toBe(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
  );
  expect(codeOf("SELECT date_sub('2024-01-01', '1.2')", legacy)).toBe(
    "SECOND_FUNCTION_ARGUMENT_NOT_INTEGER",
  );
});

test("a text is a moment beside one in ANSI, and not outside of it", () => {
  expect(codeOf("SELECT ts - '2024-01-01' FROM t")).toBe("no error");
  expect(codeOf("SELECT '2024-01-01' - ts FROM t", legacy)).toBe(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
  );
  expect(codeOf("SELECT date'2024-01-01' - '2024-01-01'", legacy)).toBe(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
  );
  expect(codeOf("SELECT '2024-01-01' - date'2024-01-01'", legacy)).toBe("no error");
});

test("a time goes with intervals of days and seconds, and with times", () => {
  expect(schemaOf("SELECT interval 5 minutes + time'12:30'")).toMatch(
    /^TIME '12:30:00' \+ INTERVAL .* time\(6\)$/,
  );
  for (const other of ["1", "interval 1 month"]) {
    expect(codeOf(`SELECT time'12:30' + ${other}`), other).toBe(
      "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
    );
  }
  expect(codeOf("SELECT time'12:30' + date'2024-01-01'")).toBe(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
  );
  expect(codeOf("SELECT time'12:30' - ts FROM t")).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
});
