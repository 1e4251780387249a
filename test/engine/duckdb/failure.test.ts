import { expect, test } from "vitest";
import { errorOf } from "../../../src/engine/duckdb/failure.ts";

const one = "SELECT 1 FROM read_parquet(['/t/it''s.parquet'], schema = MAP {}) AS t";
const two = "SELECT 1 FROM read_parquet(['/t/a.parquet', '/t/b.parquet']) AS t";
const footer = "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER";

test.each([
  ["Invalid Error: invalid TType", one, "FAILED_READ_FILE.NO_HINT", "/t/it's.parquet"],
  ["Invalid Error: Page size mismatch", two, "FAILED_READ_FILE.NO_HINT", "(one of those"],
  ["TProtocolException: Invalid data", one, footer, "/t/it's.parquet"],
  ["Invalid Error: invalid TType", "bind", "FAILED_READ_FILE.NO_HINT", "(one of those"],
  ["Unimplemented TIMESTAMP encoding - missing UNIT", one, footer, "/t/it's.parquet"],
  ["Invalid Error: invalid TType", "SELECT 1", "ENGINE_FAILED", "invalid TType"],
  ["INTERNAL Error: what", one, "ENGINE_FAILED", "what"],
])("%s of %s is %s", (message, sql, code, about) => {
  expect(errorOf(new Error(message), sql)).toMatchObject({
    code,
    message: expect.stringContaining(about),
    cause: { message: `${message}\n${sql}` },
  });
});
