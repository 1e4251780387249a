import { describe, expect, test } from "vitest";
import { parseAvroSchema } from "../../../src/schema/avro/parse.ts";
import { sparkSchema } from "../../../src/schema/avro/spark.ts";
import { toDdl } from "../../../src/schema/ddl.ts";

const plain = { stableUnions: false, unionPrefix: "member_", recursionDepth: -1 };

function ddl(type: unknown, options = plain): string {
  const record = { type: "record", name: "t", fields: [{ name: "x", type }] };
  return toDdl(sparkSchema(parseAvroSchema(JSON.stringify(record)), options));
}

describe("Spark's types of Avro's", () => {
  test.each([
    ["int", "x INT NOT NULL"],
    [["int", "null"], "x INT"],
    [["int", "long"], "x BIGINT NOT NULL"],
    [["null", "float", "double"], "x DOUBLE"],
    [["int", "string"], "x STRUCT<member0: INT, member1: STRING> NOT NULL"],
    ["null", "x VOID"],
    [{ type: "enum", name: "e", symbols: ["A"] }, "x STRING NOT NULL"],
    [{ type: "fixed", name: "f", size: 3 }, "x BINARY NOT NULL"],
    [{ type: "bytes", logicalType: "decimal", precision: 5, scale: 2 }, "x DECIMAL(5,2) NOT NULL"],
    // Three bytes hold no seven digits: the logical type is passed over.
    [
      { type: "fixed", name: "f", size: 3, logicalType: "decimal", precision: 7 },
      "x BINARY NOT NULL",
    ],
    [{ type: "int", logicalType: "date" }, "x DATE NOT NULL"],
    [{ type: "string", logicalType: "date" }, "x STRING NOT NULL"],
    [{ type: "long", logicalType: "timestamp-millis" }, "x TIMESTAMP NOT NULL"],
    [{ type: "long", logicalType: "local-timestamp-micros" }, "x TIMESTAMP_NTZ NOT NULL"],
    [{ type: "long", logicalType: "time-micros" }, "x BIGINT NOT NULL"],
    [{ type: "string", logicalType: "uuid" }, "x STRING NOT NULL"],
    [{ type: "int", "spark.sql.catalyst.type": "interval year" }, "x INTERVAL YEAR NOT NULL"],
    [{ type: "map", values: ["null", "long"] }, "x MAP<STRING, BIGINT> NOT NULL"],
  ])("%j", (type, expected) => {
    expect(ddl(type)).toBe(expected);
  });

  test("members of unions are named by their types, where that is asked and tells them apart", () => {
    const stable = { ...plain, stableUnions: true };
    expect(ddl(["int", { type: "enum", name: "n.E", symbols: [] }], stable)).toBe(
      "x STRUCT<member_int: INT, member_E: STRING> NOT NULL",
    );
    const two = ["A", "a"].map((name) => ({ type: "fixed", name, size: 1 }));
    expect(() => ddl(two, stable)).toThrow("AVRO_INCOMPATIBLE_SCHEMA");
  });

  test("a record in itself is refused, or read as deep as is asked", () => {
    const node = JSON.stringify({
      ...{ type: "record", name: "Node" },
      fields: [
        { name: "id", type: "int" },
        { name: "next", type: ["null", "Node"] },
      ],
    });
    const at = (recursionDepth: number) =>
      toDdl(sparkSchema(parseAvroSchema(node), { ...plain, recursionDepth }));
    expect(() => at(-1)).toThrow("AVRO_INCOMPATIBLE_SCHEMA");
    expect(at(1)).toBe("id INT NOT NULL");
    expect(at(2)).toBe("id INT NOT NULL,next STRUCT<id: INT NOT NULL>");
  });

  test("only a record has columns", () => {
    expect(() => sparkSchema(parseAvroSchema('"int"'), plain)).toThrow("it is not a record");
  });
});
