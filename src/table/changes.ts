import type { Add, Metadata, Protocol, Remove, SetTransaction } from "../log/action.ts";
import { commitInfoOf } from "../log/commit-file.ts";
import type { Commit } from "../log/log.ts";

/** What one commit means to a stream that reads the table. */
export interface CommitChanges {
  readonly version: number;
  /** ms since the epoch. */
  readonly timestamp: number;
  /** Spark's name of the operation, where the writer said. */
  readonly operation: string | undefined;
  /** Files with new rows, in the order of the commit file: a stream's index counts them. */
  readonly adds: readonly Add[];
  /** Removed files whose rows were deleted or rewritten. */
  readonly removes: readonly Remove[];
  readonly metadata: Metadata | undefined;
  readonly protocol: Protocol | undefined;
  readonly transactions: readonly SetTransaction[];
}

/** Sorts a commit's actions; those that only rearrange data (`dataChange` false) are left out. */
export function changesOf(commit: Commit): CommitChanges {
  const adds: Add[] = [];
  const removes: Remove[] = [];
  const transactions: SetTransaction[] = [];
  let metadata: Metadata | undefined;
  let protocol: Protocol | undefined;
  for (const action of commit.actions) {
    if ("add" in action && action.add.dataChange) adds.push(action.add);
    else if ("remove" in action && action.remove.dataChange) removes.push(action.remove);
    else if ("txn" in action) transactions.push(action.txn);
    else if ("metaData" in action) metadata = action.metaData;
    else if ("protocol" in action) protocol = action.protocol;
  }
  const { version, timestamp } = commit;
  const operation = commitInfoOf(commit.actions)?.operation;
  return { version, timestamp, operation, adds, removes, metadata, protocol, transactions };
}
