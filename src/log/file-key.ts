import type { DeletionVector } from "./action.ts";
import { canonicalPath } from "./path.ts";

/** What of an `add` or `remove` names a file. */
export interface NamedFile {
  readonly path: string;
  readonly deletionVector?: DeletionVector;
}

/** What names a logical file: path and deletion vector (PROTOCOL.md#action-reconciliation). */
export function fileKey(file: NamedFile): string {
  return canonicalPath(file.path) + vectorSuffix(file.deletionVector);
}

/** The canonical path in a key. */
export function keyPath(key: string): string {
  const end = key.lastIndexOf("\n");
  return end < 0 ? key : key.slice(0, end);
}

/** As the key, but with the path as it is written: the same file may have several. */
export function spelledId(file: NamedFile): string {
  return file.path + vectorSuffix(file.deletionVector);
}

function vectorSuffix(vector: DeletionVector | undefined): string {
  if (vector === undefined) return "";
  const offset = (vector.offset ?? undefined) === undefined ? "" : `@${vector.offset}`;
  return `\n${vector.storageType}${vector.pathOrInlineDv}${offset}`;
}
