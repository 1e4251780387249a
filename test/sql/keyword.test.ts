import { expect, test } from "vitest";
import { parseQuery } from "../../src/sql/parse.ts";

function keywords(reservedKeywords: boolean): ReadonlyMap<unknown, unknown> {
  const plan = parseQuery("SELECT * FROM SQL_KEYWORDS() AS k", { reservedKeywords });
  const found = JSON.stringify(plan).match(/"rows":(\[\[.*?\]\])/)?.[1] ?? "[]";
  return new Map(JSON.parse(found) as [unknown, unknown][]);
}

test("sql_keywords() has each keyword once, in order", () => {
  const words = [...keywords(false).keys()];
  expect(words).toHaveLength(423);
  expect(words).toEqual([...words].sort());
  expect([...keywords(false).values()]).not.toContain(true);
});

test("words are reserved where the session holds them to be", () => {
  const held = keywords(true);
  expect([held.get("SELECT"), held.get("ALL"), held.get("ADD")]).toEqual([true, true, false]);
});
