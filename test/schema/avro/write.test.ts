import { expect, test } from "vitest";
import { avroJson } from "../../../src/schema/avro/write.ts";
import { parseSchema } from "../../../src/schema/ddl.ts";

test("Spark's Avro schema of a row", () => {
  const schema = parseSchema(
    "b TINYINT NOT NULL, t TIMESTAMP, d DECIMAL(20,2), s STRUCT<x: INT, d: DECIMAL(3,2)>, " +
      "a ARRAY<BINARY>, m MAP<STRING, DATE>, y INTERVAL MONTH NOT NULL, v VOID",
  );
  // What Spark 4.2 writes in its files, with nulls allowed.
  expect(avroJson(schema, "row", "n")).toEqual({
    ...{ type: "record", name: "row", namespace: "n" },
    fields: [
      { name: "b", type: "int" },
      { name: "t", type: [{ type: "long", logicalType: "timestamp-micros" }, "null"] },
      { name: "d", type: [fixed("n.row.d", 9, 20), "null"] },
      {
        name: "s",
        type: [
          {
            ...{ type: "record", name: "s", namespace: "n.row" },
            fields: [
              { name: "x", type: ["int", "null"] },
              { name: "d", type: [fixed("n.row.s.d", 2, 3), "null"] },
            ],
          },
          "null",
        ],
      },
      { name: "a", type: [{ type: "array", items: ["bytes", "null"] }, "null"] },
      {
        name: "m",
        type: [{ type: "map", values: [{ type: "int", logicalType: "date" }, "null"] }, "null"],
      },
      { name: "y", type: { type: "int", "spark.sql.catalyst.type": "interval month" } },
      { name: "v", type: "null" },
    ],
  });
});

function fixed(namespace: string, size: number, precision: number) {
  const logical = { logicalType: "decimal", precision, scale: 2 };
  return { type: "fixed", name: "fixed", namespace, size, ...logical };
}
