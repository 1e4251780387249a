import { error } from "../error/error.ts";
import { parseSchemaJson } from "../schema/json.ts";
import type { StructType } from "../schema/type.ts";
import type { Action, DomainMetadata, Metadata, Protocol, SetTransaction } from "./action.ts";
import { Ledger } from "./ledger.ts";
import type { Commit } from "./log.ts";
import type { Snapshot } from "./snapshot.ts";

/** A snapshot with what a checkpoint needs besides, and what the next one is built from. */
export interface ReplayedSnapshot extends Snapshot {
  readonly setTransactions: ReadonlyMap<string, SetTransaction>;
  /** Shared by the snapshots of one chain; only the newest of them may be extended. */
  readonly ledger: Ledger;
}

/** What replaying has come to, while it goes on. */
interface State {
  version: number;
  timestamp: number;
  protocol: Protocol | undefined;
  metadata: Metadata | undefined;
  schema: StructType | undefined;
  setTransactions: Map<string, SetTransaction> | undefined;
  domains: Map<string, DomainMetadata> | undefined;
}

/** What a replay starts from: the actions of a checkpoint, or nothing. */
export interface ReplayBase {
  readonly version: number; // -1 without a checkpoint
  readonly timestamp: number;
  readonly actions: Iterable<Action>;
}

/** Replays a log from its base (PROTOCOL.md#action-reconciliation). */
export function replay(
  base: ReplayBase,
  commits: Iterable<Commit>,
  path: string,
): ReplayedSnapshot {
  const state: State = {
    version: base.version,
    timestamp: base.timestamp,
    protocol: undefined,
    metadata: undefined,
    schema: undefined,
    setTransactions: new Map(),
    domains: new Map(),
  };
  const ledger = new Ledger();
  applyActions(base.actions, state, ledger);
  for (const commit of commits) applyCommit(commit, state, ledger);
  return snapshotOf(state, { ledger, path });
}

/**
 * The snapshot after more commits, which must follow `snapshot` without a gap. Costs what the
 * commits hold, not what the table holds. `snapshot` must be the newest of its chain.
 */
export function advance(
  snapshot: ReplayedSnapshot,
  commits: readonly Commit[],
  options: { readonly path: string; readonly expiredBefore: number },
): ReplayedSnapshot {
  const state: State = {
    version: snapshot.version,
    timestamp: snapshot.timestamp,
    protocol: snapshot.protocol,
    metadata: snapshot.metadata,
    schema: snapshot.schema,
    setTransactions: undefined,
    domains: undefined,
  };
  const touched = commits.flatMap((commit) => commit.actions);
  if (touched.some((action) => "txn" in action)) {
    state.setTransactions = new Map(snapshot.setTransactions);
  }
  if (touched.some((action) => "domainMetadata" in action)) {
    state.domains = new Map(snapshot.domains);
  }
  const ledger = snapshot.ledger.compacted(options.expiredBefore);
  for (const commit of commits) applyCommit(commit, state, ledger);
  return snapshotOf(state, { ledger, path: options.path }, snapshot);
}

function applyCommit(commit: Commit, state: State, ledger: Ledger): void {
  state.version = commit.version;
  state.timestamp = commit.timestamp;
  applyActions(commit.actions, state, ledger);
}

function applyActions(actions: Iterable<Action>, state: State, ledger: Ledger): void {
  for (const action of actions) {
    if ("add" in action) ledger.add(action.add, state.version);
    else if ("remove" in action) ledger.remove(action.remove, state.version);
    else if ("txn" in action) state.setTransactions?.set(action.txn.appId, action.txn);
    else if ("metaData" in action) {
      state.metadata = action.metaData;
      state.schema = undefined;
    } else if ("protocol" in action) state.protocol = action.protocol;
    else if ("domainMetadata" in action) {
      const { domain, removed } = action.domainMetadata;
      if (removed) state.domains?.delete(domain);
      else state.domains?.set(domain, action.domainMetadata);
    }
  }
}

function snapshotOf(
  state: State,
  made: { readonly ledger: Ledger; readonly path: string },
  before?: ReplayedSnapshot,
): ReplayedSnapshot {
  const { version, protocol, metadata } = state;
  const { ledger, path } = made;
  if (protocol === undefined || metadata === undefined) {
    const operation = protocol === undefined ? "protocol" : "metadata";
    throw error("DELTA_STATE_RECOVER_ERROR", { operation, path, version });
  }
  const setTransactions = state.setTransactions ?? before?.setTransactions ?? new Map();
  const transactions =
    state.setTransactions === undefined && before !== undefined
      ? before.transactions
      : new Map([...setTransactions].map(([appId, txn]) => [appId, txn.version]));
  return {
    version,
    timestamp: state.timestamp,
    protocol,
    metadata,
    schema: state.schema ?? parseSchemaJson(metadata.schemaString),
    transactions,
    setTransactions,
    domains: state.domains ?? before?.domains ?? new Map(),
    numFiles: ledger.numFiles,
    sizeInBytes: ledger.sizeInBytes,
    ledger,
    files: () => ledger.files(version),
    tombstones: () => ledger.tombstones(version),
  };
}
