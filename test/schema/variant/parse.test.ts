import { expect, test } from "vitest";
import { VariantVal } from "../../../src/index.ts";
import { parseVariant } from "../../../src/schema/variant/variant.ts";

const bytes = (hex: string): string => hex.replaceAll(" ", "");

test.each([
  // What Spark 4.2 writes for each (its VariantVal, metadata before value).
  ["null", "01 00 00 00"],
  ["true", "01 00 00 04"],
  ["1", "01 00 00 0c 01"],
  ["-129", "01 00 00 10 7f ff"],
  ["2147483648", "01 00 00 18 00 00 00 80 00 00 00 00"],
  ["1.50", "01 00 00 20 02 96 00 00 00"],
  ["1e3", "01 00 00 1c 00 00 00 00 00 40 8f 40"],
  ['"é"', "01 00 00 09 c3 a9"],
  ["[]", "01 00 00 03 00 00"],
  ["[1,null]", "01 00 00 03 02 00 02 03 0c 01 00"],
  // Names are numbered as they come, fields stand in the order of their names.
  ['{"b":1,"a":{"b":2}}', "01 02 00 01 02 62 61 02 02 01 00 02 00 09 0c 01 02 01 00 00 02 0c 02"],
])("%s has the bytes %s", (json, hex) => {
  expect(Buffer.from(parseVariant(json)).toString("hex")).toBe(bytes(hex));
});

test.each([
  [' { "b" : [ 1 , 2.50 ] , "a" : "x\\u0041\\n" } ', '{"a":"xA\\n","b":[1,2.5]}'],
  ["12345678901234567890", "12345678901234567890"],
  ["123456789012345678901234567890123456789", "1.2345678901234568E38"],
  ["0.00", "0"],
  ["-0", "0"],
  ["-0.0", "0"],
  ["100", "100"],
  ["100.0", "100"],
  ["1E400", "Infinity"],
  ['"\\u001f/\u007f\\/"', '"\\u001F/\u007f/"'],
  ['"\\ud83d\\ude00"', '"😀"'],
  ['"\\ud83d"', '"?"'],
  ["1 2", "1"],
  ["[1]x", "[1]"],
])("%s is read as %s", (json, text) => {
  expect(VariantVal.parseJson(json).toString()).toBe(text);
});

test.each([
  ...["", " ", "{", "[1,]", '{"a":1,}', '{"a" 1}', "{a:1}", "'a'", "01", "1.", ".5", "+1", "-"],
  ...["nul", "trueish", "NaN", "1x", '"a\nb"', '"\\x"', '"\\u12g4"', '"open', "[1 2]", "1,"],
  ...['{"a":1,"a":2}', "[".repeat(1001), "1".repeat(1001)],
])("%j is no JSON", (json) => {
  expect(() => VariantVal.parseJson(json)).toThrow(
    expect.objectContaining({ code: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION" }),
  );
});
