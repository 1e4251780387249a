import type { StructType } from "../../../schema/type.ts";
import type { ByteRange, Part, PartialFile } from "../../../storage/part.ts";
import { readyZstd } from "../../orc/codec/zstd.ts";
import { CorruptOrc } from "../../orc/corrupt.ts";
import { placesOf } from "../../orc/stripe.ts";
import { type ByteFile, type OrcTail, readTail } from "../../orc/tail.ts";
import { matchColumns, wantedIds } from "./match.ts";

/** Bytes read from a file's end at first: most tails fit. */
const tailBytes = 16 << 10;

/** What of a file is read. */
export interface PartRequest {
  /** The columns that are read. */
  readonly schema: StructType;
  /** All columns that the files may have. */
  readonly stored: StructType;
}

/** The tail alone: enough for the schema and what is known of the stripes. */
export const tailPart: Part = async (file) => {
  await tailOf(file);
  return [];
};

/** The tail, the footers of the stripes, and the streams of some columns. */
export function columnsPart({ schema, stored }: PartRequest): Part {
  return async (file) => {
    const tail = await tailOf(file);
    if (tail === undefined) return undefined;
    try {
      const matches = matchColumns(schema.fields, { root: tail.root, stored, path: "" });
      const ids = wantedIds(matches);
      const ranges: ByteRange[] = [];
      for (const place of tail.stripes) {
        const end = place.offset + place.indexLength + place.dataLength;
        const footer = await file.read(end, place.footerLength);
        ranges.push({ start: end, end: end + place.footerLength });
        for (const { column, start, length } of placesOf(place, footer, tail.codec)) {
          if (ids.has(column) && length > 0) ranges.push({ start, end: start + length });
        }
      }
      return ranges;
    } catch {
      // Whatever is wrong with it, reading it says so.
      return undefined;
    }
  };
}

/** The tail, by as many reads as it takes; undefined where it cannot be read. */
async function tailOf(file: PartialFile): Promise<OrcTail | undefined> {
  await readyZstd();
  const { size } = file;
  let length = Math.min(size, tailBytes);
  let bytes = await file.read(size - length, length);
  const head = size < 3 ? new Uint8Array() : await headOf(file, bytes);
  for (let turn = 0; turn < 3; turn++) {
    let missing: number | undefined;
    const held: ByteFile = {
      size,
      read: (start, count) => {
        if (start + count <= head.length) return head.subarray(start, start + count);
        const from = start - (size - bytes.length);
        if (from < 0) {
          missing = size - start;
          throw new CorruptOrc("it is read in parts");
        }
        return bytes.subarray(from, from + count);
      },
    };
    try {
      return readTail(held);
    } catch {
      if (missing === undefined || missing > size) return undefined;
      length = missing;
      bytes = await file.read(size - length, length);
    }
  }
  return undefined;
}

/** The first bytes, which only the oldest files say their format in. */
async function headOf(file: PartialFile, tail: Uint8Array): Promise<Uint8Array> {
  const named = Buffer.from(tail.subarray(-4, -1)).toString("latin1") === "ORC";
  return named ? new Uint8Array() : await file.read(0, 3);
}
