import { closeSync, openSync, readSync } from "node:fs";
import { error } from "../../../error/error.ts";
import type { InputFile } from "../../../plan/input.ts";
import {
  type DataType,
  type StructField,
  type StructType,
  someType,
} from "../../../schema/type.ts";
import { childrenOf, elementsOf, isSame, type Match, type PlacedElement } from "./element.ts";
import {
  chunkStart,
  chunksOf,
  type Footer,
  footerPlace,
  id,
  numberOf,
  structsOf,
} from "./footer.ts";
import { type Kept, readStruct, type Struct } from "./thrift.ts";

/** Bytes read from a file's end at first: most footers fit. */
const tailBytes = 16 << 10;

interface Wanted {
  readonly stored: StructType;
  readonly match: Match;
}

/**
 * Fails for a local file whose footer, which no checksum guards, cannot be what was written, where
 * the engine would give other rows: FAILED_READ_FILE.PARQUET_COLUMN_MISSING if it lacks a column
 * that is read and has values in it, which would be null; FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER
 * if its row groups do not have all of its rows, or bytes belong to two chunks. Files of which
 * nothing is known are left to the engine.
 */
export function checkDamage(files: readonly InputFile[], wanted: Wanted): void {
  for (const { path, uri, size, present: presentIn } of files) {
    const present = presentIn?.();
    if (present === undefined) continue;
    const footer = footerAt(path, size);
    if (footer === undefined) continue;
    const missing = present.find((column) => isMissing(footer.metadata, column, wanted));
    if (missing !== undefined) {
      const column = missing.join(".");
      throw error("FAILED_READ_FILE.PARQUET_COLUMN_MISSING", { path: uri, column });
    }
    const reason = contradiction(footer);
    if (reason === undefined) continue;
    throw error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: uri, reason });
  }
}

function contradiction({ metadata, start }: Omit<Footer, "bytes">): string | undefined {
  const groups = structsOf(metadata, id.file.rowGroups);
  const rows = groups.reduce((sum, group) => sum + numberOf(group, id.rowGroup.rows), 0);
  const all = numberOf(metadata, id.file.rows);
  if (rows !== all) return `it says that it has ${all} rows, and its row groups have ${rows}`;
  const chunks = chunksOf(metadata)
    .map((chunk) => ({ from: chunkStart(chunk), length: numberOf(chunk, id.column.size) }))
    .sort((left, right) => left.from - right.from);
  let end = 0;
  for (const { from, length } of chunks) {
    if (from < end || length < 0) return "chunks of its columns lie over each other";
    end = from + length;
  }
  return end > start ? "chunks of its columns lie behind its data" : undefined;
}

function isMissing(
  metadata: Struct,
  column: readonly string[],
  { stored, match }: Wanted,
): boolean {
  const elements = elementsOf(metadata);
  let at = 0;
  let within: StructType | undefined = stored;
  for (const name of column) {
    const field: StructField | undefined = within?.fields.find((one) => one.name === name);
    if (field === undefined) return false;
    const found: PlacedElement | undefined = childrenOf(elements, at).find(({ element }) => {
      return isSame(field, element, match);
    });
    if (found === undefined) return true;
    at = found.at;
    within = field.type.type === "struct" ? field.type : undefined;
  }
  return false;
}

/** Parquet's ConvertedType of intervals, of which Spark has no reader. */
const interval = 21;

/**
 * Refuses an interval of Parquet where a text is wanted, as Spark does: the engine would spell it
 * in its own way. Where other types are wanted it refuses by itself; the columns of Delta's files
 * are of its own types.
 */
export function checkIntervals(files: readonly InputFile[], wanted: Wanted): void {
  const { stored, match } = wanted;
  if (!someType(stored, ({ type }) => type === "string")) return;
  for (const { path, uri, size, present } of files) {
    const footer = present === undefined ? footerAt(path, size) : undefined;
    const elements = footer ? elementsOf(footer.metadata) : [];
    if (!elements.some((element) => numberOf(element, id.element.converted) === interval)) continue;
    if (!isInterval(stored, { elements, at: 0, match })) continue;
    const reason = "A text is wanted of a column that holds intervals";
    throw error("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", { path: uri, reason });
  }
}

interface Stored {
  readonly elements: readonly Struct[];
  readonly at: number;
  readonly match: Match;
}

/** Whether a text within a type is an interval in a file; of lists in the form of today. */
function isInterval(type: DataType, { elements, at, match }: Stored): boolean {
  const below = (inner: DataType, place: PlacedElement | undefined): boolean =>
    place !== undefined && isInterval(inner, { elements, at: place.at, match });
  const parts = childrenOf(elements, at);
  const inner = (): readonly PlacedElement[] => (parts[0] ? childrenOf(elements, parts[0].at) : []);
  switch (type.type) {
    case "string":
      return numberOf(elements[at]!, id.element.converted) === interval;
    case "struct":
      return type.fields.some((field) =>
        below(
          field.type,
          parts.find(({ element }) => isSame(field, element, match)),
        ),
      );
    case "array":
      return below(type.elementType, inner()[0]);
    case "map":
      return below(type.keyType, inner()[0]) || below(type.valueType, inner()[1]);
    default:
      return false;
  }
}

/** What of a footer is looked at. */
const looked: Kept = {
  [id.file.schema]: {
    [id.element.name]: true,
    [id.element.children]: true,
    [id.element.converted]: true,
    [id.element.fieldId]: true,
  },
  [id.file.rows]: true,
  [id.file.rowGroups]: {
    [id.rowGroup.rows]: true,
    [id.rowGroup.columns]: {
      [id.chunk.metadata]: {
        [id.column.size]: true,
        [id.column.data]: true,
        [id.column.index]: true,
        [id.column.dictionary]: true,
      },
    },
  },
};

/** Undefined where there is none that can be read: the engine says what is wrong. */
function footerAt(path: string, size: number): Omit<Footer, "bytes"> | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const first = bytesAt(file, Math.max(0, size - tailBytes), Math.min(size, tailBytes));
    const place = footerPlace(first, size);
    if (place === undefined) return undefined;
    const { start, bytes = bytesAt(file, start, place.length) } = place;
    return { metadata: readStruct({ buffer: bytes, at: 0 }, looked), start };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function bytesAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
