import { expect, test } from "vitest";
import type { DeletionVector } from "../../src/log/action.ts";
import {
  checkVersion,
  decodeVector,
  unframed,
  type VectorOfFile,
  vectorPlace,
} from "../../src/log/deletion-vector.ts";
import { localStore } from "../../src/storage/local.ts";
import { rowsOf } from "../plan/rows.ts";
import { encodeFile, encodeRows, encodeZ85 } from "./bitmap.ts";

const table = { store: localStore(), path: "/data/t" };

function of(vector: Partial<DeletionVector>, rows?: number): VectorOfFile {
  const base = { storageType: "u", pathOrInlineDv: "", sizeInBytes: 36, cardinality: 2 } as const;
  return { vector: { ...base, ...vector }, file: "f", ...(rows === undefined ? {} : { rows }) };
}

test("the inline vector that Delta's specification gives", () => {
  const one = of({
    storageType: "i",
    pathOrInlineDv: "wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
    sizeInBytes: 40,
    cardinality: 6,
  });
  const place = vectorPlace(table, one);
  if (place.kind !== "inline") throw new Error("it is in the log itself");
  expect(rowsOf(decodeVector(place.bytes, one))).toEqual([3, 4, 7, 11, 18, 29]);
});

test("files of vectors, as Delta's specification names them", () => {
  const uuid = "^-aqEH.-t@S}K{vb[*k^";
  const name = "deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
  const place = (vector: Partial<DeletionVector>) => vectorPlace(table, of(vector));
  expect(place({ pathOrInlineDv: `ab${uuid}`, offset: 4 })).toEqual({
    kind: "file",
    path: `/data/t/ab/${name}`,
    offset: 4,
    length: 44,
  });
  expect(place({ pathOrInlineDv: uuid })).toMatchObject({ path: `/data/t/${name}`, offset: 0 });
  const absolute = { storageType: "p", pathOrInlineDv: "file:/a%20b/c%25d.bin" } as const;
  expect(place(absolute)).toMatchObject({ path: "/a b/c%d.bin" });
});

test.each([
  [{ pathOrInlineDv: "short" }, /UUID in Z85/],
  [{ storageType: "p", pathOrInlineDv: "a/b.bin" }, /no absolute path/],
  [{ storageType: "r", pathOrInlineDv: "a/b.bin" }, /storage type is r/],
  [{ storageType: "i", pathOrInlineDv: "~~~~~" }, /no Z85/],
  [{ pathOrInlineDv: "^-aqEH.-t@S}K{vb[*k^", sizeInBytes: -1 }, /size is -1/],
  [{ pathOrInlineDv: "^-aqEH.-t@S}K{vb[*k^", offset: 0.5 }, /offset is 0.5/],
])("a descriptor that leads nowhere: %o", (vector, reason) => {
  const attempt = () => vectorPlace(table, of(vector as Partial<DeletionVector>));
  expect(attempt).toThrow(/DELTA_DELETION_VECTOR_INVALID_DESCRIPTOR/);
  expect(attempt).toThrow(reason);
});

const data = encodeRows([1, 5]);
const { bytes: framed } = encodeFile([data]);
const range = framed.subarray(1);
const size = { sizeInBytes: data.length };

test("a frame is taken off, once its size and checksum are right", () => {
  expect(unframed(range, of(size))).toEqual(data);
  const damaged = range.slice();
  damaged[10]! ^= 1;
  expect(() => unframed(damaged, of(size))).toThrow("DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH");
  const other = of({ sizeInBytes: data.length - 1 });
  expect(() => unframed(range, other)).toThrow("DELTA_DELETION_VECTOR_SIZE_MISMATCH");
  const inline = { storageType: "i", pathOrInlineDv: encodeZ85(data), sizeInBytes: 400 } as const;
  expect(() => vectorPlace(table, of(inline))).toThrow("DELTA_DELETION_VECTOR_SIZE_MISMATCH");
});

test("rows are held to the descriptor and to the file", () => {
  expect(rowsOf(decodeVector(data, of({}, 6)))).toEqual([1, 5]);
  expect(() => decodeVector(data, of({ cardinality: 3 }))).toThrow(
    "DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH",
  );
  expect(() => decodeVector(data, of({}, 5))).toThrow("DELTA_DELETION_VECTOR_INVALID_ROW_INDEX");
});

test("a vector that cannot be made out", () => {
  expect(() => decodeVector(data.subarray(1), of({}))).toThrow("DELTA_DELETION_VECTOR_CORRUPT");
  expect(() => checkVersion(2, of({}))).toThrow(/CORRUPT.*version of its file is 2/);
});
