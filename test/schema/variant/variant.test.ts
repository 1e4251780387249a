import { expect, test } from "vitest";
import { Decimal, VariantVal } from "../../../src/index.ts";
import { scalarBytes } from "../../../src/schema/variant/write.ts";

/** A variant without names, of the bytes given. */
function variant(value: Uint8Array): VariantVal {
  return new VariantVal(value, Uint8Array.of(1, 0, 0));
}

function hex(digits: string): VariantVal {
  return variant(Buffer.from(digits.replaceAll(" ", ""), "hex"));
}

test.each([
  ["0c fb", "-5"],
  ["18 00 00 00 00 00 00 00 80", "-9223372036854775808"],
  ["1c 00 00 00 00 00 00 f8 3f", "1.5"],
  ["1c 9c 75 00 88 3c e4 37 7e", "1.0E300"],
  ["1c 00 00 00 00 00 00 f8 7f", "NaN"],
  ["38 cd cc cc 3d", "0.1"],
  ["20 02 e2 04 00 00", "12.5"],
  ["24 03 40 d4 f7 50 00 00 00 00", "1358419.008"],
  ["28 26 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", `0.${"0".repeat(37)}1`],
  ["2c 0b 4d 00 00", '"2024-01-01"'],
  ["2c c0 bd f0 ff", '"-0768-02-04"'],
  ["34 40 02 23 10 d7 0d 06 00", '"2024-01-01 00:00:00.123456"'],
  ["3c 03 00 00 00 00 ff 41", '"AP9B"'],
  ["40 02 00 00 00 61 22", '"a\\""'],
  ["50 00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff", '"00112233-4455-6677-8899-aabbccddeeff"'],
])("%s says %s", (digits, text) => {
  expect(hex(digits).toString()).toBe(text);
});

test("instants are told in a zone, with its offset; a zone that is none is an error", () => {
  const instant = hex("30 40 02 23 10 d7 0d 06 00");
  expect(String(instant)).toBe('"2024-01-01 00:00:00.123456+00:00"');
  expect(instant.toJson("America/St_Johns")).toBe('"2023-12-31 20:30:00.123456-03:30"');
  expect(() => instant.toJson("Nowhere")).toThrow(
    expect.objectContaining({ code: "INVALID_TIMEZONE" }),
  );
});

test("JSON.stringify has the value, and a text where JSON has none", () => {
  const row = { v: VariantVal.parseJson('{"b":[1,2.50],"a":null}') };
  expect(JSON.stringify(row)).toBe('{"v":{"a":null,"b":[1,2.5]}}');
  expect(JSON.stringify(hex("1c 00 00 00 00 00 00 f8 7f"))).toBe('"NaN"');
});

test.each([
  [new Decimal(-5n, 2), "-0.05"],
  [new Decimal(10n ** 9n, 0), "1000000000"],
  [new Decimal(-(10n ** 37n), 38), "-0.1"],
  [new Decimal(10n ** 38n - 1n, 0), "9".repeat(38)],
])("the decimal %s is held as %s", (value, text) => {
  expect(variant(scalarBytes.decimal(value)).toString()).toBe(text);
});

test.each([
  ["44 00 00 00 00 00 00 00 00", "UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT"],
  ["54", "UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT"],
  ["", "MALFORMED_VARIANT"],
  ["18 00", "MALFORMED_VARIANT"],
  ["15 61", "MALFORMED_VARIANT"],
  ["02 01 00 00 02 0c 01", "MALFORMED_VARIANT"],
  ["03 02 00 02 09 0c 01 00", "MALFORMED_VARIANT"],
  ["20 0a 01 00 00 00", "MALFORMED_VARIANT"],
])("%j is refused: %s", (digits, code) => {
  const bad = hex(digits);
  // The end of an array is where its size is asked for.
  const read = (): string => (digits.startsWith("03") ? fail(bad) : bad.toString());
  expect(read).toThrow(expect.objectContaining({ code }));
});

function fail(bad: VariantVal): string {
  return new VariantVal(bad.value.subarray(0, 5), bad.metadata).toString();
}
