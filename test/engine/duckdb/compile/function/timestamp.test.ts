import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();
const legacy = answers({ ansi: false });
const outside = "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION";

test("each part of a date and of a wall clock is held to its bounds", async () => {
  const bad = ["2024, 13, 1", "2024, 0, 1", "2024, 1, 32", "2023, 2, 29"];
  for (const parts of bad) {
    expect(await answer(`SELECT make_date(${parts})`), parts).toBe(outside);
    expect(await legacy(`SELECT make_date(${parts})`), parts).toBe("null");
  }
  expect(await answer("SELECT make_date(2024, 2, 29), make_date(2024, NULL, 32)")).toBe(
    "2024-02-29 null",
  );
  expect(await answer("SELECT make_timestamp(2024, 1, 1, 0, 0, 60.5)")).toBe(
    "INVALID_FRACTION_OF_SECOND",
  );
  expect(await answer("SELECT make_timestamp(2024, 2, 30, 0, 0, 0)")).toBe(outside);
});

test("a text that does not fit its pattern is an error in ANSI, and null outside of it", async () => {
  for (const name of ["to_timestamp", "to_timestamp_ntz", "to_date", "unix_timestamp"]) {
    const call = `${name}('2024-02-30', 'yyyy-MM-dd')`;
    expect(await answer(`SELECT ${call}`), call).toBe("CANNOT_PARSE_TIMESTAMP");
    expect(await legacy(`SELECT ${call}`), call).toBe("null");
  }
  expect(await answer("SELECT try_to_timestamp('x', 'yyyy'), try_to_date('x', 'yyyy')")).toBe(
    "null null",
  );
});
