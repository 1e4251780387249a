import { crc32 } from "node:zlib";
import { error } from "../error/error.ts";
import { lastRow, type RowSet } from "../plan/row-set.ts";
import type { Location } from "../storage/store.ts";
import type { DeletionVector } from "./action.ts";
import { encodePath, filePath } from "./path.ts";
import { decodeRoaring, RoaringError } from "./roaring.ts";
import { decodeZ85 } from "./z85.ts";

/** Bytes of the UUID that names a file of vectors, in Z85. */
const uuidSigns = 20;
/** The one version there is of files of vectors. */
const fileVersion = 1;
/** In a file the data of a vector stand between their size and their checksum, a number each. */
const numberBytes = 4;

/** Where a vector is: its bytes, or the range of a file that frames them. */
export type VectorPlace =
  | { readonly kind: "inline"; readonly bytes: Uint8Array }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly offset: number;
      readonly length: number;
    };

/** A vector and the data file whose rows it deletes. */
export interface VectorOfFile {
  readonly vector: DeletionVector;
  /** As the log names it, for messages. */
  readonly file: string;
  /** The rows the file has by its statistics. */
  readonly rows?: number;
}

/** Finds a vector by its descriptor (PROTOCOL.md#deletion-vector-descriptor-schema). */
export function vectorPlace(table: Location, { vector, file }: VectorOfFile): VectorPlace {
  const { storageType, pathOrInlineDv, offset, sizeInBytes } = vector;
  const invalid = (reason: string): Error => {
    return error("DELTA_DELETION_VECTOR_INVALID_DESCRIPTOR", { file, reason });
  };
  const ranged = (path: string): VectorPlace => {
    const length = sizeInBytes + 2 * numberBytes;
    return { kind: "file", path, offset: offset ?? 0, length };
  };
  if (!isCount(sizeInBytes)) throw invalid(`its size is ${sizeInBytes}`);
  if (!isCount(offset ?? 0)) throw invalid(`its offset is ${offset}`);
  switch (storageType as string) {
    case "i": {
      const bytes = decodeZ85(pathOrInlineDv);
      if (bytes === undefined) throw invalid("its text is no Z85");
      if (bytes.length < sizeInBytes) {
        const found = bytes.length;
        throw error("DELTA_DELETION_VECTOR_SIZE_MISMATCH", { file, expected: sizeInBytes, found });
      }
      return { kind: "inline", bytes: bytes.subarray(0, sizeInBytes) };
    }
    case "u": {
      const uuid = uuidOf(pathOrInlineDv.slice(-uuidSigns));
      if (uuid === undefined) throw invalid(`${pathOrInlineDv} does not end in a UUID in Z85`);
      const prefix = pathOrInlineDv.slice(0, -uuidSigns);
      const path = `${prefix === "" ? "" : `${prefix}/`}deletion_vector_${uuid}.bin`;
      return ranged(filePath(table, encodePath(path)));
    }
    case "p":
      if (!/^(\/|[A-Za-z][A-Za-z0-9+.-]*:)/.test(pathOrInlineDv)) {
        throw invalid(`${pathOrInlineDv} is no absolute path`);
      }
      return ranged(filePath(table, pathOrInlineDv));
    default:
      throw invalid(`its storage type is ${storageType}`);
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

function uuidOf(text: string): string | undefined {
  const bytes = decodeZ85(text);
  if (bytes?.length !== 16) return undefined;
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Holds the first byte of a file of vectors to the version that is known here. */
export function checkVersion(byte: number | undefined, of: VectorOfFile): void {
  if (byte !== fileVersion) throw corrupt(of, `the version of its file is ${byte}`);
}

/** The data of a vector out of the range of its file: size and checksum are held to them. */
export function unframed(range: Uint8Array, of: VectorOfFile): Uint8Array {
  const { file, vector } = of;
  const expected = vector.sizeInBytes;
  const view = new DataView(range.buffer, range.byteOffset, range.byteLength);
  const found = view.getInt32(0);
  if (found !== expected) {
    throw error("DELTA_DELETION_VECTOR_SIZE_MISMATCH", { file, expected, found });
  }
  const data = range.subarray(numberBytes, numberBytes + expected);
  if (crc32(data) !== view.getUint32(numberBytes + expected)) {
    throw error("DELTA_DELETION_VECTOR_CHECKSUM_MISMATCH", { file });
  }
  return data;
}

/** The rows that the data of a vector delete, as many as its descriptor says. */
export function decodeVector(data: Uint8Array, of: VectorOfFile): RowSet {
  const { file, vector, rows } = of;
  const set = decoded(data, of);
  const { cardinality } = vector;
  if (set.size !== cardinality) {
    const parameters = { file, expected: cardinality, found: set.size };
    throw error("DELTA_DELETION_VECTOR_CARDINALITY_MISMATCH", parameters);
  }
  const row = lastRow(set);
  if (row !== undefined && rows !== undefined && row >= rows) {
    throw error("DELTA_DELETION_VECTOR_INVALID_ROW_INDEX", { file, row, rows });
  }
  return set;
}

function decoded(data: Uint8Array, of: VectorOfFile): RowSet {
  try {
    return decodeRoaring(data);
  } catch (thrown) {
    if (thrown instanceof RoaringError) throw corrupt(of, thrown.message);
    throw thrown;
  }
}

/** The error of a vector that cannot be made out. */
export function corrupt({ file }: VectorOfFile, reason: string): Error {
  return error("DELTA_DELETION_VECTOR_CORRUPT", { file, reason });
}
