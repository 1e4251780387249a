import { describe, expect, test } from "vitest";
import { formatOffset, parseOffset } from "../../../src/connector/delta/offset.ts";

const text =
  '{"sourceVersion":1,"reservoirId":"ce3e8048","reservoirVersion":11,"index":4,"isStartingVersion":true}';

test("an offset has Delta's bytes", () => {
  const offset = { tableId: "ce3e8048", version: 11, index: 4, initial: true };
  expect(formatOffset(offset)).toBe(text);
  expect(parseOffset(text)).toEqual(offset);
});

describe("parseOffset", () => {
  test("reads version 3, whose beginning of a version is -100", () => {
    const third = text.replace('"sourceVersion":1', '"sourceVersion":3').replace(":4,", ":-100,");
    expect(parseOffset(third)).toMatchObject({ index: -1 });
  });

  test.each([
    [text.replace('"sourceVersion":1', '"sourceVersion":4'), "DELTA_INVALID_SOURCE_VERSION"],
    [text.replace(":4,", ":-20,"), "DELTA_INVALID_SOURCE_OFFSET_FORMAT"],
    [text.replace(":11,", ':"x",'), "DELTA_INVALID_SOURCE_OFFSET_FORMAT"],
    ['{"logOffset":1}', "DELTA_INVALID_SOURCE_OFFSET_FORMAT"],
    ["no json", "DELTA_INVALID_SOURCE_OFFSET_FORMAT"],
  ])("refuses %s", (offset, code) => {
    expect(() => parseOffset(offset)).toThrow(`[${code}]`);
  });
});
