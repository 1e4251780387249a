import { expect, test } from "vitest";
import { parseSchema } from "../../src/schema/ddl.ts";
import { treeString } from "../../src/schema/tree.ts";

test("the tree that Spark prints", () => {
  const schema = parseSchema(
    "id BIGINT NOT NULL, price DECIMAL(10,2), tags ARRAY<STRING>, " +
      "places MAP<STRING, STRUCT<lat: DOUBLE NOT NULL, seen: ARRAY<DATE>>>, home STRUCT<x: INT>",
  );
  expect(treeString(schema)).toBe(`root
 |-- id: long (nullable = false)
 |-- price: decimal(10,2) (nullable = true)
 |-- tags: array (nullable = true)
 |    |-- element: string (containsNull = true)
 |-- places: map (nullable = true)
 |    |-- key: string
 |    |-- value: struct (valueContainsNull = true)
 |    |    |-- lat: double (nullable = false)
 |    |    |-- seen: array (nullable = true)
 |    |    |    |-- element: date (containsNull = true)
 |-- home: struct (nullable = true)
 |    |-- x: integer (nullable = true)
`);
});
