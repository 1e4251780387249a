import type { Add } from "../../log/action.ts";
import { afterVersion, beforeFirst, type DeltaOffset } from "./offset.ts";

/** How much one batch takes. At least one file always, else nothing would move. */
export interface AdmissionLimit {
  readonly maxFiles: number;
  /** Soft: the file that passes it is the last. */
  readonly maxBytes: number;
}

export const unlimited: AdmissionLimit = {
  maxFiles: Number.POSITIVE_INFINITY,
  maxBytes: Number.POSITIVE_INFINITY,
};

/** What a batch is made of. */
export interface StreamedFile {
  readonly path: string;
  readonly size: number;
}

/** The files of one version, in the order their indexes count. */
export interface VersionFiles<F extends StreamedFile = Add> {
  readonly version: number;
  readonly initial: boolean;
  readonly files: readonly F[];
  /** Whether they mean something only together, so that one batch has to take them all. */
  readonly whole?: boolean;
}

/** The files of a snapshot in the order of an initial snapshot: by time, then by path. */
export function snapshotOrder(files: Iterable<Add>): readonly Add[] {
  return [...files].sort(
    (left, right) =>
      left.modificationTime - right.modificationTime || compareText(left.path, right.path),
  );
}

/** As Java compares strings: by UTF-16 units. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What has been taken so far, and whether more may be. */
export interface Admission {
  readonly end: DeltaOffset;
  readonly left: AdmissionLimit;
  readonly full: boolean;
}

export interface AdmissionRule<F extends StreamedFile> {
  readonly limit: AdmissionLimit;
  readonly skip: (file: F) => boolean;
  /** The batch has nothing yet: whatever the limit, it takes something. */
  readonly first: boolean;
}

/**
 * Takes files of a version from behind `from`, as the limit allows. `skip` files take no room,
 * but have an index. A version taken to its end gives the beginning of the next as offset.
 */
export function admit<F extends StreamedFile>(
  from: DeltaOffset,
  { version, initial, files, whole = false }: VersionFiles<F>,
  rule: AdmissionRule<F>,
): Admission {
  const rest = files.slice(from.index + 1).filter((file) => !rule.skip(file));
  if (whole && !rule.first && !fits(rest, rule.limit)) {
    return { end: from, left: rule.limit, full: true };
  }
  let { maxFiles, maxBytes } = rule.limit;
  let index = from.index;
  for (let next = from.index + 1; next < files.length; next++) {
    const file = files[next]!;
    if (!rule.skip(file)) {
      if (!whole && (maxFiles <= 0 || maxBytes <= 0)) break;
      maxFiles -= 1;
      maxBytes -= file.size;
    }
    index = next;
  }
  const left = { maxFiles, maxBytes };
  const done = index >= files.length - 1;
  const { tableId } = from;
  const end = done ? afterVersion(tableId, version) : { tableId, version, index, initial };
  return { end, left, full: !done || maxFiles <= 0 || maxBytes <= 0 };
}

/** Files that cannot be divided fit only where all of them do: then the size is a hard limit. */
function fits(files: readonly StreamedFile[], { maxFiles, maxBytes }: AdmissionLimit): boolean {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return files.length <= maxFiles && bytes <= maxBytes;
}

/** The files of (start, end] within one version. */
export function slice<F extends StreamedFile>(
  { version, files }: VersionFiles<F>,
  start: DeltaOffset,
  end: DeltaOffset,
): readonly F[] {
  const from = start.version === version ? start.index + 1 : 0;
  const to = end.version === version ? end.index + 1 : files.length;
  return files.slice(from, Math.max(from, to));
}

/** The versions whose files (start, end] needs: that of `end` only if it reaches into it. */
export function versionsBetween(start: DeltaOffset, end: DeltaOffset): readonly number[] {
  const last = end.index > beforeFirst ? end.version : end.version - 1;
  const count = Math.max(0, last - start.version + 1);
  return Array.from({ length: count }, (_, index) => start.version + index);
}
