import { error } from "../../../error/error.ts";
import type { DataType, StructField, StructType } from "../../../schema/type.ts";
import { schemaContradiction } from "./agreement.ts";
import { childrenOf, elementsOf, isSame, type Match, type PlacedElement } from "./element.ts";
import { chunkStart, chunksOf, type Footer, id, numberOf, structsOf } from "./footer.ts";
import type { Struct } from "./thrift.ts";

/** What is read of files, and how their columns are found. */
export interface Wanted {
  readonly stored: StructType;
  readonly match: Match;
}

/** A file, and the columns that it is known to have values of. */
interface Known {
  readonly uri: string;
  readonly present: readonly (readonly string[])[];
}

/**
 * Fails for a file whose footer, which no checksum guards, cannot be what was written, where the
 * engine would give other rows: FAILED_READ_FILE.PARQUET_COLUMN_MISSING if it lacks a column that
 * is read and has values in it, which would be null; FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER if
 * its row groups do not have all of its rows, bytes belong to two chunks, or its schema is not what
 * Spark says in it.
 */
export function checkDamage({ uri, present }: Known, footer: Footer, wanted: Wanted): void {
  const missing = present.find((column) => isMissing(footer.metadata, column, wanted));
  if (missing !== undefined) {
    const column = missing.join(".");
    throw error("FAILED_READ_FILE.PARQUET_COLUMN_MISSING", { path: uri, column });
  }
  const reason = contradiction(footer) ?? schemaContradiction(footer.metadata);
  if (reason === undefined) return;
  throw error("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", { path: uri, reason });
}

function contradiction({ metadata, start }: Footer): string | undefined {
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
export function checkIntervals(uri: string, { metadata }: Footer, wanted: Wanted): void {
  const { stored, match } = wanted;
  const elements = elementsOf(metadata);
  if (!elements.some((element) => numberOf(element, id.element.converted) === interval)) return;
  if (!isInterval(stored, { elements, at: 0, match })) return;
  const reason = "A text is wanted of a column that holds intervals";
  throw error("FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", { path: uri, reason });
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
