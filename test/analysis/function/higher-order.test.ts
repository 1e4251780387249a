import { expect, test } from "vitest";
import { codeOf, schemaOf } from "../sql.ts";

test("a value stands for a lambda that gives it", () => {
  expect(schemaOf("SELECT transform(xs, b) AS v FROM t")).toBe("v array<string>");
  expect(schemaOf("SELECT transform(xs, 'a') FROM t")).toBe(
    "transform(xs, lambdafunction(a, namedlambdavariable(), namedlambdavariable())) array<string>",
  );
});

test("the keys of two maps get one type, their values keep theirs", () => {
  expect(
    schemaOf("SELECT map_zip_with(map(1S, 2S), map(1L, 2L), (k, v, w) -> (k, v, w)) AS m"),
  ).toBe("m map<bigint,struct<k:bigint,v:smallint,w:bigint>>");
  expect(codeOf("SELECT map_zip_with(map('1', 2), map(1, 2), (k, v, w) -> k)")).toBe(
    "DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES",
  );
});

test.each([
  ["array_sort(xs, (p, q) -> 'a')", "DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE"],
  ["transform_keys(m, (k, v) -> map(k, v))", "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE"],
  ["aggregate(xs, 0, (s, x) -> s + 1L)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["filter(xs, x -> x)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
])("%s does not give what it must", (sql, code) => {
  expect(codeOf(`SELECT ${sql} FROM t`)).toBe(code);
});
