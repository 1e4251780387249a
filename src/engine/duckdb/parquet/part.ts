import { sameName } from "../../../schema/compare.ts";
import type { StructField, StructType } from "../../../schema/type.ts";
import type { ByteRange, Part } from "../../../storage/part.ts";
import {
  chunkStart,
  chunksOf,
  type Footer,
  footerOf,
  id,
  isFramed,
  numberOf,
  structsOf,
} from "./footer.ts";
import type { Struct } from "./thrift.ts";

/** Bytes that old writers left out of a chunk's size, if the next chunk leaves room for them. */
const slackBytes = 128;

/** What of a file is read. */
export interface PartRequest {
  /** The columns that are read, as the files have them. */
  readonly stored: StructType;
  readonly match: "name" | "id";
  /** Whether a condition may look at bloom filters: without them the engine stops at zeros. */
  readonly blooms: boolean;
}

/** The footer alone: enough for the schema, the number of rows, and where they stand. */
export const footerPart: Part = async (file) => {
  await footerOf(file);
  return [];
};

/**
 * The footer and the chunks of some columns. Whatever of a column a struct, array or map is made
 * of is read. A file without a footer that can be read here is read whole.
 */
export function chunksPart(request: PartRequest): Part {
  return async (file) => {
    const footer = await footerOf(file);
    if (footer === undefined) return undefined;
    const chunks = chunksOf(footer.metadata);
    // It is rewritten whole.
    if (isFramed(footer)) return undefined;
    const wanted = wantedColumns(footer, request);
    return rangesOf(chunks, { wanted, start: footer.start, blooms: request.blooms });
  };
}

/** The names of the top-level columns of a file that are read. */
function wantedColumns({ metadata }: Footer, { stored, match }: PartRequest): ReadonlySet<string> {
  const wanted = new Set<string>();
  for (const element of topElements(metadata)) {
    const name = nameOf(element);
    const fieldId = element.get(id.element.fieldId)?.value;
    if (stored.fields.some((field) => isSame(field, { name, fieldId, match }))) wanted.add(name);
  }
  return wanted;
}

interface Element {
  readonly name: string;
  readonly fieldId: unknown;
  readonly match: PartRequest["match"];
}

/** By name too where ids count: a column without an id is found so. */
function isSame(field: StructField, { name, fieldId, match }: Element): boolean {
  if (sameName(field.name, name)) return true;
  const wanted = field.metadata["parquet.field.id"];
  return match === "id" && typeof fieldId === "bigint" && Number(fieldId) === wanted;
}

/** The columns of a file: the children of its root, without theirs. */
function topElements(metadata: Struct): readonly Struct[] {
  const elements = structsOf(metadata, id.file.schema);
  const top: Struct[] = [];
  for (let at = 1; at < elements.length; at = after(elements, at)) top.push(elements[at]!);
  return top;
}

/** The place behind an element and all that is below it. */
function after(elements: readonly Struct[], at: number): number {
  let left = 1;
  let place = at;
  for (; left > 0 && place < elements.length; place += 1) {
    left += numberOf(elements[place]!, id.element.children) - 1;
  }
  return place;
}

function nameOf(element: Struct): string {
  return String(element.get(id.element.name)?.value ?? "");
}

function rangesOf(
  chunks: readonly Struct[],
  {
    wanted,
    start: footerStart,
    blooms,
  }: {
    readonly wanted: ReadonlySet<string>;
    readonly start: number;
    readonly blooms: boolean;
  },
): ByteRange[] {
  const starts = [...chunks.map(chunkStart), footerStart].sort((left, right) => left - right);
  const ranges: ByteRange[] = [];
  for (const chunk of chunks) {
    const [name] = pathOf(chunk);
    if (name === undefined || !wanted.has(name)) continue;
    const start = chunkStart(chunk);
    const stop = start + numberOf(chunk, id.column.size);
    const next = firstAtLeast(starts, stop) ?? footerStart;
    ranges.push({ start, end: Math.min(stop + slackBytes, Math.max(next, stop), footerStart) });
    const bloom = blooms ? numberOf(chunk, id.column.bloom) : 0;
    if (bloom === 0) continue;
    // Old writers do not say how long it is.
    const length = numberOf(chunk, id.column.bloomLength);
    const behind = firstAtLeast(starts, bloom + 1) ?? footerStart;
    ranges.push({ start: bloom, end: length > 0 ? bloom + length : behind });
  }
  return ranges.filter(({ start, end }) => end > start);
}

function pathOf(chunk: Struct): string[] {
  const value = chunk.get(id.column.path)?.value;
  return Array.isArray(value) ? value.map((part) => String(part.value)) : [];
}

/** The first of some numbers in order that is not below another. */
function firstAtLeast(sorted: readonly number[], least: number): number | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
