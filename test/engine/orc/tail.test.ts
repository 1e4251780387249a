import { expect, test } from "vitest";
import { readTail } from "../../../src/engine/orc/tail.ts";

type Field = readonly [number: number, value: number | Uint8Array | string];

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** A protobuf message. */
function message(...fields: readonly Field[]): Uint8Array {
  const bytes = fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [...varint(number * 8), ...varint(value)];
    const own = typeof value === "string" ? Buffer.from(value) : value;
    return [...varint(number * 8 + 2), ...varint(own.length), ...own];
  });
  return Uint8Array.from(bytes);
}

interface Stripe {
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
}

/** A file of 100 bytes of data, and stripes that say where they lie in it. */
function fileOf(stripes: readonly Stripe[], rows: number) {
  const places = stripes.map(({ offset, length, rows: own }): Field => {
    return [3, message([1, offset], [2, 0], [3, length], [4, 0], [5, own])];
  });
  const footer = message([1, 3], ...places, [4, message([1, 12])], [6, rows]);
  const postscript = message([1, footer.length], [2, 0], [6, 1], [8000, "ORC"]);
  const data = Buffer.alloc(100);
  const bytes = Buffer.concat([data, footer, postscript, Buffer.from([postscript.length])]);
  const read = (start: number, length: number): Uint8Array => bytes.subarray(start, start + length);
  return { size: bytes.length, read };
}

test("stripes lie one after the other within the file", () => {
  const first = { offset: 3, length: 40, rows: 5 };
  const second = { offset: 43, length: 57, rows: 6 };
  expect(readTail(fileOf([first, second], 11))?.stripes).toHaveLength(2);
  expect(() => readTail(fileOf([first, { ...second, offset: 42 }], 11))).toThrow("lies in another");
  expect(() => readTail(fileOf([second, first], 11))).toThrow("lies in another");
  expect(() => readTail(fileOf([first, { ...second, length: 58 }], 11))).toThrow("outside");
});

test("stripes have as many rows as the file says", () => {
  expect(() => readTail(fileOf([{ offset: 3, length: 40, rows: 5 }], 6))).toThrow("5 rows");
});
