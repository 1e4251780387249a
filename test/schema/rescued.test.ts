import { describe, expect, test } from "vitest";
import { parseSchema } from "../../src/schema/ddl.ts";
import { newFields } from "../../src/schema/rescued.ts";

const schema = parseSchema("id INT, s STRUCT<x: INT>, list ARRAY<STRUCT<y: INT>>");

describe("newFields", () => {
  test.each([
    ['{"a":1,"_file_path":"file:///x"}', [["a"]]],
    ['{"ID":1}', []],
    ['{"id":"no number"}', []],
    ['{"s":{"x":1,"z.z":2}}', [["s", "z.z"]]],
    ['{"list":[{"y":1},{"q":1}]}', [["list", "element", "q"]]],
    ["no json", []],
  ])("of %s", (rescued, found) => {
    expect(newFields(rescued, schema)).toEqual(found);
  });
});
