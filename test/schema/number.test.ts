import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDouble, formatFloat, parseDecimal, toDecimal } from "../../src/schema/number.ts";
import { decimal } from "../../src/schema/type.ts";

test.each([
  [0, "0.0"],
  [-0, "-0.0"],
  [1, "1.0"],
  [-1.5, "-1.5"],
  [100, "100.0"],
  [1234567, "1234567.0"],
  [9999999.5, "9999999.5"],
  [1e7, "1.0E7"],
  [12345678.9, "1.23456789E7"],
  [1e10, "1.0E10"],
  [0.001, "0.001"],
  [0.0012, "0.0012"],
  [0.00099, "9.9E-4"],
  [1e-5, "1.0E-5"],
  [1e23, "1.0E23"],
  [2e23, "2.0E23"],
  [Number.MAX_VALUE, "1.7976931348623157E308"],
  [Number.MIN_VALUE, "4.9E-324"],
  [1e-323, "9.9E-324"],
  [Number.NaN, "NaN"],
  [Number.NEGATIVE_INFINITY, "-Infinity"],
])("the double %d is %s, as in Java", (value, text) => {
  expect(formatDouble(value)).toBe(text);
});

test.each([
  [0.1, "0.1"],
  [16777216, "1.6777216E7"],
  [3.4028234663852886e38, "3.4028235E38"],
  [1.401298464324817e-45, "1.4E-45"],
  [1.17549435e-38, "1.1754944E-38"],
  [33554432, "3.3554432E7"],
  [1e10, "1.0E10"],
  [0.5, "0.5"],
])("the float %d is %s", (value, text) => {
  expect(formatFloat(Math.fround(value))).toBe(text);
});

test("numbers read back as they were", () => {
  fc.assert(
    fc.property(fc.double(), fc.float(), (double, float) => {
      expect(Number(formatDouble(double))).toBe(double);
      expect(Math.fround(Number(formatFloat(float)))).toBe(float);
    }),
  );
});

test.each([
  ["12", "12"],
  ["-0.50", "-0.50"],
  ["+.5", "0.5"],
  ["5.", "5"],
  ["1.5e3", "1500"],
  ["15e-3", "0.015"],
])("%s is the decimal %s", (text, exact) => {
  expect(parseDecimal(text)?.toString()).toBe(exact);
});

test("what is no decimal", () => {
  for (const text of ["", ".", "e5", "1e", "0x1", "1 2", "NaN", "1e999999999"]) {
    expect(parseDecimal(text)).toBeUndefined();
  }
});

test.each([
  ["1.005", "1.01"],
  ["-1.005", "-1.01"],
  ["1.0049", "1.00"],
  ["99.994", "99.99"],
  ["7", "7.00"],
])("%s at two digits is %s", (text, fitted) => {
  expect(toDecimal(parseDecimal(text)!, decimal(4, 2))?.toString()).toBe(fitted);
});

test("a decimal that does not fit is none", () => {
  expect(toDecimal(parseDecimal("99.995")!, decimal(4, 2))).toBeUndefined();
  expect(toDecimal(parseDecimal("-100")!, decimal(4, 2))).toBeUndefined();
});
