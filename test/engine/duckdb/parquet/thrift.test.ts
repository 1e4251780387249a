import { expect, test } from "vitest";
import {
  code,
  readStruct,
  type Struct,
  structBytes,
  type Thrift,
} from "../../../../src/engine/duckdb/parquet/thrift.ts";

test("what is read is written again, known or not; what is not kept is passed over", () => {
  const item = (type: number, value: Thrift["value"]): Thrift => ({ type, value });
  const text = (value: string): Thrift => item(code.binary, Buffer.from(value));
  const fields: readonly [number, Thrift][] = [
    [1, item(code.i32, -1n)],
    [2, item(code.i64, -(2n ** 63n))],
    [3, item(code.true, 0n)],
    [4, item(code.false, 0n)],
    [5, text("é")],
    [6, item(code.double, Buffer.alloc(8, 7))],
    [
      40,
      item(
        code.list,
        Array.from({ length: 20 }, (_, at) => text(String(at))),
      ),
    ],
    [41, item(code.list, [item(code.true, 0n)])],
    [42, item(code.map, [[text("k"), item(code.byte, 9n)]])],
    [300, item(code.struct, new Map([[1, item(code.i64, 2n ** 62n)]]))],
  ];
  const struct: Struct = new Map(fields);
  const bytes = structBytes(struct);
  for (const [id, value] of fields) {
    const some = readStruct({ buffer: bytes, at: 0 }, { [id]: true });
    expect(some).toEqual(new Map([[id, value]]));
  }
  expect(readStruct({ buffer: bytes, at: 0 }, { 300: { 2: true } }).get(300)?.value).toEqual(
    new Map(),
  );
  expect(readStruct({ buffer: bytes, at: 0 })).toEqual(struct);
  expect(() => readStruct({ buffer: bytes.subarray(0, bytes.length - 1), at: 0 })).toThrow(
    RangeError,
  );
});

test("what is passed over is passed over whole, at any depth", () => {
  const item = (type: number, value: Thrift["value"]): Thrift => ({ type, value });
  const number = item(code.i32, 7n);
  const inner: Struct = new Map([
    [1, item(code.list, [item(code.list, [number, number]), item(code.list, [])])],
    [2, item(code.list, [item(code.false, 0n), item(code.true, 0n)])],
    [90, item(code.byte, 0n)],
  ]);
  const structs = Array.from({ length: 16 }, () => item(code.struct, inner));
  const around: Struct = new Map([
    [1, item(code.struct, new Map())],
    [2, item(code.set, structs)],
    [3, item(code.map, [[number, item(code.struct, inner)]])],
  ]);
  const struct: Struct = new Map([
    [1, item(code.list, [item(code.struct, around), item(code.struct, inner)])],
    [2, number],
  ]);
  const bytes = structBytes(struct);
  const cursor = { buffer: bytes, at: 0 };
  expect(readStruct(cursor, { 2: true })).toEqual(new Map([[2, number]]));
  expect(cursor.at).toBe(bytes.length);
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = { buffer: bytes.subarray(0, length), at: 0 };
    expect(() => readStruct(cut, {})).toThrow(RangeError);
  }
});
