import { error } from "../error/error.ts";
import { parseSchemaJson } from "../schema/json.ts";
import type { StructType } from "../schema/type.ts";
import type { Action, DomainMetadata, Metadata, Protocol, SetTransaction } from "./action.ts";
import type { CheckpointFiles, Found } from "./checkpoint/files.ts";
import { Ledger } from "./ledger.ts";
import type { Commit } from "./log.ts";
import { checkReaderFeatures } from "./protocol.ts";
import type { Snapshot, Totals } from "./snapshot.ts";

/** A snapshot with what a checkpoint needs besides, and what the next one is built from. */
export interface ReplayedSnapshot extends Snapshot {
  readonly setTransactions: ReadonlyMap<string, SetTransaction>;
  /** Shared by the snapshots of one chain; only the newest of them may be extended. */
  readonly ledger: Ledger;
  /** What lies beneath the ledger: the files of a large checkpoint. */
  readonly base: CheckpointFiles | undefined;
  /** The ids of the base's live files that the ledger has overtaken. */
  superseded(): Promise<readonly string[]>;
  /** The totals, where they are known without asking. */
  knownTotals(): Totals | undefined;
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
  readonly actions: readonly Action[];
  /** Of a checkpoint too large for its files to be among the actions. */
  readonly files?: CheckpointFiles | undefined;
}

/** A replay under way: commits are taken one after the other, and need not be kept. */
export interface Replay {
  apply(commit: Commit): void;
  /** What it has come to. `path` is for messages. */
  snapshot(path: string): ReplayedSnapshot;
}

/** Begins to replay a log from its base (PROTOCOL.md#action-reconciliation). */
export function replayFrom(base: ReplayBase): Replay {
  const state: State = {
    version: base.version,
    timestamp: base.timestamp,
    protocol: undefined,
    metadata: undefined,
    schema: undefined,
    setTransactions: new Map(),
    domains: new Map(),
  };
  const ledger = new Ledger(base.files !== undefined);
  applyActions(base.actions, state, ledger);
  return {
    apply: (commit) => applyCommit(commit, state, ledger),
    snapshot: (path) => snapshotOf(state, { ledger, base: base.files, path, totals: undefined }),
  };
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
  const { base } = snapshot;
  const ledger = snapshot.ledger.compacted(options.expiredBefore);
  let totals = snapshot.knownTotals();
  for (const commit of commits) {
    totals = totalsAfter(totals, commit.actions, ledger);
    applyCommit(commit, state, ledger);
  }
  return snapshotOf(state, { ledger, base, path: options.path, totals }, snapshot);
}

/** The same snapshot upon a newer checkpoint, of its own version or of one before. */
export function rebased(
  snapshot: ReplayedSnapshot,
  checkpoint: { readonly version: number; readonly files: CheckpointFiles },
): ReplayedSnapshot {
  const ledger = snapshot.ledger.after(checkpoint.version);
  const made = { ledger, base: checkpoint.files, totals: snapshot.knownTotals() };
  return { ...snapshot, ...made, ...filesOf(snapshot.version, made) };
}

/** Totals after a commit; undefined where a look into the base is needed to know them. */
function totalsAfter(
  totals: Totals | undefined,
  actions: readonly Action[],
  ledger: Ledger,
): Totals | undefined {
  if (totals === undefined) return undefined;
  let { numFiles, sizeInBytes } = totals;
  for (const action of actions) {
    if ("remove" in action) return undefined;
    if (!("add" in action)) continue;
    // A file whose data is not new may be one that is there, said again.
    if (!action.add.dataChange || ledger.has(action.add)) return undefined;
    numFiles += 1;
    sizeInBytes += action.add.size;
  }
  return { numFiles, sizeInBytes };
}

function applyCommit(commit: Commit, state: State, ledger: Ledger): void {
  state.version = commit.version;
  state.timestamp = commit.timestamp;
  applyActions(commit.actions, state, ledger);
}

function applyActions(actions: readonly Action[], state: State, ledger: Ledger): void {
  for (let at = 0; at < actions.length; at += 1) {
    const action = actions[at]!;
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

interface Made {
  readonly ledger: Ledger;
  readonly base: CheckpointFiles | undefined;
  readonly totals: Totals | undefined;
}

function snapshotOf(
  state: State,
  made: Made & { readonly path: string },
  before?: ReplayedSnapshot,
): ReplayedSnapshot {
  const { version, protocol, metadata } = state;
  const { ledger, base, path } = made;
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
    schema: state.schema ?? schemaOf(metadata, protocol, path),
    transactions,
    setTransactions,
    domains: state.domains ?? before?.domains ?? new Map(),
    ledger,
    base,
    ...filesOf(version, made),
  };
}

/** A schema may have types of a feature that is not known here: then that is what to say. */
function schemaOf(metadata: Metadata, protocol: Protocol, path: string): StructType {
  try {
    return parseSchemaJson(metadata.schemaString);
  } catch (thrown) {
    checkReaderFeatures(protocol, path);
    throw thrown;
  }
}

type Files = Pick<ReplayedSnapshot, "files" | "totals" | "knownTotals" | "superseded">;

/** What a snapshot tells of its files: the base's that nothing overtook, and the ledger's. */
function filesOf(version: number, { ledger, base, totals }: Made): Files {
  const held = { numFiles: ledger.numFiles, sizeInBytes: ledger.sizeInBytes };
  let known = base === undefined ? held : totals;
  const overtaken = async (): Promise<Found[]> => {
    const found = await base?.find(ledger.spokenOf(version));
    return [...(found?.values() ?? [])];
  };
  const superseded = async (): Promise<string[]> => (await overtaken()).map(({ id }) => id);
  return {
    knownTotals: () => known,
    superseded,
    async files(filter) {
      const kept = base === undefined ? [] : await base.adds(await superseded(), filter);
      for (const add of ledger.files(version)) {
        if (filter === undefined || filter.keeps(add)) kept.push(add);
      }
      return kept;
    },
    async totals() {
      known ??= sumOf(held, await base?.totals(), await overtaken());
      return known;
    },
  };
}

function sumOf(held: Totals, base: Totals | undefined, overtaken: readonly Found[]): Totals {
  const gone = overtaken.filter(({ live }) => live);
  return {
    numFiles: held.numFiles + (base?.numFiles ?? 0) - gone.length,
    sizeInBytes: gone.reduce(
      (sum, { size }) => sum - size,
      held.sizeInBytes + (base?.sizeInBytes ?? 0),
    ),
  };
}
