import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("keys of maps are Spark's own form of them", async () => {
  expect(await answer("SELECT to_json(map(DATE'1970-01-03', 1)), to_json(map(1.50, 'x'))")).toBe(
    '{"2":1} {"1.50":"x"}',
  );
  expect(await answer("SELECT to_json(map(1e10D, true))")).toBe('{"1.0E10":true}');
  expect(await answer("SELECT to_json(map(named_struct('a', 1), 1))")).toBe(
    "ENGINE_UNSUPPORTED_FUNCTION",
  );
});

test("an array of structs may hold nulls, and a lone object is an array of one", async () => {
  expect(await answer(`SELECT string(from_json('[null, {"a":2}]', 'array<struct<a:int>>'))`)).toBe(
    "[null, {2}]",
  );
  expect(await answer(`SELECT string(from_json(' {"a":2}', 'array<struct<a:int>>'))`)).toBe(
    "[{2}]",
  );
});
