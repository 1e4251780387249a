import { describe, expect, test } from "vitest";
import { evolve, newFields, withHints } from "../../../src/connector/cloudfiles/evolution.ts";
import { parseHints } from "../../../src/connector/cloudfiles/hint.ts";
import { parseSchema, toDdl } from "../../../src/schema/ddl.ts";

const schema = parseSchema("id INT, s STRUCT<x: INT>, list ARRAY<STRUCT<y: INT>>");

describe("newFields", () => {
  test.each([
    ['{"a":1,"_file_path":"file:///x"}', [["a"]]],
    ['{"ID":1}', []],
    ['{"id":"no number"}', []],
    ['{"s":{"x":1,"z.z":2}}', [["s", "z.z"]]],
    ['{"list":[{"y":1},{"q":1}]}', [["list", "q"]]],
    ["no json", []],
  ])("of %s", (rescued, found) => {
    expect(newFields(rescued, schema)).toEqual(found);
  });
});

test("evolve adds at the end and keeps the types that are known", () => {
  const found = parseSchema("a STRING, id STRING, s STRUCT<w: INT, x: STRING>");
  expect(toDdl(evolve(schema, found))).toBe(
    "id INT,s STRUCT<x: INT, w: INT>,list ARRAY<STRUCT<y: INT>>,a STRING",
  );
});

test("hints type what is there and add what is not", () => {
  const hints = parseHints(
    "s.x BIGINT, tags MAP<STRING, DECIMAL(10,2)>, `a.b`: DATE, new.deep STRING",
  );
  expect(toDdl(withHints(schema, hints))).toBe(
    "id INT,s STRUCT<x: BIGINT>,list ARRAY<STRUCT<y: INT>>,tags MAP<STRING, DECIMAL(10,2)>," +
      "`a.b` DATE,new STRUCT<deep: STRING>",
  );
});
