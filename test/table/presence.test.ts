import { expect, test } from "vitest";
import { array, field, long, struct } from "../../src/schema/type.ts";
import { presence } from "../../src/table/presence.ts";

const stored = [
  field("id", long),
  field("s", struct([field("a", long), field("b", long)])),
  field("l", array(long)),
];

test("columns with fewer nulls than rows have values", () => {
  const presentIn = presence(stored);
  const nullCount = { id: 0, s: { a: 2, b: 3 }, l: 3 };
  expect(presentIn({ numRecords: 3, nullCount })).toEqual([["id"], ["s", "a"]]);
  expect(presentIn({ numRecords: 3, nullCount })).toBe(presentIn({ numRecords: 3, nullCount }));
  expect(presentIn({ numRecords: 4, nullCount })).toEqual([["id"], ["s", "a"], ["s", "b"], ["l"]]);
});

test("nothing is known without counts, of a file without rows, or of some nulls by wide bounds", () => {
  const presentIn = presence(stored);
  expect(presentIn(undefined)).toBeUndefined();
  expect(presentIn({ numRecords: 3 })).toBeUndefined();
  expect(presentIn({ nullCount: { id: 0 } })).toBeUndefined();
  expect(presentIn({ numRecords: 0, nullCount: { id: 0 } })).toBeUndefined();
  expect(presentIn({ numRecords: "3", nullCount: { id: 0 } })).toBeUndefined();
  expect(presentIn({ numRecords: 3, nullCount: { id: -1, l: 4 } })).toBeUndefined();
  const wide = { numRecords: 3, tightBounds: false, nullCount: { id: 0, s: { a: 1 } } };
  expect(presentIn(wide)).toEqual([["id"]]);
});
