import type { Action, Add, CommitInfo, Remove } from "./action.ts";
import { commitInfoOf } from "./commit-file.ts";
import type { Commit, CommitRequest, CommitResult } from "./log.ts";
import { canonicalPath } from "./path.ts";

export type Isolation = "Serializable" | "WriteSerializable" | "SnapshotIsolation";
export type Conflict = Extract<CommitResult, { kind: "conflict" }>;

/**
 * Whether a commit that won the race stands in the way of a request, checked in the order of
 * Delta's ConflictChecker; undefined: the request may be tried again on top of it.
 */
export function conflictOf(request: CommitRequest, winner: Commit): Conflict | undefined {
  const mine = sortActions(request.actions);
  const theirs = sortActions(winner.actions);
  const info = commitInfoOf(winner.actions);
  const conflict = (code: Conflict["code"], detail: string): Conflict => ({
    kind: "conflict",
    code,
    version: winner.version,
    detail: `${detail} (${info?.operation ?? "unknown operation"}, version ${winner.version})`,
  });

  if (theirs.protocol) return conflict("DELTA_PROTOCOL_CHANGED", "the protocol was changed");
  if (theirs.metadata) return conflict("DELTA_METADATA_CHANGED", "the metadata was changed");
  const domain = theirs.domains.find((name) => mine.domains.includes(name));
  if (domain !== undefined) {
    return conflict("DELTA_CONCURRENT_TRANSACTION", `metadata domain ${domain} was changed`);
  }
  const appId = theirs.appIds.find((id) => request.reads.appIds.has(id));
  if (appId !== undefined) {
    return conflict("DELTA_CONCURRENT_TRANSACTION", `application ${appId} committed another batch`);
  }
  return fileConflict(request, { mine, theirs, info, conflict });
}

interface Sides {
  readonly mine: Sorted;
  readonly theirs: Sorted;
  readonly info: CommitInfo | undefined;
  readonly conflict: (code: Conflict["code"], detail: string) => Conflict;
}

function fileConflict(request: CommitRequest, sides: Sides): Conflict | undefined {
  const { mine, theirs, info, conflict } = sides;
  const { reads } = request;
  const isolation = isolationOf(request);
  const blind = info?.isBlindAppend === true;
  const seen =
    isolation === "SnapshotIsolation" ||
    (isolation === "WriteSerializable" && blind && !mine.metadata)
      ? []
      : theirs.adds;
  const added = seen.find((add) => reads.wholeTable || reads.matches?.(add) === true);
  if (added !== undefined) {
    return conflict("DELTA_CONCURRENT_APPEND", `file ${added.path} was added to what was read`);
  }
  const read = new Set([...reads.files].map(canonicalPath));
  const gone = theirs.removes.find((remove) => {
    return reads.wholeTable || read.has(canonicalPath(remove.path));
  });
  if (gone !== undefined) {
    return conflict("DELTA_CONCURRENT_DELETE_READ", `file ${gone.path} was read and is removed`);
  }
  const removed = new Set(mine.removes.map((remove) => canonicalPath(remove.path)));
  const twice = theirs.removes.find((remove) => removed.has(canonicalPath(remove.path)));
  if (twice !== undefined) {
    return conflict("DELTA_CONCURRENT_DELETE_DELETE", `file ${twice.path} is removed already`);
  }
  return undefined;
}

/**
 * The isolation a request runs under: that of its commitInfo (Serializable where it says none),
 * or snapshot isolation where it changes no data (as OPTIMIZE).
 */
function isolationOf(request: CommitRequest): Isolation {
  const rearranges = request.actions.every((action) => {
    if ("add" in action) return !action.add.dataChange;
    if ("remove" in action) return !action.remove.dataChange;
    return "domainMetadata" in action && action.domainMetadata.domain === "delta.rowTracking";
  });
  if (rearranges && request.actions.length > 0) return "SnapshotIsolation";
  const named = request.info.isolationLevel;
  return named === "WriteSerializable" || named === "SnapshotIsolation" ? named : "Serializable";
}

interface Sorted {
  readonly protocol: boolean;
  readonly metadata: boolean;
  readonly adds: readonly Add[];
  readonly removes: readonly Remove[];
  readonly appIds: readonly string[];
  readonly domains: readonly string[];
}

function sortActions(actions: readonly Action[]): Sorted {
  const adds: Add[] = [];
  const removes: Remove[] = [];
  const appIds: string[] = [];
  const domains: string[] = [];
  let protocol = false;
  let metadata = false;
  for (const action of actions) {
    if ("add" in action) adds.push(action.add);
    else if ("remove" in action) removes.push(action.remove);
    else if ("txn" in action) appIds.push(action.txn.appId);
    else if ("domainMetadata" in action) domains.push(action.domainMetadata.domain);
    else if ("protocol" in action) protocol = true;
    else if ("metaData" in action) metadata = true;
  }
  return { protocol, metadata, adds, removes, appIds, domains };
}
