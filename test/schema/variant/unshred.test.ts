import { expect, test } from "vitest";
import { rootOf } from "../../../src/schema/variant/read.ts";
import { unshred } from "../../../src/schema/variant/unshred.ts";
import { bytesOf, VariantVal, variantOf } from "../../../src/schema/variant/variant.ts";
import {
  arrayBytes,
  objectBytes,
  scalarBytes,
  VariantNames,
} from "../../../src/schema/variant/write.ts";

const { metadata, value } = VariantVal.parseJson('{"a":1,"rest":[2]}');
const names = new VariantNames();

/** A group of `value` and `typed_value`, as a file's struct is told in a variant. */
function group(rest: Uint8Array | undefined, typed: Uint8Array | undefined): Uint8Array {
  return objectBytes(
    [
      { key: "value", bytes: rest ? scalarBytes.binary(rest) : scalarBytes.null() },
      { key: "typed_value", bytes: typed ?? scalarBytes.null() },
    ],
    names,
  );
}

function object(fields: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return objectBytes(
    Object.entries(fields).map(([key, bytes]) => ({ key, bytes })),
    names,
  );
}

function whole(typed: Uint8Array, rest?: Uint8Array): string {
  const node = rootOf(names.variant(typed));
  return String(variantOf(unshred({ metadata, value: rest, typed: node })));
}

const one = scalarBytes.long(1n);
const nothing = group(undefined, undefined);

test.each([
  ["a scalar", scalarBytes.string("x"), undefined, '"x"'],
  ["a scalar beside which a value has no meaning", one, value, "1"],
  [
    "fields",
    object({ b: group(undefined, one), a: group(one, undefined) }),
    undefined,
    '{"a":1,"b":1}',
  ],
  ["fields that are missing", object({ a: nothing, b: nothing }), undefined, "{}"],
  [
    "a field that is null",
    object({ a: group(scalarBytes.null(), undefined) }),
    undefined,
    '{"a":null}',
  ],
  [
    "the fields that are not shredded",
    object({ b: group(undefined, one) }),
    value,
    '{"a":1,"b":1,"rest":[2]}',
  ],
  [
    "elements",
    arrayBytes([group(undefined, one), group(value, undefined)]),
    undefined,
    '[1,{"a":1,"rest":[2]}]',
  ],
  [
    "groups in groups",
    object({ a: group(undefined, object({ b: group(undefined, one) })) }),
    undefined,
    '{"a":{"b":1}}',
  ],
])("%s", (_what, typed, rest, text) => {
  expect(whole(typed, rest)).toBe(text);
});

test.each([
  ["a field that is shredded and in the rest", object({ a: group(undefined, one) }), value],
  ["a rest that is no object", object({ b: group(undefined, one) }), scalarBytes.long(1n)],
  ["an element that is missing", arrayBytes([nothing]), undefined],
  ["a field without a group", object({ a: scalarBytes.null() }), undefined],
])("%s is refused", (_what, typed, rest) => {
  expect(() => whole(typed, rest)).toThrow(expect.objectContaining({ code: "MALFORMED_VARIANT" }));
});

test("bytes come back as they went", () => {
  const variant = VariantVal.parseJson('{"a":[1,"x"]}');
  expect(variantOf(bytesOf(variant))).toEqual(new VariantVal(variant.value, variant.metadata));
});
