import { error } from "../../error/error.ts";
import type { Add, Remove } from "../../log/action.ts";
import type { Commit } from "../../log/log.ts";
import { checkReadable } from "../../log/protocol.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import { formatDataType } from "../../schema/ddl.ts";
import { parseSchemaJson } from "../../schema/json.ts";
import { samePartitioning } from "../../table/definition.ts";
import type { DeltaSourceOptions } from "./option.ts";
import type { VersionFiles } from "./plan.ts";
import { incompatibility, mappingChange } from "./schema-change.ts";

/** What a commit is checked against: what the stream reads, and what it forgives. */
export interface CommitRule {
  readonly table: string;
  /** What rows are read with. */
  readonly snapshot: Snapshot;
  readonly options: DeltaSourceOptions;
}

/**
 * The files a commit gives a stream. Commits that change or delete what was there are refused, or
 * passed over, as the options say (Delta's DeltaSource.verifyStreamHygiene).
 */
export function streamedFiles(commit: Commit, rule: CommitRule): VersionFiles {
  const { version } = commit;
  const adds: Add[] = [];
  let removed: Remove | undefined;
  for (const action of commit.actions) {
    if ("add" in action && action.add.dataChange) adds.push(action.add);
    else if ("remove" in action && action.remove.dataChange) removed ??= action.remove;
  }
  checkCommit(commit, rule);
  const files = removed ? afterChange(adds, removed, { version, rule }) : adds;
  return { version, initial: false, files };
}

/** Refuses a commit after which the table is not what the stream reads, or can read. */
export function checkCommit({ version, actions }: Commit, rule: CommitRule): void {
  let { protocol, metadata, schema } = rule.snapshot;
  for (const action of actions) {
    if ("protocol" in action) protocol = action.protocol;
    else if ("metaData" in action) {
      metadata = action.metaData;
      schema = parseSchemaJson(metadata.schemaString);
      checkMetadata({ schema, metadata }, { version, rule });
    }
  }
  checkReadable({ protocol, metadata, schema }, rule.table);
}

function afterChange(
  adds: readonly Add[],
  removed: Remove,
  { version, rule }: { readonly version: number; readonly rule: CommitRule },
): readonly Add[] {
  const { ignoreChanges, ignoreDeletes, skipChangeCommits } = rule.options;
  if (skipChangeCommits) return [];
  const parameters = { file: removed.path, version, table: rule.table };
  if (adds.length > 0 && !ignoreChanges) {
    throw error("DELTA_SOURCE_TABLE_IGNORE_CHANGES", parameters);
  }
  if (adds.length === 0 && !ignoreChanges && !ignoreDeletes) {
    throw error("DELTA_SOURCE_IGNORE_DELETE", parameters);
  }
  return adds;
}

/** Refuses to read on as the stream does what has this schema and partitioning at a version. */
export function checkMetadata(
  data: Pick<Snapshot, "schema" | "metadata">,
  { version, rule }: { readonly version: number; readonly rule: CommitRule },
): void {
  const read = rule.snapshot;
  const before = version <= read.version;
  const mapping = before ? mappingChange(data, read) : mappingChange(read, data);
  const detail =
    mapping ??
    incompatibility(read.schema, data.schema, before) ??
    repartitioned(read.metadata.partitionColumns, data.metadata.partitionColumns);
  if (detail === undefined) return;
  // A later version's change is taken up by a restart; an older one's never is, nor one of names.
  throw error(
    before || mapping !== undefined
      ? "DELTA_STREAMING_INCOMPATIBLE_SCHEMA_CHANGE_USE_SCHEMA_LOG"
      : "DELTA_SCHEMA_CHANGED_WITH_VERSION",
    {
      version,
      detail,
      readSchema: formatDataType(read.schema),
      dataSchema: formatDataType(data.schema),
    },
  );
}

/** Files hold no partition columns: what is read as one must have been one. */
function repartitioned(read: readonly string[], data: readonly string[]): string | undefined {
  if (samePartitioning(read, data)) return undefined;
  return `the table is partitioned by [${data.join(", ")}], it is read as by [${read.join(", ")}]`;
}
