import type { Add, DeletionVector, Remove } from "../log/action.ts";
import { commitInfoOf } from "../log/commit-file.ts";
import type { Commit } from "../log/log.ts";
import { canonicalPath } from "../log/path.ts";

/** A file that has changes of a table among its rows. */
export interface ChangeFile {
  readonly path: string;
  readonly size: number;
  /** Absent where the writer of a `remove` did not say. */
  readonly partitionValues?: Add["partitionValues"];
  /** What became of its rows; absent: its own column `_change_type` says so. */
  readonly changeType?: "insert" | "delete";
  /** Rows of it that are no changes. */
  readonly deletionVector?: DeletionVector;
  /**
   * Of a file that the commit gave another deletion vector: its other state. The changes are the
   * rows that are deleted there and not here.
   */
  readonly other?: { readonly deletionVector?: DeletionVector };
}

/** The changes that one commit made. */
export interface VersionChanges {
  readonly version: number;
  /** In the order of the commit: the index of a stream's offset counts them. */
  readonly files: readonly ChangeFile[];
  /** The files mean something only together: both images of an update, both states of a file. */
  readonly whole: boolean;
}

/**
 * What a commit changed, by Delta's rules (CDCReader): its change files alone, if it has any; else
 * the rows of added files are inserts and those of removed files deletes, but for files that only
 * moved rows (`dataChange` false).
 */
export function changesOf({ version, actions }: Commit): VersionChanges {
  const written: ChangeFile[] = [];
  const added = new Map<string, Add>();
  const removed = new Map<string, Remove>();
  for (const action of actions) {
    if ("cdc" in action) {
      const { path, size, partitionValues } = action.cdc;
      written.push({ path, size, partitionValues });
    } else if ("add" in action && action.add.dataChange) {
      added.set(canonicalPath(action.add.path), action.add);
    } else if ("remove" in action && action.remove.dataChange) {
      removed.set(canonicalPath(action.remove.path), action.remove);
    }
  }
  if (written.length > 0) return { version, files: written, whole: true };
  if (mergedNothing(actions)) return { version, files: [], whole: false };
  const files: ChangeFile[] = [];
  for (const action of actions) {
    if ("add" in action && action.add.dataChange) {
      files.push(changeFile(action.add, "insert", removed));
    } else if ("remove" in action && action.remove.dataChange) {
      files.push(changeFile(action.remove, "delete", added));
    }
  }
  const whole = files.some((file) => file.deletionVector !== undefined);
  return { version, files, whole };
}

function changeFile(
  file: Add | Remove,
  changeType: "insert" | "delete",
  others: ReadonlyMap<string, Add | Remove>,
): ChangeFile {
  const { path, size = 0, partitionValues, deletionVector } = file;
  const other = others.get(canonicalPath(path));
  return {
    ...{ path, size, changeType },
    ...(partitionValues === undefined ? {} : { partitionValues }),
    ...(deletionVector === undefined ? {} : { deletionVector }),
    ...(other === undefined ? {} : { other: vectorOf(other) }),
  };
}

function vectorOf({ deletionVector }: Add | Remove): NonNullable<ChangeFile["other"]> {
  return deletionVector === undefined ? {} : { deletionVector };
}

/** A MERGE that matched nothing may have rewritten files, which are no changes then. */
function mergedNothing(actions: Commit["actions"]): boolean {
  const info = commitInfoOf(actions);
  const metrics = info?.operationMetrics ?? {};
  const counts = ["numTargetRowsInserted", "numTargetRowsUpdated", "numTargetRowsDeleted"];
  return info?.operation === "MERGE" && counts.every((name) => metrics[name] === "0");
}
