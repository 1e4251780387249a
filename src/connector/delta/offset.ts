import { error } from "../../error/error.ts";
import type { Offset } from "../../stream/source.ts";

/**
 * A place in the history of a table: after file `index` of version `version`. Index -1 is before
 * the first file. With `initial` the files are those of the snapshot of that version, in the order
 * of `plan.ts`; else those its commit added, in the order of the commit.
 */
export interface DeltaOffset {
  readonly tableId: string;
  readonly version: number;
  readonly index: number;
  readonly initial: boolean;
}

/** Before the first file of a version. */
export const beforeFirst = -1;

/** Source versions whose offsets are read: 3 is written once a schema change was passed. */
const knownVersions = [1, 2, 3];
/** What version 3 has in memory, and may have on disk, for "before the first file". */
const baseIndex = -100;

/** Byte for byte as Delta writes it (DeltaSourceOffset). */
export function formatOffset({ tableId, version, index, initial }: DeltaOffset): Offset {
  return JSON.stringify({
    sourceVersion: 1,
    reservoirId: tableId,
    reservoirVersion: version,
    index,
    isStartingVersion: initial,
  });
}

/** Throws DELTA_INVALID_SOURCE_OFFSET_FORMAT or DELTA_INVALID_SOURCE_VERSION. */
export function parseOffset(offset: Offset): DeltaOffset {
  const json = parseObject(offset);
  const { sourceVersion, reservoirId, reservoirVersion, index, isStartingVersion } = json;
  if (sourceVersion === undefined) {
    throw error("DELTA_INVALID_SOURCE_OFFSET_FORMAT", { offset });
  }
  if (!knownVersions.includes(sourceVersion as number)) {
    throw error("DELTA_INVALID_SOURCE_VERSION", { version: String(sourceVersion) });
  }
  if (
    typeof reservoirId !== "string" ||
    !Number.isSafeInteger(reservoirVersion) ||
    !Number.isSafeInteger(index)
  ) {
    throw error("DELTA_INVALID_SOURCE_OFFSET_FORMAT", { offset });
  }
  const at = index === baseIndex ? beforeFirst : (index as number);
  // -20 and -19 stand at a schema change of a stream that tracks schemas.
  if (at < beforeFirst) throw error("DELTA_INVALID_SOURCE_OFFSET_FORMAT", { offset });
  return {
    tableId: reservoirId,
    version: reservoirVersion as number,
    index: at,
    initial: isStartingVersion === true,
  };
}

function parseObject(offset: Offset): Readonly<Record<string, unknown>> {
  try {
    const json = JSON.parse(offset) as unknown;
    if (json !== null && typeof json === "object") return json as Record<string, unknown>;
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw error("DELTA_INVALID_SOURCE_OFFSET_FORMAT", { offset });
}

/** Negative where `left` comes first. An initial snapshot comes before what follows it. */
export function compareOffsets(left: DeltaOffset, right: DeltaOffset): number {
  return left.version - right.version || left.index - right.index;
}

/** The end of a version is always said as the beginning of the next. */
export function afterVersion(tableId: string, version: number): DeltaOffset {
  return { tableId, version: version + 1, index: beforeFirst, initial: false };
}
