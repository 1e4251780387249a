import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { castable, wider, widest } from "../../src/analysis/coercion.ts";
import { formatDataType, parseDataType } from "../../src/schema/ddl.ts";
import type { DataType } from "../../src/schema/type.ts";
import { codeOf, schemaOf } from "./sql.ts";

const type = (text: string): DataType => parseDataType(text);
const text = (one: DataType | undefined): string => (one ? formatDataType(one) : "none");

describe("the wider type", () => {
  test.each([
    ["int", "bigint", "bigint"],
    ["int", "float", "double"],
    ["smallint", "float", "double"],
    ["bigint", "decimal(10,2)", "decimal(22,2)"],
    ["decimal(38,10)", "decimal(20,18)", "decimal(38,10)"],
    ["double", "decimal(10,2)", "double"],
    ["date", "timestamp", "timestamp"],
    ["string", "int", "bigint"],
    ["string", "decimal(3,1)", "double"],
    ["string", "date", "date"],
    ["array<int>", "array<string>", "array<bigint>"],
    ["int", "boolean", "none"],
  ])("of %s and %s is %s", (left, right, want) => {
    expect(text(wider(type(left), type(right), true))).toBe(want);
    expect(text(wider(type(right), type(left), true))).toBe(want);
  });

  test("without ANSI a float takes the whole numbers in", () => {
    expect(text(wider(type("int"), type("float"), false))).toBe("float");
    expect(text(wider(type("float"), type("tinyint"), false))).toBe("float");
  });

  test("without ANSI a string makes all strings", () => {
    expect(text(wider(type("string"), type("int"), false))).toBe("string");
  });

  test("never depends on the order of three, and everything can be cast to it", () => {
    const names = [
      "int",
      "bigint",
      "float",
      "double",
      "string",
      "decimal(5,2)",
      "date",
      "timestamp",
    ];
    const three = fc.array(fc.constantFrom(...names), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, (picked) => {
        const types = picked.map(type);
        const one = widest(types, true);
        const other = widest([...types].reverse(), true);
        if (one) for (const each of types) expect(castable(each, one, true)).toBe(true);
        return text(one) === text(other);
      }),
    );
  });
});

describe("arithmetic", () => {
  test("on decimals has Spark's precision and scale", () => {
    expect(schemaOf("SELECT d + d, d * d, d / d, d % d, d + 1, d + a, -d FROM t")).toBe(
      "(d + d) decimal(11,2), (d * d) decimal(21,4), (d / d) decimal(23,13), (d % d) decimal(10,2), (d + 1) decimal(11,2), (d + a) decimal(13,2), (- d) decimal(10,2)",
    );
    expect(schemaOf("SELECT CAST(1 AS DECIMAL(38,10)) * CAST(1 AS DECIMAL(38,10)) AS p")).toBe(
      "p decimal(38,6)",
    );
    expect(schemaOf("SELECT negative(a), a << 1, shiftleft(a, 1) FROM t")).toBe(
      "negative(a) int, (a << 1) int, shiftleft(a, 1) int",
    );
    // A bare literal takes the digits it has, a cast those of its type.
    expect(schemaOf("SELECT d + 1 AS a, d + CAST(1 AS INT) AS b FROM t")).toBe(
      "a decimal(11,2), b decimal(13,2)",
    );
  });

  test("divides to double, or to bigint with div", () => {
    expect(schemaOf("SELECT a / 2, a div 2 FROM t")).toBe("(a / 2) double, (a div 2) bigint");
  });

  test("takes dates and intervals", () => {
    expect(
      schemaOf("SELECT ts + INTERVAL 1 DAY AS p, CAST(ts AS DATE) + 1 AS q, ts - ts AS r FROM t"),
    ).toBe("p timestamp, q date, r interval day to second");
  });

  test("refuses what has no meaning, by Spark's conditions", () => {
    expect(codeOf("SELECT true + 1")).toBe("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    expect(codeOf("SELECT a = true FROM t")).toBe("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
    expect(codeOf("SELECT CAST(true AS DATE)")).toBe("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION");
    expect(codeOf("SELECT upper(xs) FROM t")).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    expect(codeOf("SELECT a FROM t WHERE a")).toBe("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN");
    expect(codeOf("SELECT upper('a', 'b')")).toBe("WRONG_NUM_ARGS.WITHOUT_SUGGESTION");
  });
});
