import { expect, test } from "vitest";
import { evolve, withHints } from "../../../src/connector/cloudfiles/evolution.ts";
import { parseHints } from "../../../src/connector/cloudfiles/hint.ts";
import { parseSchema, toDdl } from "../../../src/schema/ddl.ts";

const schema = parseSchema("id INT, s STRUCT<x: INT>, list ARRAY<STRUCT<y: INT>>");

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
