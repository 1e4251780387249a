import { expect, test } from "vitest";
import { answers } from "../../answer.ts";

const answer = answers();

test("a map that is null makes their concatenation null", async () => {
  const sql = "SELECT map_concat(map('a', 1), CAST(NULL AS MAP<STRING, INT>)) IS NULL";
  expect(await answer(sql)).toBe("true");
  expect(await answer("SELECT map_values(map_concat(map('a', 1), map('b', 2)))")).toBe("[1, 2]");
});

test.each([
  ["(p, q) -> q - p", "[3, 2, 2, 1]"],
  ["(p, q) -> 0", "[2, 3, 1, 2]"],
  ["1", "[2, 3, 1, 2]"],
  ["(p, q) -> CAST(NULL AS INT)", "COMPARATOR_RETURNS_NULL"],
])("array_sort by %s is %s", async (comparator, expected) => {
  expect(await answer(`SELECT array_sort(array(2, 3, 1, 2), ${comparator})`)).toBe(expected);
  expect(await answer(`SELECT array_sort(CAST(array() AS ARRAY<INT>), ${comparator})`)).toBe("[]");
});

test("map_zip_with has each key of either map once, the left ones first", async () => {
  const left = "map(1, 'a', 2, 'b')";
  const zipped = `map_zip_with(${left}, map(3L, 'c', 2L, 'd'), (k, v, w) -> concat_ws('/', v, w))`;
  expect(await answer(`SELECT map_keys(${zipped}), map_values(${zipped})`)).toBe(
    "[1, 2, 3] [a, b/d, c]",
  );
  expect(
    await answer(`SELECT map_zip_with(${left}, CAST(NULL AS MAP<INT, INT>), (k, v, w) -> v)`),
  ).toBe("null");
});

test("a place from the end is after the element there, or before it as it once was", async () => {
  const before = answers({ negativeInsertBefore: true });
  expect(await answer("SELECT array_insert(array(1, 3, 4), -2, 2)")).toBe("[1, 3, 2, 4]");
  expect(await before("SELECT array_insert(array(1, 3, 4), -2, 2)")).toBe("[1, 2, 3, 4]");
});

test("an index beyond the array is null without ANSI, an index of 0 never is", async () => {
  const lenient = answers({ ansi: false });
  expect(await lenient("SELECT element_at(array(1), 2), array(1)[1]")).toBe("null null");
  expect(await lenient("SELECT element_at(array(1), 0)")).toBe("INVALID_INDEX_OF_ZERO");
  expect(await answer("SELECT element_at(array(1), 2)")).toBe("INVALID_ARRAY_INDEX_IN_ELEMENT_AT");
});
