import { describe, expect, test } from "vitest";
import { bundled } from "../../../src/schema/protobuf/bundle.ts";
import { parseDescriptorSet } from "../../../src/schema/protobuf/descriptor.ts";
import { messageJson } from "../../../src/schema/protobuf/json.ts";
import { WireOutput } from "../../../src/schema/protobuf/output.ts";
import { fileBytes } from "./sample.ts";

const imports = ["struct", "field_mask", "empty"].flatMap((name) => {
  const text = `google/protobuf/${name}.proto`;
  return [0x1a, text.length, ...Buffer.from(text)];
});
const schema = parseDescriptorSet(
  bundled([
    { name: "all", bytes: Buffer.concat([fileBytes("three.proto"), Buffer.from(imports)]) },
  ]),
);

function json(hex: string, name: string, enumsAsInts = false): string {
  const out = new WireOutput();
  out.tag(1, 2);
  out.text(`type.googleapis.com/${name}`);
  out.tag(2, 2);
  out.piece(Buffer.from(hex, "hex"));
  const any = schema.messages.get("google.protobuf.Any")!;
  const text = messageJson(any, out.taken(), { schema, enumsAsInts });
  return text.replace(`{"@type":"type.googleapis.com/${name}"`, "{").replace("{,", "{");
}

// The answers are those of Google's JsonFormat, as in Spark's jars.
describe("JSON of a message", () => {
  test.each([
    ["sample.Moments", "0A08" + "08C0843D10C0843D", '{"at":"1970-01-12T13:46:40.001Z"}'],
    ["sample.Moments", "0A0410C0C407", '{"at":"1970-01-01T00:00:00.000123456Z"}'],
    [
      "sample.Moments",
      "121608FFFFFFFFFFFFFFFFFF0110FFFFFFFFFFFFFFFFFF01",
      '{"span":"-1.000000001s"}',
    ],
    [
      "sample.Wrapped",
      "0A002A0B08FFFFFFFFFFFFFFFFFF01",
      '{"b":false,"u64":"18446744073709551615"}',
    ],
    ["sample.Wrapped", "32040A023C22", '{"s":"\\u003c\\""}'],
    ["sample.Wrapped", "42050DCDCCCC3D4A0909000000000000F87F", '{"f":0.1,"d":"NaN"}'],
    ["sample.Scalars", "0900000000000059402A", "ends within"],
    ["sample.Scalars", "090000000000005940", '{"d":100.0}'],
    ["sample.Scalars", "0948AFBC9AF2D77A3E", '{"d":1.0E-7}'],
    ["sample.Scalars", "7A0301FEFF80010528FFFFFFFF0F", '{"u32":4294967295,"y":"Af7/","e":5}'],
    ["sample.Scalars", "800101", '{"e":"RED"}'],
    [
      "sample.Maps",
      "1206080512020801" + "1A0408011001",
      '{"points":{"5":{"x":1}},"colors":{"true":"RED"}}',
    ],
    ["google.protobuf.Struct", "0A0E0A0161120911000000000000F83F", '{"value":{"a":1.5}}'],
    ["google.protobuf.Value", "", '{"value":null}'],
    ["google.protobuf.ListValue", "0A0220010A020800", '{"value":[true,null]}'],
    ["google.protobuf.FieldMask", "0A07612E625F635F640A0178", '{"value":"a.bCD,x"}'],
    ["google.protobuf.Empty", "", "{}"],
    ["sample.Opaque", "0A00", '{"any":{}}'],
    ["sample.Opaque", "0A060A04782F4E6F", "no message of the type"],
    ["sample.Opaque", "0A030A0157", "has no slash"],
  ])("%s of %s is %s", (name, hex, expected) => {
    if (!expected.startsWith("{")) expect(() => json(hex, name)).toThrow(expected);
    else expect(json(hex, name)).toBe(expected);
  });

  test("enums may be numbers", () => {
    expect(json("800101", "sample.Scalars", true)).toBe('{"e":1}');
  });
});
